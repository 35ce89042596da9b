"""What was sent and may be sent, inside the open scope; and, for the sending job, where anything is due at all."""

from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.lookups import IsNull

from crm.kernel.sealing import blind_index
from crm.kernel.tenancy import ScopedQuerySet, Tenant, current_scope
from crm.messaging.errors import CommunicationNotFound, Suppressed, TemplateNotFound
from crm.messaging.models import (
    Channel,
    Communication,
    Incoming,
    MessageClass,
    MessageState,
    Reason,
    Sender,
    SendingSettings,
    Suppression,
    Template,
    TemplateVersion,
)


def suppressions() -> ScopedQuerySet[Suppression]:
    return Suppression.objects.get_queryset()


def suppressions_of(*, email_key: str = "", phone_key: str = "") -> ScopedQuerySet[Suppression]:
    """Entries about either address, in its normalised form; an empty one is nobody's."""
    by_email = Q(channel=Channel.EMAIL, key__in=[email_key, mark_of(email_key)]) if email_key else Q(pk=None)
    by_phone = Q(channel=Channel.PHONE, key__in=[phone_key, mark_of(phone_key)]) if phone_key else Q(pk=None)
    return suppressions().filter(by_email | by_phone)


def mark_of(key: str) -> str:
    """What stands for the address of somebody who was erased: it is known again when it comes, and cannot be read."""
    tenant = current_scope().tenant
    return blind_index(f"{tenant.organisation_id}:{tenant.mode}:{key}", purpose="suppression.erased")


def entries_about(keys: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Kind, key and reason of the entries about these addresses; one statement, however many they are."""
    marks = {mark_of(key): key for key in keys}
    rows = suppressions().filter(key__in=[*keys, *marks]).values_list("channel", "key", "reason")
    return ((kind, marks.get(key, key), reason) for kind, key, reason in rows)


def erased_among(keys: Collection[str]) -> set[str]:
    """Which of these keys belonged to somebody who was erased; where nobody was, nothing is computed."""
    erased = suppressions().filter(reason=Reason.ERASED)
    if not keys or not erased.exists():
        return set()
    marks = {mark_of(key): key for key in keys}
    return {marks[mark] for mark in erased.filter(key__in=marks).values_list("key", flat=True)}


def ensure_not_blacklisted(*, email_key: str = "", phone_key: str = "") -> None:
    """Raises Suppressed, on the field `email` or `phone`, when staff have blacklisted the address."""
    entry = suppressions_of(email_key=email_key, phone_key=phone_key).filter(reason=Reason.BLACKLISTED).first()
    if entry is not None:
        raise Suppressed(field=entry.channel)


def communications() -> ScopedQuerySet[Communication]:
    """Every message of the open scope, whatever became of it."""
    return Communication.objects.get_queryset()


def communications_with(contact_id: UUID) -> ScopedQuerySet[Communication]:
    """Every message to one person, with `is_viewed` and `is_archived`."""
    done = {"is_viewed": IsNull(F("viewed_at"), False), "is_archived": IsNull(F("archived_at"), False)}
    return communications().filter(contact_id=contact_id).annotate(**done)


def default_addresses() -> dict[str, str]:
    """By channel, the address or number that messages come from unless something else is chosen."""
    return dict(Sender.objects.filter(is_default=True).values_list("channel", "address"))


def communication_with(communication_id: UUID) -> Communication:
    """Raises CommunicationNotFound."""
    found = communications().filter(pk=communication_id).first()
    if found is None:
        raise CommunicationNotFound
    return found


def number_unknown() -> int:
    """How many messages nobody knows the fate of: staff are to look at them."""
    return communications().filter(state=MessageState.UNKNOWN).count()


def incoming_to(communication_id: UUID) -> ScopedQuerySet[Incoming]:
    """What came back to a message, latest first."""
    return Incoming.objects.filter(communication_id=communication_id).order_by("-received_at", "-id")


def text_of_incoming(incoming_id: UUID) -> str:
    """What a mail that came back says; "" where it is not there."""
    return Incoming.objects.filter(pk=incoming_id).values_list("text", flat=True).first() or ""


def template_called(key: str) -> Template:
    """Raises TemplateNotFound."""
    template = Template.objects.filter(key=key).first()
    if template is None:
        raise TemplateNotFound
    return template


def templates_to_choose() -> ScopedQuerySet[Template]:
    """Those by which staff may write to somebody by hand: of marketing, for all others belong to an occasion."""
    published = TemplateVersion.objects.filter(template=OuterRef("pk"), published_at__isnull=False)
    return Template.objects.filter(Exists(published), message_class=MessageClass.MARKETING).order_by("name", "key")


def versions_of(template_ids: Collection[UUID]) -> list[TemplateVersion]:
    """The newest published version of each language of each of these templates."""
    published = TemplateVersion.objects.filter(template__in=template_ids, published_at__isnull=False)
    return list(published.order_by("template_id", "locale", "-number").distinct("template_id", "locale"))


def default_sender(channel: str) -> Sender | None:
    return Sender.objects.filter(channel=channel, is_default=True).first()


def sending_settings() -> SendingSettings:
    """The settings of the open scope; unsaved defaults when nobody has set any."""
    return SendingSettings.objects.get_queryset().first() or SendingSettings()


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
