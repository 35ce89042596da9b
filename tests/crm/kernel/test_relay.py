"""The relay sends what is due to the broker, and is the only one who does (reliability O1, O2)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.db.models.functions import Now
from kombu.exceptions import OperationalError as BrokerError

from crm.kernel import relay
from crm.kernel.due import SWEEP, Due, State
from crm.kernel.ids import new_id
from crm.kernel.models import Event, JobRun, QueuedTask
from crm.kernel.relay import publish_due
from tests.crm.kernel.elsewhere import elsewhere

pytestmark = pytest.mark.django_db
Sent = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What was handed to Celery, in order, in place of a broker."""
    messages: Sent = []
    broker(monkeypatch, lambda name, **options: messages.append((name, options)))
    return messages


def broker(monkeypatch: pytest.MonkeyPatch, send: Callable[..., Any]) -> None:
    monkeypatch.setattr(current_app._get_current_object(), "send_task", send)


def a_task(**values: Any) -> QueuedTask:
    given = {"organisation_id": new_id(), "mode": "live", "name": "tests.work", "actor_kind": "key", "actor_id": "k"}
    return QueuedTask.objects.create(**{**given, **values})


def an_event() -> Event:
    return Event.objects.create(
        organisation_id=new_id(),
        mode="live",
        name="tests.happened",
        occurred_at=Now(),
        subject_kind="x",
        subject_id="1",
    )


def tasks_sent(sent: Sent) -> list[str]:
    return [options["task_id"] for _name, options in sent]


def ago(**elapsed: float) -> Any:
    return Now() - timedelta(**elapsed)


def test_each_kind_of_work_has_its_message(sent: Sent) -> None:
    event, task = an_event(), a_task(mode="test")
    run = JobRun.objects.create(job="tests.job", scheduled_for=Now())
    assert publish_due() == 3
    scope = {"organisation": str(task.organisation_id), "mode": "test", "actor_kind": "key", "actor_id": "k"}
    assert sent == [
        ("kernel.deliver_event", {"args": [str(event.pk)]}),
        ("tests.work", {"task_id": str(task.pk), "headers": {"scope": scope}, "queue": "rapport"}),
        ("kernel.run_job", {"args": [str(run.pk)]}),
    ]


def test_a_message_holds_no_arguments_of_a_task(sent: Sent) -> None:
    a_task(arguments={"contact_id": "CANARY"})
    publish_due()
    assert "CANARY" not in str(sent)


def test_what_was_sent_is_sent_again_only_after_the_sweep(sent: Sent) -> None:
    task = a_task()
    assert (publish_due(), publish_due()) == (1, 0)
    ahead = QueuedTask.objects.filter(next_at__gt=Now() + SWEEP - timedelta(seconds=2), next_at__lte=Now() + SWEEP)
    assert ahead.filter(published_at__isnull=False).get() == task
    QueuedTask.objects.update(next_at=ago(seconds=1))
    assert publish_due() == 1


@pytest.mark.parametrize("state", [State.DONE, State.DEAD])
def test_what_is_finished_is_not_sent(sent: Sent, state: State) -> None:
    a_task(state=state)
    assert (publish_due(), sent) == (0, [])


def test_what_is_due_later_is_not_sent_yet(sent: Sent) -> None:
    task = a_task()
    QueuedTask.objects.update(next_at=Now() + timedelta(seconds=5))
    assert publish_due() == 0
    task.refresh_from_db()
    assert task.published_at is None


def test_the_oldest_are_sent_first(sent: Sent) -> None:
    tasks = [a_task() for _ in range(4)]
    for minutes, task in zip((1, 3, 2, 4), tasks, strict=True):
        QueuedTask.objects.filter(pk=task.pk).update(next_at=ago(minutes=minutes))
    publish_due()
    assert tasks_sent(sent) == [str(tasks[number].pk) for number in (3, 1, 2, 0)]


def test_no_more_are_sent_than_may_be_under_way(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "MOST_IN_FLIGHT", 3)
    tasks = [a_task() for _ in range(5)]
    an_event()
    assert publish_due() == 4, "each kind has room of its own"
    assert publish_due() == 0
    QueuedTask.objects.filter(pk=tasks[0].pk).update(state=State.DONE)
    assert publish_due() == 1
    assert publish_due() == 0


def test_messages_that_were_lost_do_not_take_up_room_for_ever(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "MOST_IN_FLIGHT", 1)
    a_task()
    publish_due()
    QueuedTask.objects.update(next_at=ago(seconds=1), published_at=ago(seconds=31))
    assert publish_due() == 1


def test_a_broker_that_refuses_leaves_everything_due(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, **options: Any) -> None:
        raise BrokerError

    task = a_task()
    broker(monkeypatch, refuse)
    with pytest.raises(BrokerError):
        publish_due()
    task.refresh_from_db()
    assert task.published_at is None
    assert QueuedTask.objects.filter(next_at__lte=Now()).exists()


@pytest.mark.django_db(transaction=True)
def test_the_relay_waits_for_a_broker_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    messages: Sent = []
    answers = iter([BrokerError(), OSError(), None])

    def send(name: str, **options: Any) -> None:
        if problem := next(answers):
            raise problem
        messages.append((name, options))

    broker(monkeypatch, send)
    naps: list[float] = []
    monkeypatch.setattr("time.sleep", naps.append)
    a_task()
    relay.run(lambda: not messages)
    assert len(messages) == 1
    assert naps == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_two_relays_never_send_the_same_row_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sent_by_two_relays(monkeypatch) == {"first": 5, "second": 0}


@pytest.mark.django_db(transaction=True)
def test_without_row_locks_two_relays_would_send_everything_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.db.models.QuerySet.select_for_update", lambda rows, **_options: rows)
    assert sent_by_two_relays(monkeypatch) == {"first": 5, "second": 5}


def sent_by_two_relays(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Five rows are due; while the first relay sends the first of them, a second relay looks for work."""
    for _ in range(5):
        a_task()
    count = {"first": 0, "second": 0}
    speaker = ["first"]

    def send(name: str, **options: Any) -> None:
        count[speaker[-1]] += 1
        if sum(count.values()) == 1:
            speaker.append("second")
            elsewhere(publish_due)
            speaker.pop()

    broker(monkeypatch, send)
    publish_due()
    return count


def test_every_kind_of_due_work_is_relayed() -> None:
    kinds = {kind for kind in Due.__subclasses__() if not kind._meta.abstract}
    assert kinds == {Event, QueuedTask, JobRun}
