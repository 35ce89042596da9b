"""What visitors send through a web form becomes a lead once, and nobody learns who was known."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from crm.campaigns.services import delete_campaign
from crm.kernel.clock import real_now
from crm.kernel.errors import Invalid
from crm.leads.errors import SentTooFast, UnknownCampaign, WebFormEntryNotFound, WebFormNotFound, WebFormTaken
from crm.leads.links import entry_with_token, form_with_key, key_of_form, stamp_of, token_of_entry
from crm.leads.models import WebForm
from crm.leads.services import define_web_form
from crm.leads.services.rotation import join_rotation
from crm.messaging.services import suppress
from crm.organisations.roles import Role
from tests.builders import a_campaign, a_customer, a_lead
from tests.cast import World
from tests.crm.leads.visitors import JANE, WHOLE, a_form, figures, mails, only_lead, said, send
from tests.dialects.traces import latest_events, written

pytestmark = pytest.mark.django_db

# Definition


def test_a_form_is_defined_and_changed_and_its_history_tells(acme: World) -> None:
    form = a_form(acme, origins=["https://Shop.example.com:443/", " http://localhost:3000 "])
    assert form.origins == ["https://shop.example.com", "http://localhost:3000"]
    with acme.scope():
        define_web_form(form_id=form.pk, thanks="Danke")
    events = latest_events(acme, "web_form.defined")
    assert events[0].changes == {"thanks": ["", "Danke"]}
    assert len(events) == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"), ({"name": "a\0b"}, "name"), ({"name": "x" * 101}, "name"), ({"source": "tv"}, "source"),
        ({"redirect_url": "http://example.com"}, "redirect_url"), ({"redirect_url": "javascript:x"}, "redirect_url"),
        ({"redirect_url": "https://example.com/\0"}, "redirect_url"), ({"thanks": "a\0"}, "thanks"),
        ({"origins": ["https://a.example/path"]}, "origins"), ({"origins": ["https://a.example; x-src *"]}, "origins"),
        ({"origins": ["*"]}, "origins"), ({"origins": [f"https://a{n}.example" for n in range(21)]}, "origins"),
        ({"asks": ["phone", "tax_id"]}, "asks"),
    ],
)  # fmt: skip
def test_a_form_that_makes_no_sense_is_refused(acme: World, values: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_form(acme, **values)
    assert [complaint.field for complaint in refused.value.complaints] == [field]
    with acme.scope():
        assert not WebForm.objects.exists()


def test_names_are_once_in_a_place_and_campaigns_are_its_own(acme: World, rival: World) -> None:
    a_form(acme)
    a_form(rival)
    with pytest.raises(WebFormTaken):
        a_form(acme)
    with pytest.raises(UnknownCampaign):
        a_form(acme, name="Other", campaign_id=a_campaign(rival))
    with acme.scope(), pytest.raises(WebFormNotFound):
        define_web_form(form_id=uuid4(), name="x")


# A lead


def test_a_visitor_becomes_a_lead_of_whoever_is_next(acme: World) -> None:
    with acme.scope():
        join_rotation(staff_id=acme.staff[Role.AGENT].pk)
    campaign_id = a_campaign(acme)
    form = a_form(acme, campaign_id=campaign_id)
    send(acme, form)
    lead = only_lead(acme)
    assert (lead.name, lead.email) == ("Jane Smith", "Jane@example.com")
    assert (lead.phone, lead.company) == ("+35799123456", "Tech Corp")
    assert (lead.source, lead.campaign_id, lead.assigned_to_id) == ("website", campaign_id, acme.staff[Role.AGENT].pk)
    assert said(acme) == ["Wrote through the form “Contact”: Ten kilos,\nplease."]
    assert latest_events(acme, "lead.created")[0].actor_id == f"form:{form.pk}"
    assert figures(acme, form) == (1, 0, 0)


def test_what_the_form_does_not_ask_for_is_left(acme: World) -> None:
    send(acme, a_form(acme, asks=[]), {**WHOLE, "status": "won", "score": 100})
    lead = only_lead(acme)
    assert (lead.phone, lead.company, lead.status, lead.manual_score) == ("", "", "new", None)
    assert said(acme) == ["Wrote through the form “Contact”."]


def test_a_campaign_that_is_gone_holds_no_lead_back(acme: World) -> None:
    campaign_id = a_campaign(acme)
    form = a_form(acme, campaign_id=campaign_id)
    with acme.scope():
        delete_campaign(campaign_id=campaign_id)
    send(acme, form)
    assert only_lead(acme).campaign_id is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"), ({"name": None}, "name"), ({"name": "a\0b"}, "name"), ({"name": "x" * 10_000}, "name"),
        ({"name": ["Jane"]}, "name"), ({"email": "nobody"}, "email"), ({"email": 5}, "email"),
        ({"phone": "12"}, "phone"), ({"company": "a\nb"}, "company"), ({"company": "x" * 201}, "company"),
        ({"message": "a\0"}, "message"),
        ({"message": "\ud800"}, "message"), ({"message": "x" * 5_001}, "message"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_known", [False, True])
def test_bad_values_are_refused_alike_for_known_and_unknown(
    acme: World, values: Any, field: str, is_known: bool
) -> None:
    if is_known:
        a_lead(acme, email=JANE["email"])
    form = a_form(acme)
    before = written(acme)
    with pytest.raises(Invalid) as refused:
        send(acme, form, {**WHOLE, **values})
    assert [complaint.field for complaint in refused.value.complaints] == [field]
    assert written(acme) == before


def test_every_fault_is_told_at_once(acme: World) -> None:
    with pytest.raises(Invalid) as refused:
        send(acme, a_form(acme), {"phone": "x"})
    assert [complaint.field for complaint in refused.value.complaints] == ["name", "email", "phone"]


def test_the_longest_message_fits(acme: World) -> None:
    send(acme, a_form(acme, name="x" * 100), {**JANE, "message": "ä" * 5_000})
    assert said(acme)[0].endswith("ä")


# Known people


def test_of_a_known_lead_only_blanks_are_filled_in(acme: World) -> None:
    lead_id = a_lead(acme, name="Known", email="jane@EXAMPLE.com", phone="+35799000000", status="qualified")
    form = a_form(acme)
    send(acme, form)
    lead = only_lead(acme)
    assert (lead.pk, lead.name, lead.phone, lead.company) == (lead_id, "Known", "+35799000000", "Tech Corp")
    assert (lead.status, lead.last_contact) == ("qualified", None)
    assert said(acme) == ["Wrote through the form “Contact”: Ten kilos,\nplease."]
    assert figures(acme, form) == (1, 0, 0)


def test_a_customer_may_become_a_lead(acme: World) -> None:
    a_customer(acme, email=JANE["email"])
    send(acme, a_form(acme))
    assert only_lead(acme).customer_id is None


@pytest.mark.parametrize(("channel", "address"), [("email", "jane@example.com"), ("phone", "+35799123456")])
@pytest.mark.parametrize("double_opt_in", [False, True])
def test_of_the_blacklisted_nothing_is_written(acme: World, channel: str, address: str, double_opt_in: bool) -> None:
    with acme.scope():
        suppress(channel=channel, address=address)
    form = a_form(acme, double_opt_in=double_opt_in)
    before = written(acme)
    send(acme, form)
    assert (written(acme), mails(acme), figures(acme, form)) == (before, [], (0, 0, 0))


def test_a_button_pressed_twice_is_one_message(acme: World) -> None:
    form = a_form(acme)
    send(acme, form)
    before = written(acme)
    send(acme, form)
    assert (written(acme), figures(acme, form)) == (before, (1, 0, 0))
    send(acme, form, {**WHOLE, "message": "One more thing"})
    assert len(said(acme)) == 2


# Robots


def test_what_fills_in_the_field_that_nobody_sees_is_caught(acme: World) -> None:
    form = a_form(acme)
    before = written(acme)
    send(acme, form, trap="https://spam.example")
    assert (written(acme), figures(acme, form)) == (before, (0, 0, 1))


@pytest.mark.parametrize("seconds", [0, 2, 86_500, -5])
def test_a_page_that_is_sent_too_soon_or_too_late_is_sent_again(acme: World, seconds: int) -> None:
    form = a_form(acme)
    with pytest.raises(SentTooFast):
        send(acme, form, stamp=stamp_of(form.pk, real_now() - timedelta(seconds=seconds)))
    send(acme, form, stamp=stamp_of(form.pk, real_now() - timedelta(seconds=5)))
    assert only_lead(acme)


def test_a_stamp_is_that_of_its_form(acme: World) -> None:
    form, other = a_form(acme), a_form(acme, name="Other")
    good = stamp_of(other.pk, real_now() - timedelta(seconds=5))
    for stamp in (good, "", "x", good[:-1]):
        with pytest.raises(SentTooFast):
            send(acme, form, stamp=stamp)


# Other places


def test_forms_of_other_places_and_forms_that_are_off_are_unknown(acme: World, rival: World, rehearsal: World) -> None:
    foreign = [a_form(rival), a_form(rehearsal), a_form(acme, is_active=False)]
    for form in foreign:
        with pytest.raises(WebFormNotFound):
            send(acme, form)


def test_keys_and_tokens_cannot_stand_for_each_other(acme: World) -> None:
    form_id, entry_id = uuid4(), uuid4()
    key, token = key_of_form(acme.tenant, form_id), token_of_entry(acme.tenant, form_id, entry_id)
    assert form_with_key(key) == (acme.tenant, form_id)
    assert entry_with_token(token) == (acme.tenant, form_id, entry_id)
    for bad in (token, key[:-1], key.upper(), "", "."):
        with pytest.raises(WebFormNotFound):
            form_with_key(bad)
    for bad in (key, token[:-1], ""):
        with pytest.raises(WebFormEntryNotFound):
            entry_with_token(bad)
