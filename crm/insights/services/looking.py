"""People are looked at again when something happened to them: how they are doing, and where they belong."""

from collections.abc import Collection
from uuid import UUID

from crm.insights.models import Segment, SegmentState
from crm.insights.rules import Known, everybody
from crm.insights.services.health import compute_health
from crm.insights.services.ordering import in_order
from crm.insights.services.settling import hold_people, inside_of, let_go, recount, settle
from crm.kernel.tasks import queue_task
from crm.kernel.transactions import atomic

AT_ONCE = 1_000
LOOK = "insights.look_at_people"


@atomic
def look_again(*, contact_ids: Collection[UUID]) -> None:
    """Something happened to these people, however many: a worker looks at them, a thousand at a time, soon after the
    transaction in hand is committed.
    """
    ids = sorted(set(contact_ids))
    for start in range(0, len(ids), AT_ONCE):
        queue_task(LOOK, contact_ids=[str(one) for one in ids[start : start + AT_ONCE]])


@atomic
def look_at(contact_ids: Collection[UUID]) -> None:
    """Compute how these people are doing, and let each be in the segments that they match; in a worker. Who is no
    customer any more leaves all of them, snapshots too.
    """
    held = hold_people(contact_ids)
    compute_health(held)
    segments = list(Segment.objects.filter(archived_at=None))
    inside, known = inside_of(segments, held), Known()
    following = in_order([segment for segment in segments if segment.is_dynamic], known)
    for one in following:
        quietly = one.segment.state == SegmentState.FILLING
        settle(one, known, held, inside.get(one.segment.pk, set()), quietly=quietly)
    done = {one.segment.pk for one in following}
    others = [segment for segment in segments if segment.pk in inside.keys() - done]
    if others:
        gone = set(held) - set(everybody().filter(pk__in=held).values_list("pk", flat=True))
        for segment in others:
            let_go(segment, inside[segment.pk] & gone)


@atomic
def look_at_merged(contact_ids: Collection[UUID]) -> None:
    """The same after a merge, or after one was taken apart: it moved rows without counting anybody."""
    look_at(contact_ids)
    recount(contact_ids)
