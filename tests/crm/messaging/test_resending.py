"""A message that failed, or whose fate is unknown, is sent again by hand: once more through every gate."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from crm.messaging.errors import CommunicationNotFound, MayArriveTwice, NotToBeSentAgain, TextIsGone
from crm.messaging.models import Communication, MessageState
from crm.messaging.recipients import Recipient
from crm.messaging.services import send_again, suppress
from tests.cast import World
from tests.crm.messaging.letters import NOON, a_message, a_template, at, events_of, send, smtp_sink, stored
from tests.dialects.traces import latest_events

LATER = NOON + timedelta(days=9)
pytestmark = pytest.mark.django_db


def a_message_that(world: World, state: str, **values: Any) -> Communication:
    a_template(world)
    message = a_message(world, **values)
    with world.scope():
        Communication.objects.filter(pk=message.pk).update(state=state, attempts=6, reason="it was so", sent_at=None)
    return message


def again(world: World, message: Communication, **values: Any) -> Communication:
    with at(world, LATER):
        return send_again(communication_id=message.pk, **values)


def test_what_failed_is_due_again_with_all_its_attempts_and_arrives(acme: World, settings: Any) -> None:
    message = a_message_that(acme, "failed")
    kept = again(acme, message)
    assert (kept.state, kept.attempts, kept.reason, kept.due_at) == ("queued", 0, "", LATER)
    assert events_of(acme, message)[0] == "message.sent_again"
    assert latest_events(acme, "message.sent_again")[0].changes == {"state": ["failed", "queued"]}
    with smtp_sink(settings) as sink:
        send(acme, LATER)
    assert len(sink.mails) == 1
    assert stored(acme, message).state == MessageState.SENT


def test_the_gates_are_passed_anew(acme: World) -> None:
    message = a_message_that(acme, "failed")
    with acme.scope():
        suppress(channel="email", address="ann@example.com", reason="unsubscribe")
    again(acme, message)
    send(acme, LATER)
    assert (stored(acme, message).state, stored(acme, message).reason) == ("skipped", "unsubscribe")


def test_what_may_have_left_is_sent_again_only_for_who_knows_that(acme: World) -> None:
    message = a_message_that(acme, "unknown")
    with pytest.raises(MayArriveTwice):
        again(acme, message)
    assert stored(acme, message).state == MessageState.UNKNOWN
    assert again(acme, message, may_arrive_twice=True).state == MessageState.QUEUED


@pytest.mark.parametrize("state", ["queued", "sending", "sent", "skipped", "captured"])
def test_nothing_else_is_sent_again(acme: World, state: str) -> None:
    message = a_message_that(acme, state)
    with pytest.raises(NotToBeSentAgain):
        again(acme, message, may_arrive_twice=True)
    assert stored(acme, message).state == state


def test_a_second_click_changes_nothing(acme: World) -> None:
    message = a_message_that(acme, "failed")
    again(acme, message)
    with pytest.raises(NotToBeSentAgain):
        again(acme, message)
    assert events_of(acme, message).count("message.sent_again") == 1


def test_what_was_never_written_cannot_be_sent(acme: World) -> None:
    a_template(acme)
    message = a_message(acme, recipient=Recipient(email="no address"))
    assert message.state == MessageState.FAILED
    with pytest.raises(TextIsGone):
        again(acme, message)


def test_a_secret_that_is_not_kept_is_not_sent_as_a_word(acme: World) -> None:
    a_template(acme, "otp", message_class="transactional", body="<p>{{ code }}</p>")
    message = a_message(acme, template_key="otp", secrets={"code": "123456"})
    with acme.scope():
        Communication.objects.filter(pk=message.pk).update(state="failed", sealed="", wrapped_key="")
    with pytest.raises(TextIsGone):
        again(acme, message)


def test_messages_of_other_places_are_unknown(acme: World, rival: World) -> None:
    theirs = a_message_that(rival, "failed")
    for message_id in (uuid4(), theirs.pk):
        with acme.scope(), pytest.raises(CommunicationNotFound):
            send_again(communication_id=message_id)
