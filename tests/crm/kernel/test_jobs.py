"""Scheduled jobs: once a tick, in steps that can be resumed (reliability O8, O10)."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from celery.schedules import crontab
from django.db.models.functions import Now

from crm.kernel import jobs
from crm.kernel.due import MOST_ATTEMPTS, State
from crm.kernel.errors import NotFound
from crm.kernel.jobs import (
    JOBS,
    Job,
    Steps,
    carry_on,
    in_chunks,
    job_called,
    job_scope,
    note_tick,
    run_now,
    tenants_left,
)
from crm.kernel.models import JobRun, QueuedTask
from crm.kernel.tasks import run_job, tick
from crm.kernel.tenancy import Tenant, current_scope
from tests.cast import Cast
from tests.crm.kernel.elsewhere import elsewhere

pytestmark = pytest.mark.django_db
NOON = datetime(2024, 5, 6, 12, 0, tzinfo=UTC)

Define = Callable[..., None]


@pytest.fixture
def define(monkeypatch: pytest.MonkeyPatch) -> Define:
    """`define(steps, every=...)`: for one test there is a job called `tests.count`."""

    def register(steps: Steps, every: crontab | timedelta = timedelta(minutes=5)) -> None:
        monkeypatch.setitem(JOBS, "tests.count", Job("tests.count", every, steps))

    return register


class Counting:
    """A job of `total` steps, each of which leaves a row; the steps in `broken` fail after that, that many times."""

    def __init__(self, total: int, broken: dict[int, int] | None = None) -> None:
        self.total, self.broken = total, broken or {}

    def __call__(self, run: JobRun) -> Iterator[int]:
        run.total = 10 * self.total
        for number in range(int(run.cursor or 0) + 1, self.total + 1):
            QueuedTask.objects.create(organisation_id=run.pk, mode="live", name=str(number))
            if self.broken.get(number, 0):
                self.broken[number] -= 1
                raise ValueError(f"step {number}")
            run.cursor = str(number)
            yield 10


def rows_left() -> list[str]:
    return list(QueuedTask.objects.order_by("id").values_list("name", flat=True))


def fresh(run: JobRun) -> JobRun:
    return JobRun.objects.get(pk=run.pk)


@pytest.mark.parametrize(
    ("every", "seconds", "same"),
    [(crontab(hour=2, minute=0), 59.9, True), (crontab(hour=2, minute=0), 60, False),
     (timedelta(seconds=30), 29.9, True), (timedelta(seconds=30), 30, False),
     (timedelta(hours=1), 3599, True), (timedelta(hours=1), 3600, False)],
)  # fmt: skip
def test_two_schedulers_a_little_apart_mean_the_same_tick(
    every: crontab | timedelta, seconds: float, same: bool
) -> None:
    job = Job("x", every, Counting(1))
    assert job.tick_of(NOON) == NOON
    assert (job.tick_of(NOON + timedelta(seconds=seconds)) == NOON) is same


def test_a_tick_is_noted_once(define: Define) -> None:
    define(Counting(1))
    first = note_tick("tests.count", NOON + timedelta(seconds=1))
    assert first is not None
    assert (first.scheduled_for, first.state, first.attempts) == (NOON, State.DUE, 0)
    assert note_tick("tests.count", NOON + timedelta(seconds=2)) is None
    assert note_tick("tests.count", NOON + timedelta(minutes=5)) is not None
    assert JobRun.objects.count() == 2


def test_a_tick_of_now_is_due_now(define: Define) -> None:
    define(Counting(1))
    tick("tests.count")
    assert JobRun.objects.filter(job="tests.count", state=State.DUE, next_at__lte=Now()).count() == 1


def test_there_are_no_ticks_of_unknown_jobs() -> None:
    for ask in (note_tick, run_now, job_called):
        with pytest.raises(NotFound, match=r"tests\.unknown"):
            ask("tests.unknown")
    assert not JobRun.objects.exists()


def test_a_job_runs_to_its_end_and_tells_its_progress(define: Define) -> None:
    define(Counting(3))
    run = run_now("tests.count")
    assert carry_on(run.pk) is True
    after = fresh(run)
    assert (after.state, after.done, after.total, after.cursor) == (State.DONE, 30, 30, "3")
    assert rows_left() == ["1", "2", "3"]
    assert after.started_at is not None
    assert after.finished_at is not None
    assert after.started_at <= after.finished_at


def test_a_finished_run_is_not_run_again(define: Define) -> None:
    define(Counting(1))
    run = run_now("tests.count")
    run_job(str(run.pk))
    assert carry_on(run.pk) is False
    assert rows_left() == ["1"]


def test_a_failed_step_leaves_nothing_and_the_run_resumes_from_its_cursor(define: Define) -> None:
    define(Counting(3, broken={2: 1}))
    run = run_now("tests.count")
    assert carry_on(run.pk) is False
    after = fresh(run)
    assert (after.state, after.cursor, after.done) == (State.DUE, "1", 10)
    assert rows_left() == ["1"]
    assert "ValueError: step 2" in after.last_error
    assert carry_on(run.pk) is True
    assert rows_left() == ["1", "2", "3"]
    assert fresh(run).started_at == after.started_at


def test_a_step_that_fails_five_times_makes_a_dead_letter(define: Define) -> None:
    define(Counting(3, broken={1: 99}))
    run = run_now("tests.count")
    for _ in range(MOST_ATTEMPTS):
        assert fresh(run).state == State.DUE
        carry_on(run.pk)
    assert (fresh(run).state, rows_left()) == (State.DEAD, [])


def test_a_later_step_has_five_attempts_too(define: Define) -> None:
    define(Counting(3, broken={2: 99}))
    run = run_now("tests.count")
    for _ in range(MOST_ATTEMPTS):
        carry_on(run.pk)
    assert (fresh(run).state, fresh(run).cursor) == (State.DEAD, "1")


def test_progress_gives_a_run_its_attempts_back(define: Define) -> None:
    define(Counting(6, broken={1: 4, 2: 4, 3: 4}))
    run = run_now("tests.count")
    turns = 0
    while fresh(run).state == State.DUE:
        turns += 1
        carry_on(run.pk)
    assert fresh(run).state == State.DONE
    assert turns == 13


def test_a_dead_run_that_is_replayed_goes_on_from_its_cursor(define: Define) -> None:
    steps = Counting(3, broken={2: 99})
    define(steps)
    run = run_now("tests.count")
    while fresh(run).state == State.DUE:
        carry_on(run.pk)
    steps.broken = {}
    fresh(run).replay()
    assert carry_on(run.pk) is True
    assert rows_left() == ["1", "2", "3"]


def test_a_long_job_gives_its_worker_back_and_goes_on_with_the_next_message(
    define: Define, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SLICE_SECONDS", -1)
    define(Counting(2))
    run = run_now("tests.count")
    assert carry_on(run.pk) is False
    assert (fresh(run).state, fresh(run).done, rows_left()) == (State.DUE, 10, ["1"])
    assert JobRun.objects.filter(pk=run.pk, next_at__lte=Now()).exists()
    assert carry_on(run.pk) is False
    assert carry_on(run.pk) is True
    assert rows_left() == ["1", "2"]


def test_a_run_in_hand_is_not_due_for_others_however_long_its_steps_take(define: Define) -> None:
    ahead: list[bool] = []

    def steps(run: JobRun) -> Iterator[int]:
        this = JobRun.objects.filter(pk=run.pk)
        for _ in range(2):
            ahead.append(this.filter(next_at__gt=Now() + timedelta(seconds=20)).exists())
            this.update(next_at=Now())
            yield 1

    define(steps)
    carry_on(run_now("tests.count").pk)
    assert ahead == [True, True]


def test_a_job_whose_code_is_gone_is_a_dead_letter_in_the_end() -> None:
    run = JobRun.objects.create(job="tests.gone", scheduled_for=NOON)
    for _ in range(MOST_ATTEMPTS):
        assert carry_on(run.pk) is False
    assert (fresh(run).state, "tests.gone" in fresh(run).last_error) == (State.DEAD, True)


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_do_one_step_at_a_time(define: Define) -> None:
    second: list[bool] = []

    def steps(run: JobRun) -> Iterator[int]:
        second.append(elsewhere(lambda: carry_on(run.pk)))
        yield 1

    define(steps)
    assert carry_on(run_now("tests.count").pk) is True
    assert second == [False]


def test_a_step_that_another_worker_has_done_is_not_done_again(define: Define, monkeypatch: pytest.MonkeyPatch) -> None:
    define(Counting(4))
    run = run_now("tests.count")
    monkeypatch.setattr(jobs, "monotonic", a_clock_with_a_second_worker_between_two_steps(run))
    while fresh(run).state == State.DUE:
        carry_on(run.pk)
    assert rows_left() == ["1", "2", "3", "4"]
    assert fresh(run).done == 40


def a_clock_with_a_second_worker_between_two_steps(run: JobRun) -> Callable[[], float]:
    """Read first when a turn begins, then between steps. After the first step another worker has a turn of one step."""
    readings = iter([0.0, None, 0.0, 99.0])

    def monotonic() -> float:
        reading = next(readings, 0.0)
        if reading is None:
            carry_on(run.pk)
            return 0.0
        return reading

    return monotonic


def test_a_job_goes_through_every_tenant_once_in_the_tenants_scope(cast: Cast, define: Define) -> None:
    seen: list[Tenant] = []

    def steps(run: JobRun) -> Iterator[int]:
        for tenant in tenants_left(run):
            with job_scope(run, tenant):
                scope = current_scope()
                assert (scope.actor.kind, scope.actor.id) == ("job", "job:tests.count")
                seen.append(scope.tenant)
            if len(seen) == 2:
                raise ValueError
            yield 1

    define(steps)
    run = run_now("tests.count")
    assert (carry_on(run.pk), carry_on(run.pk)) == (False, True)
    assert (fresh(run).total, fresh(run).done) == (4, 4)
    assert seen[1] == seen[2]
    expected = {(cast.acme.organisation.id, mode) for mode in ("live", "test")}
    assert set(seen) == expected | {(cast.rival.organisation.id, mode) for mode in ("live", "test")}


def test_a_job_takes_each_tenant_in_chunks_and_goes_on_where_it_stood(cast: Cast, define: Define) -> None:
    seen: list[tuple[Tenant, str]] = []

    def work(after: str) -> tuple[str, int]:
        seen.append((current_scope().tenant, after))
        if len(seen) == 3:
            raise ValueError
        return str(int(after or 0) + 1), 5 if int(after or 0) < 2 else 0

    define(lambda run: in_chunks(run, work))
    run = run_now("tests.count")
    assert (carry_on(run.pk), carry_on(run.pk)) == (False, True)
    assert fresh(run).done == 4 * 10
    # What failed was taken up again at the place behind the last chunk that was done.
    assert seen[2] == seen[3] == (seen[0][0], "2")
    places = [place for tenant, place in seen[3:] if tenant == seen[-1][0]]
    assert places == ["", "1", "2"]
    assert len({tenant for tenant, _place in seen}) == 4
