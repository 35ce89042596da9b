"""B10: one tick of nurturing with 100,000 due steps, each a letter: asked for, noted with its lead, the lead moved on.

The chunks are done in this process one after the other, as the worker's job does them, each committed. Beside it the
same with a tenth of the steps due and all leads there, because the cost is to follow what is due, not what exists.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from benchmarks.bench import Bench, Reach, Result
from benchmarks.clients import WrongAnswer
from benchmarks.data import ACTOR
from benchmarks.people import person
from crm.kernel.addresses import email_key
from crm.kernel.bulk import analyse
from crm.kernel.clock import now
from crm.kernel.entrances import scope_for
from crm.kernel.models import Event
from crm.leads.models import Lead, LeadInteraction, StageChange
from crm.messaging.models import Communication
from crm.nurturing.models import Enrolment, Sequence, StepRun
from crm.nurturing.services import nurture_next
from crm.nurturing.services.defaults import set_up_nurturing
from crm.nurturing.services.enrolling import enrol_eligible

FEW, MANY = 10_000, 100_000
AT_ONCE = 5_000
LONGEST_SECONDS = 60


def measure(bench: Bench) -> Iterator[Result]:
    """Raises WrongAnswer."""
    tenant = bench.places[0].tenant
    with scope_for(tenant, ACTOR):
        _clear()
        _prepare(MANY)
    with scope_for(tenant, ACTOR):
        sequence = _entered()
    many = _tick(bench, sequence, MANY)
    few = _tick(bench, sequence, FEW)
    with scope_for(tenant, ACTOR):
        _clear()
    yield Result(
        row="B10",
        work=f"a tick of nurturing, {MANY:,} letters due",
        ours=f"{many:.0f} s, {MANY / many:,.0f} steps/s",
        floor="",
        ratio="",
        growth=f"{FEW:,} of them due: {few:.1f} s",
        reaches=[
            Reach("a tick", many, LONGEST_SECONDS, unit=" s"),
            Reach("of a tenth", many / few / (MANY / FEW), 1.3, unit=" of ten times as long"),
        ],
        figures={"10,000": few, "100,000": many},
    )


def _prepare(number: int) -> None:
    for start in range(0, number, AT_ONCE):
        rows = [_lead(one, number) for one in range(start, min(number, start + AT_ONCE))]
        Lead.objects.bulk_create(rows, batch_size=1_000)
    analyse(Lead)


def _lead(number: int, of: int) -> Lead:
    email = f"nurtured.{number}@example.com"
    return Lead(
        name=person(number, of).name, email=email, email_key=email_key(email), company="Baker & Co", score=50,
        manual_score=50, status_since=now(), created_at=now(), updated_at=now(),
    )  # fmt: skip


def _entered() -> Sequence:
    sequence = set_up_nurturing()
    while enrol_eligible(sequence=sequence, limit=AT_ONCE).seen:
        pass
    analyse(Lead, Enrolment, StepRun)
    return sequence


def _tick(bench: Bench, sequence: Sequence, number: int) -> float:
    """Seconds to do `number` first letters that are due, of all that are there."""
    tenant = bench.places[0].tenant
    with scope_for(tenant, ACTOR):
        _make_due(sequence, number)
    started, place, done = time.monotonic(), "", 1
    while done:
        with scope_for(tenant, ACTOR):
            place, done = nurture_next(place)
    seconds = time.monotonic() - started
    with scope_for(tenant, ACTOR):
        if (asked := Communication.objects.count()) != number:
            raise WrongAnswer(f"{asked} letters were asked for, not {number}")
    return seconds


def _make_due(sequence: Sequence, number: int) -> None:
    """The first letters of so many are due, all others tomorrow, and nothing was written yet."""
    _delete(Communication, LeadInteraction, StageChange)
    Lead.objects.update(status="new", last_contact=None)
    runs = StepRun.objects.filter(enrolment__sequence=sequence)
    runs.update(state="scheduled", reason="", completed_at=None, started_at=None, due_at=now() + timedelta(days=1))
    due = list(runs.order_by("pk").values_list("pk", flat=True)[:number])
    for start in range(0, number, AT_ONCE):
        StepRun.objects.filter(pk__in=due[start : start + AT_ONCE]).update(due_at=now())
    analyse(StepRun)


def _clear() -> None:
    _delete(StepRun, Enrolment, Sequence, Communication, LeadInteraction, StageChange, Lead)
    Event.objects.filter(name__in=("lead.status_changed", "leads.enrolled", "steps.run")).delete()


def _delete(*tables: Any) -> None:
    """So many at once: whatever hangs on them is named by its keys, and a statement takes 65,535."""
    for table in tables:
        while ids := list(table.objects.values_list("pk", flat=True)[:AT_ONCE]):
            table.objects.filter(pk__in=ids).delete()
