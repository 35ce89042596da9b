"""What becomes of the letters is noticed: they leave, bounce, are stopped by a gate, or are called spam."""

from typing import Any

import pytest

from crm.feedback.services.notices import causes_of, request_asked_by
from crm.messaging.services import suppress
from tests.cast import World
from tests.crm.feedback.asked import DAY, answer, ask, letters, now_of, react
from tests.crm.messaging.letters import NOON, send, smtp_sink
from tests.crm.messaging.mails import a_complaint, a_report
from tests.crm.messaging.test_receiving import receive
from tests.dialects.traces import latest_events

pytestmark = pytest.mark.django_db


def test_the_cause_of_a_first_letter_tells_its_request(acme: World) -> None:
    request = ask(acme).request
    first, *reminders = causes_of(request.pk)
    assert request_asked_by(first) == request.pk
    others = (*reminders, "", "step:x:0", "feedback", "demo:welcome:0")
    assert [request_asked_by(cause) for cause in others] == [None] * len(others)


def test_a_letter_that_is_refused_for_good_has_bounced(acme: World, settings: Any) -> None:
    asked = ask(acme)
    with smtp_sink(settings) as sink:
        sink.answers = ["550 5.1.1 no such mailbox"]
        send(acme)
    react(acme, "message.failed")
    row = now_of(acme, asked.request)
    assert (row.state, row.next_reminder_at) == ("bounced", None)
    assert latest_events(acme, "feedback.bounced")[0].payload["feedback_id"] == str(row.pk)
    # Whom nobody reached is not throttled; the address is suppressed by now.
    assert ask(acme, row.customer_id, NOON + DAY).request.reason == "bounce"
    assert ask(acme, row.customer_id, NOON + DAY, channel="link").request.state == "sent"


@pytest.mark.parametrize(("status", "state"), [("5.1.1", "bounced"), ("4.2.2", "sent")])
def test_a_letter_that_comes_back_for_good_has_bounced(rehearsal: World, status: str, state: str) -> None:
    asked = ask(rehearsal)
    send(rehearsal)
    react(rehearsal, "message.sent")
    receive(a_report(letters(rehearsal)[0].pk, status=status))
    react(rehearsal, "message.bounced")
    assert now_of(rehearsal, asked.request).state == state


def test_an_answer_is_not_undone_by_what_comes_back_later(rehearsal: World) -> None:
    asked = ask(rehearsal)
    send(rehearsal)
    answer(rehearsal, asked.request, 5)
    receive(a_report(letters(rehearsal)[0].pk))
    react(rehearsal, "message.sent", "message.bounced")
    assert now_of(rehearsal, asked.request).state == "answered"


def test_who_calls_it_spam_is_not_reminded(rehearsal: World) -> None:
    asked = ask(rehearsal)
    send(rehearsal)
    react(rehearsal, "message.sent")
    assert now_of(rehearsal, asked.request).next_reminder_at == NOON + 3 * DAY
    receive(a_complaint(letters(rehearsal)[0].pk))
    react(rehearsal, "message.complained")
    assert (now_of(rehearsal, asked.request).state, now_of(rehearsal, asked.request).next_reminder_at) == ("sent", None)


def test_a_gate_that_closes_before_the_letter_leaves_skips_the_request(rehearsal: World) -> None:
    asked = ask(rehearsal)
    (letter,) = letters(rehearsal)
    with rehearsal.scope():
        suppress(channel="email", address=letter.recipient)
    send(rehearsal)
    react(rehearsal, "message.skipped")
    row = now_of(rehearsal, asked.request)
    assert (row.state, row.reason, row.next_reminder_at) == ("skipped", "blacklisted", None)


def test_other_messages_are_none_of_our_business(rehearsal: World) -> None:
    from tests.crm.messaging.letters import a_message, a_template

    a_template(rehearsal)
    asked = ask(rehearsal)
    a_message(rehearsal)
    send(rehearsal)
    react(rehearsal, "message.sent")
    assert now_of(rehearsal, asked.request).sent_at == NOON
