"""Several relays, workers and schedulers at once: every row is sent, done and ticked once."""

import threading
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from celery import shared_task
from django.db import transaction

from crm.kernel import tasks
from crm.kernel.due import Due, attempt
from crm.kernel.jobs import note_tick
from crm.kernel.models import Event, JobRun, QueuedTask
from crm.kernel.relay import publish_due
from crm.kernel.tasks import ScopedTask, deliver
from crm.reports import services as report_services
from crm.reports.models import DailyTally, Measure
from crm.reports.selectors import count_of
from tests.builders import customers_of
from tests.cast import Cast
from tests.journeys.reactions import without_receipt
from tests.races.together import succeeded, together, without_index

pytestmark = pytest.mark.xdist_group("races")

CALLERS = 8
RELAYS = 4
ROUNDS = 6


@shared_task(base=ScopedTask, name="tests.do_nothing")
def do_nothing() -> None: ...


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Counter[Any]:
    """What went to the broker, by row. Every relay's first message waits a second for the others' first: all have read
    by then, and none has noted what it sent."""
    counted: Counter[Any] = Counter()
    everyone, own = threading.Barrier(RELAYS), threading.local()

    def send(name: str, args: Any = None, task_id: str = "", **_kwargs: Any) -> None:
        if not hasattr(own, "waited"):
            own.waited = True
            with suppress(threading.BrokenBarrierError):
                everyone.wait(timeout=1)
        counted[task_id or args[0]] += 1

    monkeypatch.setattr("celery.current_app.send_task", send)
    return counted


def queue(cast: Cast, number: int) -> None:
    with cast.acme.scope(), transaction.atomic():
        for _ in range(number):
            do_nothing.queue()


def test_two_relays_never_send_a_row_twice(committed_cast: Cast, sent: Counter[Any]) -> None:
    queue(committed_cast, 200)
    together(*[publish_due] * RELAYS)
    assert QueuedTask.objects.count() == 200
    assert sent.total() == len(sent) == 200 + Event.objects.filter(state="due").count()


def test_without_skip_locked_they_do(committed_cast: Cast, sent: Counter[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db.models import QuerySet

    monkeypatch.setattr(QuerySet, "select_for_update", lambda queryset, *_args, **_kwargs: queryset.all())
    queue(committed_cast, 200)
    together(*[publish_due] * RELAYS)
    assert sent.total() > len(sent)


def test_an_event_delivered_by_many_workers_counts_once(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    customers_of(acme, ROUNDS)
    for event in Event.objects.filter(state="due", name="customer.created"):
        together(*[lambda event=event: deliver(event.pk)] * CALLERS)
    with acme.scope():
        assert count_of(Measure.NEW_CUSTOMERS) == ROUNDS


def test_without_receipt_and_lock_it_counts_often(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_react", without_receipt)
    acme = committed_cast.acme
    customers_of(acme, 5 * ROUNDS)
    for event in Event.objects.filter(state="due", name="customer.created"):
        together(*[lambda event=event: deliver(event.pk)] * CALLERS)
    with acme.scope():
        assert count_of(Measure.NEW_CUSTOMERS) > 5 * ROUNDS


def run_one_task(cast: Cast) -> int:
    """How often the work of one queued task was done by many workers with its message."""
    queue(cast, 1)
    row = QueuedTask.objects.order_by("-id")[0]
    done: list[int] = []
    together(*[lambda: attempt(QueuedTask, row.pk, lambda _row: done.append(1))] * CALLERS)
    return len(done)


def test_a_task_taken_by_many_workers_is_done_once(committed_cast: Cast) -> None:
    assert [run_one_task(committed_cast) for _ in range(ROUNDS)] == [1] * ROUNDS


def test_without_the_rows_lock_it_is_done_often(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Due, "hold", classmethod(lambda model, pk: model.objects.get(pk=pk)))
    # Whether they meet is chance; on a busy machine it may take a while.
    assert any(run_one_task(committed_cast) > 1 for _ in range(10 * ROUNDS))


def test_many_schedulers_make_one_tick(committed_cast: Cast) -> None:
    assert succeeded(together(*[lambda: note_tick("tidy_up")] * CALLERS)) == CALLERS
    assert JobRun.objects.filter(job="tidy_up").count() == 1


def test_without_the_unique_tick_they_make_several(committed_cast: Cast) -> None:
    with without_index("job_run_once_per_tick", "kernel_jobrun"):
        together(*[lambda: note_tick("tidy_up")] * CALLERS)
        assert JobRun.objects.filter(job="tidy_up").count() > 1


def add_at_once(cast: Cast) -> int:
    from crm.kernel.clock import now

    def add() -> None:
        with cast.acme.scope():
            for _ in range(10):
                report_services.add_to_tally(measure=Measure.NEW_CUSTOMERS, per_day={now().date(): 1})

    together(*[add] * CALLERS)
    with cast.acme.scope():
        return count_of(Measure.NEW_CUSTOMERS)


def test_a_tally_loses_no_count(committed_cast: Cast) -> None:
    assert add_at_once(committed_cast) == CALLERS * 10


def test_a_tally_that_reads_and_writes_back_does(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def naive(*, measure: str, per_day: Any) -> None:
        for day, number in per_day.items():
            tally, _ = DailyTally.objects.get_or_create(measure=measure, day=day)
            DailyTally.objects.filter(pk=tally.pk).update(count=tally.count + number)

    monkeypatch.setattr(report_services, "add_to_tally", naive)
    assert add_at_once(committed_cast) < CALLERS * 10
