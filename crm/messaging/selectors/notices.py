"""What has arrived in members' apps, inside the open scope (s1 §6, semantics §3.19)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Max
from django.db.models.lookups import IsNull

from crm.kernel.clock import now
from crm.kernel.tenancy import ScopedQuerySet, current_scope
from crm.messaging.models import Communication

REPLAYED_WITHIN = timedelta(hours=24)
REPLAYED_AT_MOST = 500
# Of one person at one look; what is beyond is found by the next one.
AT_ONE_LOOK = 100


@dataclass(frozen=True, slots=True)
class Inbox:
    """`arrived` are the notices after the number that was asked for, in their order; `unread` counts all of them."""

    arrived: Sequence[UUID]
    unread: int


def notices_of(contact_id: UUID) -> ScopedQuerySet[Any]:
    """What has arrived in one person's app and was not removed from it, with `is_viewed`."""
    return _arrived().filter(contact_id=contact_id)


def notices_among(ids: Sequence[UUID]) -> ScopedQuerySet[Any]:
    """Those of these notices that were not removed, with `is_viewed`, in the order in which they arrived."""
    return _arrived().filter(pk__in=ids).order_by("notice_number")


def newest_notice(contact_id: UUID) -> int:
    """The number of the last notice that ever arrived for them; 0 where none has."""
    numbers = Communication.objects.filter(contact_id=contact_id, notice_number__isnull=False)
    return numbers.aggregate(newest=Max("notice_number"))["newest"] or 0


def notices_missed(contact_id: UUID, *, after: int) -> list[UUID] | None:
    """What has arrived since the notice of that number; None where that cannot be told in full any more: it is more
    than 500, or began more than 24 hours ago, or the number is none of ours.
    """
    since = notices_of(contact_id).filter(notice_number__gt=after).order_by("notice_number")
    missed = list(since.values_list("pk", "sent_at")[: REPLAYED_AT_MOST + 1])
    if len(missed) > REPLAYED_AT_MOST or after > newest_notice(contact_id):
        return None
    if any(sent_at is None or sent_at < now() - REPLAYED_WITHIN for _notice, sent_at in missed[:1]):
        return None
    return [notice for notice, _sent_at in missed]


# One step into an index for each person and question, whoever else has how much.
_INBOXES = """
SELECT asked.contact_id,
       ARRAY(SELECT c.id FROM messaging_communication c
             WHERE c.organisation_id = %(organisation)s AND c.mode = %(mode)s AND c.contact_id = asked.contact_id
               AND c.notice_number IS NOT NULL AND c.removed_at IS NULL AND c.notice_number > asked.number
             ORDER BY c.notice_number LIMIT %(most)s),
       (SELECT count(*) FROM messaging_communication c
        WHERE c.organisation_id = %(organisation)s AND c.mode = %(mode)s AND c.contact_id = asked.contact_id
          AND c.notice_number IS NOT NULL AND c.removed_at IS NULL AND c.viewed_at IS NULL)
FROM unnest(%(people)s::uuid[], %(numbers)s::bigint[]) AS asked (contact_id, number)
"""


def inboxes(after: Mapping[UUID, int]) -> dict[UUID, Inbox]:
    """By person, what has arrived after the notice of that number, and how much they have not looked at; one statement
    for however many people.
    """
    organisation_id, mode = current_scope().tenant
    asked: dict[str, Any] = {
        "organisation": organisation_id, "mode": str(mode), "most": AT_ONE_LOOK, "people": list(after),
        "numbers": list(after.values()),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INBOXES, asked)
        return {contact_id: Inbox(arrived, unread) for contact_id, arrived, unread in cursor.fetchall()}


def _arrived() -> ScopedQuerySet[Any]:
    arrived: ScopedQuerySet[Any] = Communication.objects.filter(notice_number__isnull=False, removed_at=None)
    return arrived.annotate(is_viewed=IsNull(F("viewed_at"), False))
