"""Schedules are rows that the platform's operator may edit (design §7)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from celery.schedules import crontab
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from crm.kernel.jobs import JOBS, Job
from crm.kernel.schedules import ensure_schedules

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two jobs of the tests beside the product's own."""
    for name, every in (("tests.often", timedelta(seconds=90)), ("tests.nightly", crontab(hour=2, minute=0))):
        monkeypatch.setitem(JOBS, name, Job(name, every, lambda _run: iter(())))


def schedule(name: str) -> PeriodicTask:
    return PeriodicTask.objects.get(name=name)


def rows() -> list[Any]:
    return list(PeriodicTask.objects.order_by("name").values("name", "crontab", "interval", "enabled", "args"))


def test_every_job_has_a_row_that_names_it() -> None:
    assert ensure_schedules() == len(JOBS)
    assert set(PeriodicTask.objects.values_list("name", flat=True)) == set(JOBS)
    for row in PeriodicTask.objects.all():
        assert (row.task, json.loads(row.args), row.enabled) == ("kernel.tick", [row.name], True)


def test_doing_it_again_changes_nothing() -> None:
    ensure_schedules()
    before = rows()
    assert ensure_schedules() == 0
    assert rows() == before


def test_intervals_are_kept_in_seconds() -> None:
    ensure_schedules()
    interval = schedule("tests.often").interval
    assert (interval.every, interval.period) == (90, IntervalSchedule.SECONDS)


def test_times_of_day_are_kept_in_utc_and_shared() -> None:
    ensure_schedules()
    nightly = schedule("tests.nightly").crontab
    assert (nightly.hour, nightly.minute, nightly.day_of_week, str(nightly.timezone)) == ("2", "0", "*", "UTC")
    assert schedule("verify_tallies").crontab == nightly
    assert CrontabSchedule.objects.filter(hour="2", minute="0").count() == 1


def test_the_operators_edits_stay() -> None:
    ensure_schedules()
    daily = CrontabSchedule.objects.create(hour="5", minute="30", timezone="UTC")
    PeriodicTask.objects.filter(name="tests.nightly").update(crontab=daily, enabled=False)
    assert ensure_schedules() == 0
    row = schedule("tests.nightly")
    assert (row.crontab, row.enabled) == (daily, False)


def test_schedules_of_jobs_that_are_gone_are_dropped() -> None:
    ensure_schedules()
    del JOBS["tests.often"]
    ensure_schedules()
    assert not PeriodicTask.objects.filter(name="tests.often").exists()
    assert PeriodicTask.objects.filter(name="tests.nightly").exists()


def test_tasks_of_others_are_left_alone() -> None:
    every = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.HOURS)
    PeriodicTask.objects.create(name="celery.backend_cleanup", task="celery.backend_cleanup", interval=every)
    ensure_schedules()
    assert PeriodicTask.objects.filter(name="celery.backend_cleanup").exists()


def test_the_products_own_jobs_are_registered() -> None:
    assert JOBS["verify_tallies"].every == crontab(hour=2, minute=0)
