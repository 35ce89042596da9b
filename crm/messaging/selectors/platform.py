"""What is read before any scope is open: where there is work, whose a mail is, how much of everything there is."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from crm.kernel.tenancy import Tenant
from crm.messaging.models import MessageState

# A mail that comes in names no tenant but a message, by its primary key; what is in it is read in that tenant's scope.
_TENANTS_OF_MESSAGES = """
SELECT c.id, c.organisation_id, c.mode
FROM messaging_communication c JOIN organisations_organisation o ON o.id = c.organisation_id
WHERE c.id = ANY(%s) AND o.is_active AND c.channel = 'email' AND c.provider_message_id <> ''
"""


def mailed_message(communication_ids: Sequence[UUID]) -> tuple[Tenant, UUID] | None:
    """The first of these that is an e-mail which was handed over once, in whatever tenant, and that tenant."""
    if not communication_ids:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_TENANTS_OF_MESSAGES, [list(communication_ids)])
        found = {id_: Tenant(organisation_id, mode) for id_, organisation_id, mode in cursor.fetchall()}
    return next(((found[id_], id_) for id_ in communication_ids if id_ in found), None)


# The least that tells where to look; each tenant's own rows are then read in its scope.
_TENANTS_WITH_WORK = """
SELECT o.id, m.mode
FROM organisations_organisation o CROSS JOIN (VALUES ('live'), ('test')) AS m (mode)
WHERE o.is_active AND (
    EXISTS (SELECT FROM messaging_communication c WHERE c.organisation_id = o.id AND c.mode = m.mode
            AND c.state = 'queued' AND c.message_class IN ('marketing', 'transactional')
            AND c.due_at <= statement_timestamp()
                + CASE m.mode WHEN 'test' THEN o.test_clock_offset ELSE interval '0' END)
    OR EXISTS (SELECT FROM messaging_communication c WHERE c.organisation_id = o.id AND c.mode = m.mode
               AND c.state = 'sending' AND c.claimed_until < statement_timestamp()))
ORDER BY o.id, m.mode
"""


def tenants_with_due_messages() -> list[Tenant]:
    """Where a message is due, or was left behind by a sender that died; one statement for the whole platform."""
    with connection.cursor() as cursor:
        cursor.execute(_TENANTS_WITH_WORK)
        return [Tenant(organisation_id, mode) for organisation_id, mode in cursor.fetchall()]


# For each tenant and state one step into an index: what is on its way of any age, and what became of a day's messages.
_MESSAGES_BY_STATE = """
SELECT m.mode, s.state, sum(found.n)
FROM organisations_organisation o
CROSS JOIN (VALUES ('live'), ('test')) AS m (mode)
CROSS JOIN unnest(%s::text[]) AS s (state)
CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM messaging_communication c
    WHERE c.organisation_id = o.id AND c.mode = m.mode AND c.state = s.state
      AND (s.state IN ('queued', 'sending') OR c.created_at > statement_timestamp() - interval '1 day')
) AS found
GROUP BY m.mode, s.state ORDER BY m.mode, s.state
"""


def messages_by_state() -> dict[tuple[str, str], int]:
    """How many messages of the whole platform are on their way, and what became of those asked for in the last 24
    hours, by mode and state; one statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MESSAGES_BY_STATE, [list(MessageState.values)])
        return {(mode, state): int(number) for mode, state, number in cursor.fetchall()}
