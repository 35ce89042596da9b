"""Customers are asked: by which way, in which words, how often, and who is not."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from crm.contacts.errors import ContactNotFound
from crm.contacts.services import delete_contact
from crm.feedback.errors import (
    AskedLately,
    CustomerNotAsked,
    CustomerNotReached,
    FeedbackLinkNotFound,
    RequestOpen,
)
from crm.feedback.models import FeedbackLink, FeedbackRequest
from crm.feedback.selectors import key_of, request_behind
from crm.feedback.services import change_feedback_settings, close_request
from crm.kernel.errors import Invalid
from crm.messaging.models import Template
from crm.messaging.services import suppress, write_version
from tests.builders import a_customer, an_entry
from tests.cast import Cast, World
from tests.crm.feedback.asked import DAY, answer, ask, letters, now_of
from tests.crm.messaging.letters import NOON, at
from tests.dialects.traces import latest_events, written

pytestmark = pytest.mark.django_db


def test_a_customer_is_asked_by_mail_with_a_link_of_their_own(acme: World, rehearsal: World) -> None:
    asked = ask(rehearsal, a_customer(rehearsal, name="Ann Lee"))
    request = asked.request
    assert (request.channel, request.scale, request.state) == ("email", "CSAT", "pending")
    assert (request.sent_at, request.expires_at) == (None, NOON + 30 * DAY)
    (letter,) = letters(rehearsal)
    assert (letter.message_class, letter.state, letter.subject) == ("marketing", "queued", "How did Acme do?")
    for text in ("Hello Ann,", "How satisfied are you with us?", f"/portal/feedback/{asked.token}"):
        assert text in letter.content
    assert latest_events(rehearsal, "feedback.requested")[0].payload == {
        "feedback_id": str(request.pk), "customer_id": str(request.customer_id), "channel": "email", "scale": "CSAT",
    }  # fmt: skip


def test_the_token_is_random_and_only_its_hash_is_kept(acme: World) -> None:
    asked = ask(acme)
    assert re.fullmatch(r"[\w-]{22}", asked.token)
    assert asked.token != ask(acme).token
    with acme.scope():
        assert FeedbackLink.objects.get(request=asked.request).key == key_of(asked.token)
    assert request_behind(asked.token) == (acme.tenant, asked.request.pk)
    (letter, _other) = letters(acme)
    assert (asked.token in letter.content, "[secret]" in letter.content) == (False, True)
    for wrong in ("", "x", asked.token[:-1], asked.token.swapcase(), "\udc80", "x" * 10_000, "\0"):
        with pytest.raises(FeedbackLinkNotFound):
            request_behind(wrong)


@pytest.mark.parametrize("channel", ["link", "api"])
def test_a_link_that_is_handed_over_counts_as_sent_at_once(acme: World, channel: str) -> None:
    request = ask(acme, channel=channel, scale="NPS").request
    assert (request.state, request.sent_at, request.next_reminder_at) == ("sent", NOON, None)
    assert letters(acme) == []


def test_an_sms_is_short_and_asks_on_the_scale_it_is_told(rehearsal: World) -> None:
    asked = ask(rehearsal, a_customer(rehearsal, phone="+35799123456"), channel="sms", scale="CES")
    (letter,) = letters(rehearsal)
    assert letter.channel == "sms"
    assert letter.content.startswith("Acme: How easy did we make it for you? http")
    assert letter.content.endswith(asked.token)
    assert len(letter.content) < 160


def test_a_request_at_a_time_and_one_in_thirty_days(acme: World) -> None:
    customer = a_customer(acme)
    first = ask(acme, customer).request
    with pytest.raises(RequestOpen) as refused:
        ask(acme, customer, NOON + DAY)
    assert refused.value.data == {"feedback_id": first.pk}
    answer(acme, first, 5, NOON + DAY)
    again = ask(acme, customer, NOON + 29 * DAY)
    assert (again.request.state, again.request.reason, again.token) == ("skipped", "throttled", "")
    assert isinstance(again.refusal, AskedLately)
    # Whom nobody asked is not thereby asked: it counts from the first request.
    assert ask(acme, customer, NOON + 30 * DAY).request.state == "pending"
    assert [event.payload["reason"] for event in latest_events(acme, "feedback.skipped")] == ["throttled"]
    assert len(latest_events(acme, "feedback.requested")) == 2


def test_throttling_is_of_a_person_over_all_scales_and_as_long_as_staff_say(acme: World, rehearsal: World) -> None:
    customer = a_customer(acme)
    answer(acme, ask(acme, customer, scale="NPS").request, 9)
    assert ask(acme, customer, NOON + DAY, scale="CES", channel="link").request.state == "skipped"
    assert ask(acme, None, NOON + DAY).request.state == "pending"
    with acme.scope():
        change_feedback_settings(throttle_days=0)
    assert ask(acme, customer, NOON + DAY).request.state == "pending"


def test_a_request_whose_time_is_over_does_not_stand_in_the_way(acme: World) -> None:
    customer = a_customer(acme)
    first = ask(acme, customer).request
    assert ask(acme, customer, NOON + 30 * DAY).request.state == "pending"
    assert now_of(acme, first).state == "expired"


@pytest.mark.parametrize("status", ["blocked", "inactive"])
def test_who_is_blocked_or_inactive_is_not_asked(acme: World, status: str) -> None:
    customer = a_customer(acme, status=status)
    before = written(acme)
    with pytest.raises(CustomerNotAsked):
        ask(acme, customer)
    assert written(acme) == before


def test_nobody_is_asked_who_is_no_customer_here(acme: World, rival: World, rehearsal: World) -> None:
    gone = a_customer(acme)
    with acme.scope():
        delete_contact(contact_id=gone)
    an_entry(acme, email="listed@example.com")
    with acme.scope():
        from crm.contacts.models import Contact

        listed = Contact.objects.get(email_key="listed@example.com").pk
    for nobody in (uuid4(), gone, listed, a_customer(rival), a_customer(rehearsal)):
        with pytest.raises(ContactNotFound):
            ask(acme, nobody)


def reach(world: World, **values: Any) -> Any:
    return ask(world, a_customer(world, **values))


def test_whom_no_gate_lets_through_is_a_skipped_request(acme: World) -> None:
    with acme.scope():
        suppress(channel="email", address="blocked@example.com")
        suppress(channel="email", address="no@example.com", reason="unsubscribe")
    cases = {
        "blacklisted": reach(acme, email="blocked@example.com"), "unsubscribe": reach(acme, email="no@example.com"),
        "opted_out": reach(acme, email_opt_out=True), "no_address": reach(acme, email="", phone="+35799123456"),
        "no_consent": reach(acme, consent_state="rejected"),
    }  # fmt: skip
    for reason, asked in cases.items():
        assert (asked.request.state, asked.request.reason, asked.token) == ("skipped", reason, "")
        assert isinstance(asked.refusal, CustomerNotReached)
        with acme.scope():
            assert not asked.request.links.exists()
    assert latest_events(acme, "feedback.requested") == []
    # A link can be handed over all the same, and who was not asked is not throttled.
    assert ask(acme, cases["opted_out"].request.customer_id, channel="link").request.state == "sent"


@pytest.mark.parametrize("values", [{"channel": "pigeon"}, {"scale": "stars"}, {"scale": "nps"}])
def test_other_ways_and_scales_are_refused(acme: World, values: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        ask(acme, **values)
    assert [complaint.field for complaint in refused.value.complaints] == list(values)


def test_staffs_own_settings_question_and_letter_are_used(rehearsal: World) -> None:
    with rehearsal.scope():
        change_feedback_settings(scale="NPS", question="Would you send your mother to us?", expiry_days=10)
    ask(rehearsal)
    with rehearsal.scope():
        template = Template.objects.get(key="feedback_request")
        write_version(template_id=template.pk, locale="en", subject="?", body="Well? {{ text }}", publish=True)
    request = ask(rehearsal).request
    assert (request.scale, request.expires_at) == ("NPS", NOON + 10 * DAY)
    assert letters(rehearsal)[-1].content.startswith("Well? Would you send your mother to us?")
    # It is the question of the scale they chose, and of no other.
    ask(rehearsal, scale="CSAT")
    assert "How satisfied" in letters(rehearsal)[-1].content


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"second_reminder_days": 3}, "second_reminder_days"),
        ({"first_reminder_days": 30, "second_reminder_days": None}, "first_reminder_days"),
        ({"second_reminder_days": 400}, "second_reminder_days"), ({"expiry_days": 0}, "expiry_days"),
        ({"expiry_days": 7}, "second_reminder_days"), ({"first_reminder_days": 0}, "first_reminder_days"),
        ({"throttle_days": 366}, "throttle_days"), ({"question": "a\nb"}, "question"), ({"scale": "x"}, "scale"),
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(acme: World, values: Any, field: str) -> None:
    with acme.scope(), pytest.raises(Invalid) as refused:
        change_feedback_settings(**values)
    assert refused.value.complaints[0].field == field
    with acme.scope():
        change_feedback_settings(first_reminder_days=None, second_reminder_days=None)


def test_a_request_that_is_closed_is_over(acme: World) -> None:
    asked = ask(acme)
    with at(acme, NOON + timedelta(hours=1)):
        close_request(feedback_id=asked.request.pk)
    assert (now_of(acme, asked.request).state, letters(acme)[0].state) == ("closed", "skipped")


def test_who_is_deleted_is_not_asked_any_more(cast: Cast) -> None:
    asked = ask(cast.acme)
    with cast.acme.scope():
        delete_contact(contact_id=asked.request.customer_id)
        row = FeedbackRequest.objects.get(pk=asked.request.pk)
    assert (row.state, row.reason, letters(cast.acme)[0].state) == ("closed", "deleted", "skipped")
