"""A reply, an unsubscription, a conversion and the like end a sequence, and nothing more leaves (semantics §3.8)."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest

from crm.imports.services import import_file
from crm.kernel.events import consumers_of
from crm.kernel.models import Event
from crm.leads.models import Lead
from crm.leads.services import add_interaction, change_lead, convert_lead, delete_lead
from crm.messaging.events import AddressSuppressed, MessageReplied
from crm.messaging.models import Communication, Suppression
from crm.messaging.services import suppress, unsubscribe
from crm.messaging.services.sending import give_back
from crm.nurturing.errors import EnrolmentNotFound
from crm.nurturing.models import Enrolment
from crm.nurturing.services import archive_sequence, stop_enrolment
from crm.nurturing.subscribers import stop_replied, stop_suppressed
from tests.builders import a_lead
from tests.cast import World
from tests.crm.messaging.letters import a_template, at
from tests.crm.nurturing.sequences import (
    MAIL,
    NOON,
    a_sequence,
    enter,
    inside,
    messages,
    now_of,
    runs_of,
    send,
    tick,
    wait,
)

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def ended(world: World, enrolment: Enrolment) -> tuple[str, str]:
    now = now_of(world, enrolment)
    return now.state, now.reason


def times_told(world: World) -> int:
    return Event.objects.filter(name="nurturing.stopped", organisation_id=world.organisation.pk).count()


BY_THE_LEAD: dict[str, Callable[[Lead], object]] = {
    "converted": lambda lead: convert_lead(lead_id=lead.pk),
    "won": lambda lead: change_lead(lead_id=lead.pk, status="won"),
    "lost": lambda lead: change_lead(lead_id=lead.pk, status="lost"),
    "deleted": lambda lead: delete_lead(lead_id=lead.pk),
    "meeting": lambda lead: add_interaction(lead_id=lead.pk, type="meeting"),
}


@pytest.mark.parametrize("reason", BY_THE_LEAD)
def test_what_happens_to_the_lead_ends_it_at_once(acme: World, reason: str) -> None:
    enrolment = inside(acme, MAIL, wait(1), MAIL)
    tick(acme)
    with acme.scope():
        BY_THE_LEAD[reason](enrolment.lead)
    assert ended(acme, enrolment) == ("stopped", reason)
    assert runs_of(acme, enrolment) == [("email", "cancelled", reason)]
    send(acme)
    assert [(message.state, message.reason) for message in messages(acme)] == [("skipped", "sequence_stopped")]
    assert tick(acme, NOON + 9 * DAY).looked_at == 0
    assert times_told(acme) == 1


@pytest.mark.parametrize("kind", ["call", "email", "note"])
def test_other_interactions_do_not(acme: World, kind: str) -> None:
    enrolment = inside(acme, MAIL)
    with acme.scope():
        add_interaction(lead_id=enrolment.lead_id, type=kind)
    assert now_of(acme, enrolment).is_active


@pytest.mark.parametrize(
    ("put_on_the_list", "reason"),
    [("bounce", "bounce"), ("complaint", "complaint"), ("blacklisted", "blacklisted"), ("erased", "deleted")],
)
def test_an_address_on_the_list_ends_it(acme: World, put_on_the_list: str, reason: str) -> None:
    enrolment = inside(acme, MAIL, wait(1), MAIL, email="Ann@Example.com")
    with acme.scope():
        suppress(channel="email", address="ann@example.com", reason=put_on_the_list)
        stop_suppressed(the_suppression(acme))
    assert ended(acme, enrolment) == ("stopped", reason)


def the_suppression(world: World) -> object:
    entry = Suppression.objects.get()
    return AddressSuppressed(suppression_id=entry.pk, channel=entry.channel, reason=entry.reason)


def test_unsubscribing_from_a_letter_ends_it(acme: World) -> None:
    enrolment = inside(acme, MAIL, wait(1), MAIL)
    tick(acme)
    send(acme)
    [letter] = messages(acme)
    with acme.scope():
        unsubscribe(communication_id=letter.pk)
        stop_suppressed(the_suppression(acme))
    assert ended(acme, enrolment) == ("stopped", "unsubscribe")


def test_even_before_the_worker_has_told_nothing_more_is_asked_for(acme: World) -> None:
    enrolment = inside(acme, MAIL, wait(1), MAIL)
    tick(acme)
    send(acme)
    [letter] = messages(acme)
    with acme.scope():
        unsubscribe(communication_id=letter.pk)
    tick(acme, NOON + DAY + timedelta(hours=1))
    tick(acme, NOON + 3 * DAY)
    assert ended(acme, enrolment) == ("stopped", "unsubscribe")
    assert [message.state for message in messages(acme)] == ["sent", "skipped"]


def test_a_phone_on_the_list_ends_only_what_sends_sms(acme: World) -> None:
    a_template(acme, "text", channel="sms", body="Hello", subject="")
    sms = {"kind": "sms", "template_key": "text"}
    with_sms, without = a_sequence(acme, sms, name="Texts"), a_sequence(acme, MAIL, name="Mails")
    first, second = (a_lead(acme, phone="+35799123456") for _ in range(2))
    enter(acme, with_sms, first)
    enter(acme, without, second)
    with acme.scope():
        suppress(channel="phone", address="+35799123456", reason="unsubscribe")
        stop_suppressed(the_suppression(acme))
        states = dict(Enrolment.objects.values_list("lead_id", "state"))
    assert states == {first: "stopped", second: "active"}


def test_a_reply_ends_it(acme: World) -> None:
    enrolment = inside(acme, MAIL, wait(1), MAIL)
    tick(acme)
    send(acme)
    assert "nurturing.stop_replied" in consumers_of(MessageReplied.name)
    message = messages(acme)[0]
    with acme.scope():
        stop_replied(
            MessageReplied(
                communication_id=message.pk, incoming_id=message.pk, contact_id="", lead_id=str(enrolment.lead_id)
            )
        )
    assert ended(acme, enrolment) == ("stopped", "reply")


def test_somebody_may_end_it_and_a_second_click_changes_nothing(acme: World, rival: World) -> None:
    enrolment = inside(acme, MAIL)
    with rival.scope(), pytest.raises(EnrolmentNotFound):
        stop_enrolment(enrolment_id=enrolment.pk)
    for _ in range(2):
        with acme.scope():
            stop_enrolment(enrolment_id=enrolment.pk)
    assert ended(acme, enrolment) == ("stopped", "by_hand")
    assert times_told(acme) == 1


def test_in_an_archived_sequence_people_finish(acme: World) -> None:
    enrolment = inside(acme, MAIL)
    with acme.scope():
        assert archive_sequence(sequence_id=enrolment.sequence_id) == 0
    tick(acme)
    send(acme)
    tick(acme, NOON + DAY)
    assert ended(acme, enrolment) == ("finished", "")


def test_unless_everybody_is_stopped(acme: World) -> None:
    sequence = a_sequence(acme, MAIL)
    enter(acme, sequence, *[a_lead(acme) for _ in range(3)])
    with acme.scope():
        assert archive_sequence(sequence_id=sequence.pk, stop_all=True) == 3
        assert archive_sequence(sequence_id=sequence.pk, stop_all=True) == 0
    assert tick(acme).looked_at == 0
    with acme.scope():
        assert set(Enrolment.objects.values_list("state", "reason")) == {("stopped", "archived")}


def test_a_message_that_is_leaving_at_that_moment_is_told_as_it_went(acme: World) -> None:
    enrolment = inside(acme, MAIL)
    tick(acme)
    with acme.scope():
        Communication.objects.update(state="sending", attempts=1)
        change_lead(lead_id=enrolment.lead_id, status="lost")
    [message] = messages(acme)
    assert message.state == "sending"
    with acme.scope():
        give_back(message)
    assert [(one.state, one.reason) for one in messages(acme)] == [("skipped", "sequence_stopped")]
    with at(acme, NOON):
        assert Enrolment.objects.get().reason == "lost"


def test_a_file_that_loses_leads_ends_it_too(acme: World) -> None:
    enrolment = inside(acme, MAIL, wait(1), MAIL, email="ann@example.com")
    tick(acme)
    with acme.scope():
        import_file(noun="leads", file=BytesIO(b"name,email,status\nAnn,ann@example.com,lost\n"), file_name="lost.csv")
    assert ended(acme, enrolment) == ("stopped", "lost")
    assert [message.state for message in messages(acme)] == ["skipped"]
