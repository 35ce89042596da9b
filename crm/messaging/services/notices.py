"""Notices: messages that have arrived in a member's app, and what the member does with them (s1 §6)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BigIntegerField, Func

from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.locks import hold_names
from crm.kernel.tenancy import ScopedQuerySet, current_scope
from crm.kernel.transactions import atomic
from crm.messaging.errors import CommunicationNotFound
from crm.messaging.events import MessageMarked, MessageRemoved, NoticesViewed
from crm.messaging.models import Communication, MessageChannel
from crm.messaging.selectors import notices_of

# In their order: who listens for the person they come to has come past the numbers that they had.
_NUMBERED_ANEW = """
UPDATE messaging_communication c SET notice_number = numbered.number
FROM (SELECT ordered.id, nextval('messaging_notice_number') AS number
      FROM (SELECT id FROM messaging_communication
            WHERE organisation_id = %s AND mode = %s AND id = ANY(%s) AND notice_number IS NOT NULL
            ORDER BY notice_number) AS ordered) AS numbered
WHERE c.id = numbered.id
"""


class NextNumber(Func):
    """The sequence's next value. Numbers are never used again, so a stream can go on from any of them."""

    template = "nextval('messaging_notice_number')"
    output_field = BigIntegerField()


def arrival_of(message: Communication) -> dict[str, Any]:
    """What becomes of a message as it arrives: in the app it gets a number.

    Until the transaction ends no other notice of this person gets one, so a higher number is never seen before a lower.
    """
    if message.channel != MessageChannel.INAPP or message.contact_id is None:
        return {}
    hold_names(f"notices:{message.contact_id}")
    return {"notice_number": NextNumber()}


@atomic
def number_anew(*, communication_ids: Sequence[UUID], contact_id: UUID) -> None:
    """Let notices that have become this person's arrive for them now, in their order."""
    hold_names(f"notices:{contact_id}")
    organisation_id, mode = current_scope().tenant
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERED_ANEW, [organisation_id, str(mode), list(communication_ids)])


@atomic
def mark_notice(*, communication_id: UUID, contact_id: UUID, viewed: bool) -> None:
    """Note that the person has looked at their notice, or that it is to count as new again.

    Raises CommunicationNotFound, for somebody else's and for one they removed too.
    """
    row = _theirs(communication_id, contact_id)
    if viewed == (row.viewed_at is not None):
        return
    row.viewed_at = now() if viewed else None
    row.save(update_fields=["viewed_at"])
    record(
        MessageMarked(
            communication_id=row.pk, contact_id=contact_id, viewed=viewed, archived=row.archived_at is not None
        )
    )


@atomic
def mark_all_notices_viewed(*, contact_id: UUID) -> int:
    """Note that the person has looked at all their notices; how many were new."""
    number = notices_of(contact_id).filter(viewed_at=None).update(viewed_at=now())
    if number:
        record(NoticesViewed(contact_id=contact_id, number=number))
    return number


@atomic
def remove_notice(*, communication_id: UUID, contact_id: UUID) -> None:
    """Let the person see their notice no more, anywhere; staff still do. Raises CommunicationNotFound."""
    row = _theirs(communication_id, contact_id)
    row.removed_at = now()
    row.save(update_fields=["removed_at"])
    record(MessageRemoved(communication_id=row.pk, contact_id=contact_id))


def _theirs(communication_id: UUID, contact_id: UUID) -> Communication:
    theirs: ScopedQuerySet[Communication] = Communication.objects.for_update()
    row = theirs.filter(
        pk=communication_id, contact_id=contact_id, notice_number__isnull=False, removed_at=None
    ).first()
    if row is None:
        raise CommunicationNotFound
    return row
