"""Sequences and moments to start from."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from crm.leads.models import Lead
from crm.messaging.models import Communication, Template
from crm.messaging.services import send_due
from crm.nurturing.models import Enrolment, Sequence, StepRun
from crm.nurturing.services import (
    Enrolled,
    Ran,
    define_sequence,
    draft_steps,
    enrol_leads,
    publish_sequence,
    run_due_steps,
)
from tests.builders import a_lead
from tests.cast import World
from tests.crm.messaging.letters import a_template, at

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
MAIL: dict[str, Any] = {"kind": "email", "template_key": "news"}
TASK: dict[str, Any] = {"kind": "task", "title": "Call them"}


def wait(number: int, unit: str = "day", **more: Any) -> dict[str, Any]:
    return {"kind": "wait", "delay": number, "delay_unit": unit, **more}


def only_if(field: str, test: str, *values: str, otherwise: int | None = None) -> dict[str, Any]:
    return {"kind": "branch", "field": field, "test": test, "values": list(values), "otherwise": otherwise}


def write(field: str, value: str) -> dict[str, Any]:
    return {"kind": "update", "field": field, "values": [value]}


def a_sequence(world: World, *steps: dict[str, Any], goal: dict[str, Any] | None = None, **values: Any) -> Sequence:
    """A published sequence of these steps; the template `news` is there."""
    with world.scope():
        missing = not Template.objects.filter(key="news").exists()
    if missing:
        a_template(world)
    with world.scope():
        sequence = define_sequence(**{"name": "Welcome", **values})
        draft_steps(sequence_id=sequence.pk, steps=steps, goal=goal)
        publish_sequence(sequence_id=sequence.pk)
        return Sequence.objects.get(pk=sequence.pk)


def enter(world: World, sequence: Sequence, *leads: UUID, moment: datetime = NOON) -> Enrolled:
    with at(world, moment):
        return enrol_leads(sequence_id=sequence.pk, lead_ids=leads)


def tick(world: World, moment: datetime = NOON) -> Ran:
    """What is due at `moment`, to the end."""
    ran = Ran()
    with at(world, moment):
        while (chunk := run_due_steps()).looked_at:
            ran.add(chunk)
    return ran


def send(world: World, moment: datetime = NOON) -> int:
    with at(world, moment):
        return send_due()


def inside(world: World, *steps: dict[str, Any], sequence_name: str = "Welcome", **lead: Any) -> Enrolment:
    """A new lead in a new sequence of these steps, since noon."""
    sequence, lead_id = a_sequence(world, *steps, name=sequence_name), a_lead(world, **lead)
    enter(world, sequence, lead_id)
    with world.scope():
        return Enrolment.objects.get(lead_id=lead_id)


def now_of(world: World, enrolment: Enrolment) -> Enrolment:
    with world.scope():
        return Enrolment.objects.get(pk=enrolment.pk)


def runs_of(world: World, enrolment: Enrolment) -> list[tuple[str, str, str]]:
    """Kind, state and reason of each run, in the order of the steps."""
    with world.scope():
        runs = StepRun.objects.filter(enrolment=enrolment).order_by("step__position")
        return list(runs.values_list("step__kind", "state", "reason"))


def due_at(world: World, enrolment: Enrolment) -> datetime:
    """When the one open step is due."""
    with world.scope():
        return StepRun.objects.get(enrolment=enrolment, state="scheduled").due_at


def messages(world: World) -> list[Communication]:
    with world.scope():
        return list(Communication.objects.order_by("created_at", "id"))


def lead_now(world: World, enrolment: Enrolment) -> Lead:
    with world.scope():
        return Lead.objects.get(pk=enrolment.lead_id)
