"""The nightly tidying: what is done and old goes; the audit trail and dead letters stay."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.db.models.functions import Now

from crm.kernel import tidying
from crm.kernel.due import State
from crm.kernel.ids import new_id
from crm.kernel.jobs import carry_on, run_now
from crm.kernel.models import Event, JobRun, Processed, QueuedTask

pytestmark = pytest.mark.django_db
OLD, YOUNG = timedelta(days=31), timedelta(days=29)


def a_task(age: timedelta, state: str = State.DONE) -> QueuedTask:
    return QueuedTask.objects.create(
        organisation_id=new_id(), mode="live", name="tests.work", state=state, created_at=Now() - age
    )


def a_run(age: timedelta, state: str = State.DONE) -> JobRun:
    finished = None if state == State.DUE else Now() - age
    return JobRun.objects.create(
        job=f"tests.{new_id()}", scheduled_for=Now() - age, state=state, finished_at=finished, next_at=Now()
    )


def a_receipt(age: timedelta, state: str = State.DONE) -> Processed:
    event = Event.objects.create(
        organisation_id=new_id(), mode="live", name="tests.happened", occurred_at=Now(), recorded_at=Now() - age,
        subject_kind="x", subject_id="1", state=state,
    )  # fmt: skip
    return Processed.objects.create(consumer="tests.x", event=event)


def tidy_up() -> JobRun:
    run = run_now("tidy_up")
    assert carry_on(run.pk)
    return JobRun.objects.get(pk=run.pk)


def is_there(row: Model) -> bool:
    return type(row)._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("make", [a_task, a_run, a_receipt])
def test_what_is_done_goes_after_thirty_days(make: Any) -> None:
    old, young = make(OLD), make(YOUNG)
    tidy_up()
    assert (is_there(old), is_there(young)) == (False, True)


@pytest.mark.parametrize("make", [a_task, a_run, a_receipt])
@pytest.mark.parametrize("state", [State.DUE, State.DEAD])
def test_what_is_not_done_stays_however_old(make: Any, state: str) -> None:
    row = make(OLD, state=state)
    tidy_up()
    assert is_there(row)


def test_events_stay_for_ever() -> None:
    event = a_receipt(timedelta(days=3650)).event
    tidy_up()
    assert is_there(event)


def test_the_outcome_tells_what_went(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidying, "CHUNK", 2)
    for make, number in ((a_task, 5), (a_run, 2), (a_receipt, 1)):
        for _ in range(number):
            make(OLD)
    run = tidy_up()
    assert (run.outcome, run.done) == ({"tasks": 5, "runs": 2, "receipts": 1, "counters": 0}, 8)
    assert not QueuedTask.objects.exists()
