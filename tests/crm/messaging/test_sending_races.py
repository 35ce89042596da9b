"""Two senders at once: each message leaves once, and nobody's caps are passed. Each with its guard-off twin."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import QuerySet

from crm.messaging.models import Communication
from crm.messaging.recipients import Outgoing, Recipient
from crm.messaging.services import queue_messages
from crm.messaging.services.sending import send_due
from tests.cast import Cast, World
from tests.crm.messaging.letters import ANN, NOON, Sink, a_template, at, smtp_sink
from tests.races.together import succeeded, together, without_index

pytestmark = pytest.mark.xdist_group("races")

MESSAGES = 40


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with smtp_sink(settings) as running:
        yield running


def ask(world: World, *, alike: bool = False) -> list[Communication]:
    a_template(world)
    who = [ANN if alike else Recipient(email=f"p{n}@example.com") for n in range(MESSAGES)]
    with at(world, NOON):
        return queue_messages(batch=[Outgoing(one, f"c{n}", "news") for n, one in enumerate(who)])


def senders(world: World, number: int = 4) -> None:
    def send() -> int:
        with at(world, NOON):
            return send_due(limit=MESSAGES)

    outcomes = together(*[send] * number)
    assert succeeded(outcomes) == number, outcomes


def letters_by_id(sink: Sink) -> Counter[str]:
    return Counter(str(mail["Message-ID"]).strip() for mail in sink.mails)


def test_several_senders_send_each_message_once(committed_cast: Cast, sink: Sink) -> None:
    ask(committed_cast.acme)
    senders(committed_cast.acme)
    assert len(letters_by_id(sink)) == len(sink.mails) == MESSAGES


def test_without_the_lock_they_send_some_twice(
    committed_cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(committed_cast.acme)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)
    senders(committed_cast.acme)
    assert max(letters_by_id(sink).values()) > 1


def test_several_senders_keep_one_persons_cap(committed_cast: Cast, sink: Sink) -> None:
    ask(committed_cast.acme, alike=True)
    senders(committed_cast.acme)
    assert len(sink.mails) == 2


def test_without_the_lock_on_the_person_they_pass_it(
    committed_cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(committed_cast.acme, alike=True)
    monkeypatch.setattr("crm.messaging.services.sending.hold_names", lambda *_names: None)
    senders(committed_cast.acme, 8)
    assert len(sink.mails) > 2


def queue_one(world: World) -> list[Communication]:
    with at(world, NOON):
        return queue_messages(batch=[Outgoing(ANN, "one cause", "news")])


def test_one_cause_asked_for_at_once_is_one_message(committed_cast: Cast) -> None:
    a_template(committed_cast.acme)
    outcomes = together(*[lambda: queue_one(committed_cast.acme)] * 8)
    assert len({rows[0].pk for rows in outcomes}) == 1
    with committed_cast.acme.scope():
        assert Communication.objects.count() == 1


def test_without_the_index_it_is_several(committed_cast: Cast) -> None:
    a_template(committed_cast.acme)
    with without_index("communication_once", "messaging_communication"):
        together(*[lambda: queue_one(committed_cast.acme)] * 8)
        with committed_cast.acme.scope():
            assert Communication.objects.count() > 1
