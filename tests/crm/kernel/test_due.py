"""Work that is due, as rows (reliability O2, O7)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now

from crm.kernel.due import LONGEST_WAIT, MOST_ATTEMPTS, SWEEP, State, attempt, in_flight
from crm.kernel.ids import new_id
from crm.kernel.models import QueuedTask
from tests.crm.kernel.elsewhere import elsewhere

pytestmark = pytest.mark.django_db


def a_row(**values: Any) -> QueuedTask:
    return QueuedTask.objects.create(organisation_id=new_id(), mode="live", name="tests.work", **values)


def fresh(row: QueuedTask) -> QueuedTask:
    return QueuedTask.objects.get(pk=row.pk)


def seconds_until_due(row: QueuedTask) -> float:
    wait = ExpressionWrapper(F("next_at") - Now(), output_field=DurationField())
    left: timedelta = QueuedTask.objects.annotate(wait=wait).values_list("wait", flat=True).get(pk=row.pk)
    return left.total_seconds()


def fail(row: QueuedTask) -> None:
    QueuedTask.objects.filter(pk=row.pk).update(name="written by work that failed")
    raise ValueError("the printer is on fire")


def nothing(row: QueuedTask) -> None:
    pass


def test_a_new_row_is_due_at_once() -> None:
    row = fresh(a_row())
    assert (row.state, row.attempts, row.last_error) == (State.DUE, 0, "")
    assert -2 < seconds_until_due(row) <= 0


def test_work_is_done_once() -> None:
    row, done = a_row(), []
    assert attempt(QueuedTask, row.pk, done.append) is True
    assert attempt(QueuedTask, row.pk, done.append) is False
    assert done == [row]
    assert fresh(row).state == State.DONE


def test_an_attempt_is_counted_before_the_work() -> None:
    row, counted = a_row(), []
    attempt(QueuedTask, row.pk, lambda taken: counted.append((taken.attempts, fresh(row).attempts)))
    assert counted == [(1, 1)]


def test_an_attempt_is_counted_even_when_the_worker_is_lost() -> None:
    def be_killed(row: QueuedTask) -> None:
        raise SystemExit

    row = a_row()
    with pytest.raises(SystemExit):
        attempt(QueuedTask, row.pk, be_killed)
    assert (fresh(row).state, fresh(row).attempts) == (State.DUE, 1)


def test_a_row_taken_up_is_not_due_again_before_the_next_sweep() -> None:
    row = a_row()
    QueuedTask.take_up(row.pk)
    assert SWEEP.total_seconds() - 2 < seconds_until_due(row) <= SWEEP.total_seconds()


def test_work_that_fails_leaves_nothing_but_its_traceback() -> None:
    row = a_row()
    assert attempt(QueuedTask, row.pk, fail) is False
    after = fresh(row)
    assert (after.name, after.state, after.attempts) == ("tests.work", State.DUE, 1)
    assert "ValueError: the printer is on fire" in after.last_error
    assert "in fail" in after.last_error


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 5), (1, 5), (2, 10), (3, 20), (4, 40)])
def test_each_failure_puts_a_row_off_a_little_longer(attempts: int, seconds: int) -> None:
    row = a_row(attempts=attempts)
    row.put_off(ValueError())
    assert 0.8 * seconds - 1 < seconds_until_due(row) <= 1.2 * seconds


def test_no_wait_is_much_longer_than_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.kernel.due.MOST_ATTEMPTS", 50)
    row = a_row(attempts=20)
    row.put_off(ValueError())
    assert 200 < seconds_until_due(row) <= 1.2 * LONGEST_WAIT.total_seconds()


def test_waits_differ_so_that_rows_do_not_come_back_together() -> None:
    waits = set()
    for row in [a_row(attempts=4) for _ in range(5)]:
        row.put_off(ValueError())
        waits.add(round(seconds_until_due(row), 2))
    assert len(waits) > 1


def test_after_five_failures_a_row_is_a_dead_letter() -> None:
    row = a_row()
    states = []
    for _ in range(MOST_ATTEMPTS):
        attempt(QueuedTask, row.pk, fail)
        states.append(fresh(row).state)
    assert states == [State.DUE] * 4 + [State.DEAD]
    assert attempt(QueuedTask, row.pk, nothing) is False
    assert (fresh(row).state, fresh(row).attempts) == (State.DEAD, MOST_ATTEMPTS)


def test_a_row_whose_worker_always_dies_is_buried_when_taken_up() -> None:
    row = a_row()
    for number in range(1, MOST_ATTEMPTS + 1):
        taken = QueuedTask.take_up(row.pk)
        assert taken is not None
        assert taken.attempts == number
    assert QueuedTask.take_up(row.pk) is None
    assert fresh(row).state == State.DEAD
    assert "worker was lost" in fresh(row).last_error


def test_a_buried_row_keeps_the_error_it_had() -> None:
    row = a_row(attempts=MOST_ATTEMPTS, last_error="ValueError: before")
    assert QueuedTask.take_up(row.pk) is None
    assert fresh(row).last_error == "ValueError: before"


def test_replay_gives_a_dead_letter_a_new_life() -> None:
    row = a_row(state=State.DEAD, attempts=MOST_ATTEMPTS)
    row.replay()
    assert (fresh(row).state, fresh(row).attempts) == (State.DUE, 0)
    assert -2 < seconds_until_due(row) <= 0
    assert attempt(QueuedTask, row.pk, nothing) is True


@pytest.mark.parametrize("state", [State.DONE, State.DUE])
def test_only_a_dead_letter_is_replayed(state: State) -> None:
    row = a_row(state=state, attempts=3)
    row.replay()
    assert (fresh(row).state, fresh(row).attempts) == (state, 3)


def test_a_finished_row_is_not_put_off() -> None:
    row = a_row(state=State.DONE, attempts=1)
    row.put_off(ValueError())
    assert (fresh(row).state, fresh(row).last_error) == (State.DONE, "")


@pytest.mark.parametrize("state", [State.DONE, State.DEAD])
def test_what_is_not_due_is_neither_taken_up_nor_held(state: State) -> None:
    row = a_row(state=state)
    assert QueuedTask.take_up(row.pk) is None
    assert QueuedTask.hold(row.pk) is None
    assert fresh(row).attempts == 0


def test_an_unknown_row_is_nobodys_work() -> None:
    assert attempt(QueuedTask, new_id(), fail) is False


def test_rows_published_lately_and_unfinished_are_in_flight() -> None:
    a_row()
    for state in State.values:
        a_row(state=state)
    QueuedTask.objects.filter(state=State.DUE).update(published_at=Now() - SWEEP - timedelta(seconds=1))
    QueuedTask.objects.exclude(state=State.DUE).update(published_at=Now())
    assert in_flight(QueuedTask) == 0
    QueuedTask.objects.filter(state=State.DUE).update(published_at=Now() - SWEEP + timedelta(seconds=5))
    assert in_flight(QueuedTask) == 2


@pytest.mark.django_db(transaction=True)
def test_the_rows_lock_excludes_a_second_worker() -> None:
    row, second = a_row(), []

    def meanwhile(taken: QueuedTask) -> None:
        second.append(elsewhere(lambda: attempt(QueuedTask, row.pk, fail)))

    assert attempt(QueuedTask, row.pk, meanwhile) is True
    assert second == [False]
    assert (fresh(row).state, fresh(row).attempts) == (State.DONE, 1)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_second_worker_would_do_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.db.models.QuerySet.select_for_update", lambda rows, **_options: rows)
    row, second = a_row(), []

    def meanwhile(taken: QueuedTask) -> None:
        second.append(elsewhere(lambda: attempt(QueuedTask, row.pk, nothing)))

    attempt(QueuedTask, row.pk, meanwhile)
    assert second == [True]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_lost_gives_the_lock_back() -> None:
    def be_killed(row: QueuedTask) -> None:
        raise SystemExit

    row = a_row()
    with pytest.raises(SystemExit):
        attempt(QueuedTask, row.pk, be_killed)
    assert elsewhere(lambda: attempt(QueuedTask, row.pk, nothing)) is True
