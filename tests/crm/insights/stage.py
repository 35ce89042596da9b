"""How these tests let time and the worker do their part."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from celery import current_app

from crm.contacts.models import Customer, CustomerInteraction
from crm.insights.models import Segment, SegmentMember
from crm.insights.services import define_segment
from crm.kernel.clock import now
from crm.kernel.due import State
from crm.kernel.jobs import carry_on, run_now
from crm.kernel.models import Event, JobRun, QueuedTask
from crm.kernel.tasks import deliver, headers_of
from tests.builders import a_customer
from tests.cast import World

GOLD = {"field": "tier", "op": "eq", "value": "gold"}
BLOCKED = {"field": "status", "op": "eq", "value": "blocked"}


def field(key: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": key, "op": op} | ({} if value is None else {"value": value})


def a_segment(world: World, rule: Any, slug: str = "", **values: Any) -> UUID:
    """A segment of that rule, filled; its id."""
    with world.scope():
        segment = define_segment(slug=slug, rule=rule, **{"name": slug or "Some", **values})  # type: ignore[arg-type]
    work_off(world)
    return segment.pk  # type: ignore[no-any-return]


def work_off(world: World) -> None:
    """What is due of our own tasks and events, as the worker does it, until nothing is."""
    organisation_id, mode = world.tenant
    of_world = {"organisation_id": organisation_id, "mode": mode, "state": State.DUE}
    while row := QueuedTask.objects.filter(**of_world, name__startswith="insights.").first():
        current_app.tasks[row.name].apply(task_id=str(row.pk), headers=headers_of(row))
        row.refresh_from_db()
        assert row.state == State.DONE, row.last_error
    events = Event.objects.filter(**of_world).order_by("id")
    while row := events.first():
        assert deliver(row.pk), Event.objects.get(pk=row.pk).last_error


def job(name: str) -> JobRun:
    """A run of the job, to its end."""
    run = run_now(name)
    assert carry_on(run.pk), JobRun.objects.get(pk=run.pk).last_error
    return JobRun.objects.get(pk=run.pk)


def inside(world: World, segment_id: UUID) -> set[UUID]:
    with world.scope():
        open_rows = SegmentMember.objects.filter(segment_id=segment_id, left_at=None)
        return set(open_rows.values_list("contact", flat=True))


def stored_segment(world: World, segment_id: UUID) -> Segment:
    with world.scope():
        return Segment.objects.get(pk=segment_id)


def said(world: World, contact_id: UUID, *, days_ago: float = 0, **values: Any) -> None:
    """Something that was said with a customer."""
    with world.scope():
        moment = now() - timedelta(days=days_ago)
        CustomerInteraction.objects.create(
            contact_id=contact_id, actor_kind="job", actor_id="test", created_at=now(), updated_at=now(),
            **{"type": "call", "subject": "Hello", "happened_at": moment, **values},
        )  # fmt: skip


def customer_since(world: World, contact_id: UUID, moment: datetime) -> None:
    with world.scope():
        Customer.objects.filter(pk=contact_id).update(created_at=moment)


def a_marked_segment(world: World, mark: str) -> UUID:
    return a_segment(world, {"all": []}, mark.lower(), name=mark)


def a_marked_member(world: World, mark: str) -> UUID:
    """Somebody's row in a segment, both of which bear the mark."""
    person = a_customer(world, name=mark)
    segment_id = a_segment(world, field("name", "eq", mark), f"of_{mark.lower()}", name=mark)
    with world.scope():
        return SegmentMember.objects.get(segment_id=segment_id, contact_id=person).pk  # type: ignore[no-any-return]
