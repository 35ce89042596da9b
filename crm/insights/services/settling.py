"""Who is in which segment is written here and nowhere else: for people whose rows are held, so that of two who look at
once the second sees what the first wrote.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Greatest

from crm.contacts.models import Contact
from crm.insights.events import SegmentEntered, SegmentLeft
from crm.insights.models import Segment, SegmentMember
from crm.insights.rules import Known, asked_of, everybody
from crm.insights.services.ordering import Readable
from crm.kernel.clock import now
from crm.kernel.copying import insert_rows
from crm.kernel.events import record_all
from crm.kernel.tenancy import ScopedQuerySet


def hold_people(contact_ids: Collection[UUID]) -> list[UUID]:
    """The ids of these people, deleted ones too, under their locks until the transaction ends."""
    rows = Contact.objects.filter(pk__in=contact_ids).order_by("pk").select_for_update(of=("self",), no_key=True)
    return list(rows.values_list("pk", flat=True))


def inside_of(segments: Iterable[Segment], contact_ids: Collection[UUID]) -> Mapping[UUID, set[UUID]]:
    """Which of these people are in each of these segments, by the segment's id."""
    rows = open_rows().filter(segment__in=[segment.pk for segment in segments], contact__in=contact_ids)
    inside: dict[UUID, set[UUID]] = defaultdict(set)
    for segment_id, contact_id in rows.values_list("segment", "contact"):
        inside[segment_id].add(contact_id)
    return inside


def open_rows() -> ScopedQuerySet[SegmentMember]:
    return SegmentMember.objects.filter(left_at=None)


def settle(of: Readable, known: Known, held: Collection[UUID], inside: set[UUID], *, quietly: bool = False) -> None:
    """Let those of the people held who match the segment be in it, and no others of them. Each who comes in or goes is
    an event, unless it is done `quietly`. `inside` is who of them was in it.
    """
    matching = set(asked_of(everybody().filter(pk__in=held), of.rule, known).values_list("pk", flat=True))
    _move(of.segment, matching - inside, inside - matching, quietly)


def let_go(segment: Segment, contact_ids: set[UUID]) -> None:
    """Of people held who are no customers any more."""
    _move(segment, set(), contact_ids, False)


def _move(segment: Segment, came: set[UUID], went: set[UUID], quietly: bool) -> None:
    if not came and not went:
        return
    rows = {row.pk: row for row in (SegmentMember(segment=segment, contact_id=one, entered_at=now()) for one in came)}
    inserted = [rows[key].contact_id for key in insert_rows(SegmentMember, list(rows.values()))]
    open_rows().filter(segment=segment, contact__in=went).update(left_at=now())
    members = F("member_count") + len(inserted) - len(went)
    Segment.objects.filter(pk=segment.pk).update(member_count=Greatest(members, 0))
    if not quietly:
        entered = [SegmentEntered(contact_id=one, segment_id=segment.pk, slug=segment.slug) for one in sorted(inserted)]
        left = [SegmentLeft(contact_id=one, segment_id=segment.pk, slug=segment.slug) for one in sorted(went)]
        record_all([*entered, *left])


def recount(contact_ids: Collection[UUID]) -> None:
    """The number of people of every segment that any of these are or were in, after rows were moved between them."""
    concerned = SegmentMember.objects.filter(contact__in=contact_ids).values("segment")
    for segment in Segment.objects.for_update().filter(pk__in=concerned, archived_at=None).order_by("pk"):
        segment.member_count = open_rows().filter(segment=segment).count()
        segment.save(update_fields=["member_count"])
