"""When the provider is away, a sender dies, or the job is cut short (reliability O4)."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from crm.kernel.jobs import carry_on, run_now
from crm.kernel.models import JobRun
from crm.messaging.governor import rules_of_scope
from crm.messaging.models import Communication, MessageState
from crm.messaging.recipients import Recipient
from crm.messaging.selectors import tenants_with_due_messages
from crm.messaging.services import change_sending_settings
from crm.messaging.services.sending import MOST_ATTEMPTS, Ways, deliver, take_next
from crm.organisations.models import Organisation
from tests.cast import Cast, World
from tests.crm.messaging.letters import (
    NOON,
    Sink,
    a_message,
    a_template,
    at,
    events_of,
    send,
    smtp_sink,
    stored,
)


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with smtp_sink(settings) as running:
        yield running


def abandoned(world: World, message: Communication) -> None:
    """Its sender took it and died six minutes ago."""
    with at(world, NOON):
        assert take_next(rules_of_scope()) is not None
        Communication.objects.filter(pk=message.pk).update(claimed_until=Now() - timedelta(minutes=1))


def test_a_provider_that_is_down_is_tried_later_and_in_the_end_the_failure_shows(acme: World, settings: Any) -> None:
    with smtp_sink(settings):
        pass  # the port is known, and nobody listens there any more
    a_template(acme, "otp", message_class="transactional")
    message = a_message(acme, template_key="otp")
    waits, moment = [], NOON
    for attempt in range(1, MOST_ATTEMPTS):
        send(acme, moment)
        kept = stored(acme, message)
        assert (kept.state, kept.attempts, kept.reason) == ("queued", attempt, "ConnectionRefusedError")
        waits.append(kept.due_at - moment)
        moment = kept.due_at
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=30)
    send(acme, moment)
    assert (stored(acme, message).state, events_of(acme, message)) == ("failed", ["message.failed"])


def test_a_provider_that_is_down_is_not_asked_for_every_message(acme: World, settings: Any) -> None:
    with smtp_sink(settings):
        pass
    a_template(acme)
    for n in range(5):
        a_message(acme, f"c{n}", recipient=Recipient(email=f"p{n}@example.com"))
    assert send(acme) == 1


@pytest.mark.parametrize(
    ("kind", "channel", "state"),
    [("marketing", "email", "unknown"), ("marketing", "sms", "unknown"), ("transactional", "sms", "unknown"),
     ("transactional", "email", "sent")],
)  # fmt: skip
def test_what_a_dead_sender_left_is_unknown_and_only_account_mail_is_sent_again(
    acme: World, sink: Sink, kind: str, channel: str, state: str
) -> None:
    a_template(acme, "t", message_class=kind, channel=channel)
    message = a_message(acme, template_key="t")
    abandoned(acme, message)
    taken = stored(acme, message)
    assert taken.state == MessageState.SENDING
    send(acme)
    send(acme, NOON + timedelta(minutes=1))
    kept = stored(acme, message)
    assert (kept.state, kept.provider_message_id) == (state, taken.provider_message_id)
    assert [mail["Message-ID"] for mail in sink.mails] == ([taken.provider_message_id] if state == "sent" else [])
    assert events_of(acme, message) == [f"message.{state}"]


def test_a_live_lease_is_left_alone(acme: World, sink: Sink) -> None:
    a_template(acme)
    message = a_message(acme)
    with at(acme, NOON):
        take_next(rules_of_scope())
    send(acme, NOON + timedelta(days=2))  # leases are real time, whatever the business clock says
    assert stored(acme, message).state == MessageState.SENDING


def test_the_job_sends_in_every_tenant_that_has_something_due(committed_cast: Cast, sink: Sink) -> None:
    worlds = (committed_cast.acme, committed_cast.rehearsal, committed_cast.rival)
    messages = []
    for world in worlds:
        a_template(world, message_class="transactional")
        with world.scope() as scope:
            moment = scope.now
        messages.append(a_message(world, moment=moment))
    assert {tenant.organisation_id for tenant in tenants_with_due_messages()} == {w.organisation.id for w in worlds}
    run = run_now("send_outbox")
    assert carry_on(run.pk)
    assert [stored(world, message).state for world, message in zip(worlds, messages, strict=True)] == [
        "sent", "captured", "sent",
    ]  # fmt: skip
    assert len(sink.mails) == 2
    assert JobRun.objects.get(pk=run.pk).done == 3
    assert tenants_with_due_messages() == []


def test_the_job_hands_nothing_over_before_the_mark_is_committed(
    committed_cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while handing over, the row is SENDING for everybody to see."""
    acme = committed_cast.acme
    a_template(acme, message_class="transactional")
    message = a_message(acme)

    class Killed(BaseException):
        pass

    def die(*_args: Any) -> None:
        raise Killed

    monkeypatch.setattr("crm.messaging.channels.email.EmailChannel.send", die)
    with pytest.raises(Killed):
        carry_on(run_now("send_outbox").pk)
    assert stored(acme, message).state == MessageState.SENDING


def test_a_run_that_is_cut_short_gives_back_what_it_had_taken(
    committed_cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = committed_cast.acme
    a_template(acme)
    message = a_message(acme)
    with acme.scope():
        change_sending_settings(quiet_from="00:00", quiet_until="00:00")
        Communication.objects.update(wanted_at=Now(), due_at=Now())
    monkeypatch.setattr("crm.kernel.jobs.SLICE_SECONDS", -1)
    run = run_now("send_outbox")
    assert not carry_on(run.pk)
    states = set()
    for _ in range(3):
        carry_on(run.pk)
        states.add(stored(acme, message).state)
    assert states == {"queued"}
    assert stored(acme, message).attempts == 0


def test_test_mode_is_due_by_its_own_clock(committed_cast: Cast) -> None:
    rehearsal = committed_cast.rehearsal
    a_template(rehearsal, message_class="transactional")
    with rehearsal.scope() as scope:
        moment = scope.now
    a_message(rehearsal, moment=moment, due_at=moment + timedelta(days=3))
    assert tenants_with_due_messages() == []
    Organisation.objects.filter(pk=rehearsal.organisation.pk).update(test_clock_offset=timedelta(days=3, minutes=1))
    assert tenants_with_due_messages() == [rehearsal.tenant]


def test_a_late_success_is_believed_and_a_late_failure_is_not(acme: World, sink: Sink) -> None:
    """The lease was over and the row UNKNOWN when its slow sender came back."""
    a_template(acme)
    for cause, answers, state in (("slow", [], "sent"), ("refused", ["554 no"], "unknown")):
        message = a_message(acme, cause, recipient=Recipient(email=f"{cause}@example.com"))
        sink.answers = answers
        with at(acme, NOON):
            rules = rules_of_scope()
            taken = take_next(rules)
            assert taken is not None
            Communication.objects.filter(pk=message.pk).update(state=MessageState.UNKNOWN)
            with closing(Ways()) as ways:
                deliver(taken.message, ways, rules)
        assert stored(acme, message).state == state
