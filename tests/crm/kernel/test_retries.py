"""Whole transactions tried again when PostgreSQL asks for it (reliability L4). The errors are the server's own."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection

from crm.kernel.ids import new_id
from crm.kernel.models import QueuedTask
from crm.kernel.retries import MOST_RETRIES, in_transaction, sqlstate_of

pytestmark = pytest.mark.django_db
LOST = ["40001", "40P01", "55P03"]
OTHERS = ["57014", "53300", "23505", "22P02", "P0001"]


@pytest.fixture(autouse=True)
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it would have waited before each retry."""
    naps: list[float] = []
    monkeypatch.setattr("time.sleep", naps.append)
    return naps


class Work:
    """Writes a row and loses with `sqlstate`, as often as it is told to; then it succeeds."""

    def __init__(self, sqlstate: str, losses: int) -> None:
        self.sqlstate, self.losses, self.calls = sqlstate, losses, 0

    def __call__(self) -> int:
        self.calls += 1
        QueuedTask.objects.create(organisation_id=new_id(), mode="live", name=str(self.calls))
        if self.calls <= self.losses:
            with connection.cursor() as cursor:
                cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '{self.sqlstate}'; END $$")
        return self.calls


def written() -> list[str]:
    return list(QueuedTask.objects.values_list("name", flat=True))


def test_work_that_succeeds_is_done_once() -> None:
    work = Work("40001", losses=0)
    assert in_transaction(work) == 1
    assert written() == ["1"]


@pytest.mark.parametrize("sqlstate", LOST)
@pytest.mark.parametrize("losses", [1, 2, 3])
def test_a_lost_transaction_is_tried_up_to_three_times_more(sqlstate: str, losses: int) -> None:
    assert in_transaction(Work(sqlstate, losses)) == losses + 1
    assert written() == [str(losses + 1)]


@pytest.mark.parametrize("sqlstate", LOST)
def test_the_last_failure_is_raised(sqlstate: str) -> None:
    work = Work(sqlstate, losses=99)
    with pytest.raises(OperationalError) as failure:
        in_transaction(work)
    assert sqlstate_of(failure.value) == sqlstate
    assert work.calls == 1 + MOST_RETRIES == 4
    assert written() == []


@pytest.mark.parametrize("sqlstate", OTHERS)
def test_other_failures_are_raised_at_once(sqlstate: str) -> None:
    work = Work(sqlstate, losses=99)
    with pytest.raises(DatabaseError) as failure:
        in_transaction(work)
    assert sqlstate_of(failure.value) == sqlstate
    assert (work.calls, written()) == (1, [])


def test_errors_of_our_own_are_raised_at_once_and_leave_nothing() -> None:
    def work() -> None:
        Work("40001", losses=0)()
        raise LookupError

    with pytest.raises(LookupError):
        in_transaction(work)
    assert written() == []


def test_waits_are_short_and_grow(naps: list[float]) -> None:
    in_transaction(Work("40001", losses=3))
    assert len(naps) == 3
    for retry, nap in enumerate(naps):
        assert 0.01 * 2**retry <= nap <= 0.05 * 2**retry


@pytest.mark.parametrize(
    ("build", "expected"),
    [(lambda: OperationalError("the server never answered"), None), (IntegrityError, None), (ValueError, None)],
)
def test_an_error_without_an_answer_has_no_sqlstate(build: Callable[[], Any], expected: str | None) -> None:
    assert sqlstate_of(build()) is expected
