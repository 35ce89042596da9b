"""Segments are looked through as a whole: quietly after their conditions were written, and every night to mend what no
event told of, such as time going by. Who is in the wrong place is found in sets; each of them is then settled like
anybody to whom something happened.
"""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from crm.insights.events import SegmentFilled
from crm.insights.models import Segment, SegmentKind, SegmentState
from crm.insights.rules import Known, asked_of, everybody
from crm.insights.services.ordering import Readable, in_order, read
from crm.insights.services.settling import hold_people, inside_of, open_rows, settle
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.transactions import atomic

AT_ONCE = 2_000


@atomic
def fill_next(*, segment_id: UUID, revision: int, after: UUID | None = None) -> UUID | None:
    """Put the next two thousand behind the id `after` into a segment or out of it; the last of them, None at the end. A
    filling that a later change of the conditions has overtaken does nothing.
    """
    segment = Segment.objects.filter(pk=segment_id, archived_at=None, revision=revision).first()
    if segment is None or segment.state != SegmentState.FILLING:
        return None
    known = Known()
    readable = read(segment, known)
    if readable is None:
        _break_down(segment)
        return None
    return _look_through(readable, known, after)


@atomic
def sweep_next(place: str) -> tuple[str, int]:
    """The next step of the nightly run: of one segment the next two thousand who are in the wrong place. `place` is the
    number of the segment and the last person looked at; with it, how much was done, 0 at the end.
    """
    number, _colon, after = place.partition(":")
    at, known = int(number or 0), Known()
    todo = _to_be_swept(known)
    if at >= len(todo):
        return place, 0
    last = _look_through(todo[at], known, UUID(after) if after else None)
    return (f"{at + 1}:" if last is None else f"{at}:{last}"), 1


def _to_be_swept(known: Known) -> list[Readable]:
    """Those that follow their conditions, in order, and snapshots that were never finished."""
    unfinished = Q(kind=SegmentKind.DYNAMIC) | Q(state=SegmentState.FILLING)
    segments = list(Segment.objects.filter(unfinished, archived_at=None))
    readable = in_order(segments, known)
    could_be_read = {one.segment.pk for one in readable}
    for segment in segments:
        if segment.pk not in could_be_read:
            _break_down(segment)
    return readable


def _look_through(of: Readable, known: Known, after: UUID | None) -> UUID | None:
    """One chunk; the last person of it, None when nobody is left."""
    segment = of.segment
    ids = _misplaced(of, known, after)
    held = hold_people(ids)
    # Only now: whoever looks at people holds them before they write about segments.
    if Segment.objects.for_update().filter(pk=segment.pk, revision=segment.revision, archived_at=None).first() is None:
        return None
    inside = inside_of([segment], held).get(segment.pk, set())
    settle(of, known, held, inside, quietly=segment.state == SegmentState.FILLING)
    if len(ids) == AT_ONCE:
        return ids[-1]
    _finish(segment)
    return None


def _misplaced(of: Readable, known: Known, after: UUID | None) -> list[UUID]:
    """Who should be in the segment and is not, or is and should not be: the first so many behind the id `after`."""
    inside = open_rows().filter(segment=of.segment)
    matching = asked_of(everybody(), of.rule, known)
    missing = matching.filter(~Exists(inside.filter(contact=OuterRef("pk"))))
    wrong = inside.filter(~Exists(matching.filter(pk=OuterRef("contact_id"))))
    if after is not None:
        missing, wrong = missing.filter(pk__gt=after), wrong.filter(contact__gt=after)
    come = missing.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    go = wrong.order_by("contact").values_list("contact", flat=True)[:AT_ONCE]
    return sorted({*come, *go})[:AT_ONCE]


def _finish(segment: Segment) -> None:
    """Everybody was looked at: the number of people is reckoned anew."""
    members = open_rows().filter(segment=segment).count()
    Segment.objects.filter(pk=segment.pk).update(state=SegmentState.READY, member_count=members, refreshed_at=now())
    if segment.state == SegmentState.FILLING:
        record(SegmentFilled(segment_id=segment.pk, members=members))


def _break_down(segment: Segment) -> None:
    Segment.objects.filter(pk=segment.pk).update(state=SegmentState.BROKEN)
