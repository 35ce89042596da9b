"""A person's page: who they are at a glance, what may be sent to them, and their story."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from crm.contacts.services import add_identity, keep_document, update_contact
from crm.messaging.services import suppress
from tests.backoffice.admin.forms import fields_of, send
from tests.backoffice.admin.pages import address
from tests.backoffice.admin.trail import staff_actor
from tests.builders import a_customer, an_entry
from tests.cast import World


def page_of(key: Any, verb: str = "change") -> str:
    return address("contacts.Customer", verb, key)


def story_of(browser: Client, key: Any, page: str = "customer") -> Any:
    """What the page of a person loads into itself, as a page of its own."""
    return browser.get(f"/admin/contacts/{page}/{key}/timeline/")


def text_of(answer: Any) -> str:
    """What is read on the page, without tags and with single blanks."""
    assert answer.status_code == 200
    visible = re.sub(r"(?s)<(script|style|svg|template)\b.*?</\1>|<[^>]*>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", visible)


def test_the_summary_says_who_it_is(acme: World) -> None:
    key = a_customer(acme, name="Ann Lee", email="ann@example.com", phone="+35799123834")
    text = text_of(acme.browser_of("analyst").get(page_of(key)))
    for words in ("Name Ann Lee", "E-mail ann@example.com", "Phone +35799123834", "Tier Bronze", f"Id {key}"):
        assert words in text


@pytest.mark.parametrize("page", ["customer", "contact"])
def test_the_story_tells_a_change_with_the_name_of_who_made_it(acme: World, page: str) -> None:
    key = a_customer(acme, name="Ann Lee")
    send(acme.browser_of("agent"), page_of(key), last_name="Miller")
    text = text_of(story_of(acme.browser_of("owner"), key, page))
    assert re.search(r"Changed .{10,30}· Agent name Ann Lee Ann Miller last name Lee Miller", text)
    assert "Became a customer" in text
    assert text.index("Changed") < text.index("Became a customer") < text.index("Known since")


def test_an_api_key_and_the_operator_are_named_in_the_story(acme: World) -> None:
    key = acme.api.post("/v1/customers", {"name": "Ann Lee", "email": "ann@example.com"}).json()["data"]["id"]
    text = text_of(story_of(acme.browser_of("owner"), key.removeprefix("cus_")))
    assert "· API key everything" in text


def test_addresses_that_must_not_be_written_to_are_told_first(acme: World) -> None:
    key = a_customer(acme, email="ann@example.com", phone="+35799123834")
    with acme.scope():
        suppress(channel="email", address="ANN@example.com")
        suppress(channel="phone", address="+357 99 123834", reason="complaint")
    text = text_of(acme.browser_of("analyst").get(page_of(key)))
    assert "ANN@example.com must not be written to: Blacklisted by staff." in text
    assert "+35799123834 must not be written to: Complained." in text
    assert "must not be written to" not in text_of(acme.browser_of("analyst").get(page_of(a_customer(acme))))


def test_listings_sign_ins_and_documents_stand_beside_the_story(acme: World) -> None:
    key = a_customer(acme, email="ann@example.com")
    an_entry(acme, email="ann@example.com")
    with acme.scope():
        add_identity(contact_id=key, provider="EMAIL", value="ann@example.com")
        keep_document(contact_id=key, kind="passport", number="K1234567")
    text = text_of(acme.browser_of("owner").get(page_of(key)))
    assert "Newsletter · API" in text
    assert "E-mail: ann@example.com · not verified, never used remove" in text
    assert "Passport …567 show the number" in text
    assert "K1234567" not in text


@pytest.mark.parametrize(
    ("role", "writes", "reveals"),
    [("owner", True, True), ("manager", True, True), ("agent", True, False), ("analyst", False, False)],
)
def test_what_may_be_done_shows_only_to_those_who_may(acme: World, role: str, writes: bool, reveals: bool) -> None:
    key = a_customer(acme)
    with acme.scope():
        add_identity(contact_id=key, provider="EMAIL", value="ann@example.com")
        keep_document(contact_id=key, kind="passport", number="K1234567")
    answer = acme.browser_of(role).get(page_of(key))
    text, page = text_of(answer), answer.content.decode()
    assert ("Add or replace" in text) == ("remove-identity" in page) == ('name="_save"' in page) == writes
    assert (page_of(key, "delete") in page) == writes
    assert ("show the number" in text) == reveals


def test_who_may_only_read_sees_the_same_values(acme: World) -> None:
    key = a_customer(acme, name="Ann Lee", email="ann@example.com", title="Dr", company_name="Lee & Co",
                     date_of_birth=date(1990, 2, 28), gender="female", notes="Likes tea")  # fmt: skip
    text = text_of(acme.browser_of("analyst").get(page_of(key)))
    for words in ("Title Dr", "First name Ann", "Last name Lee", "Company Lee &amp; Co", "Gender Female",
                  "Notes Likes tea", "Tier Bronze"):  # fmt: skip
        assert words in text
    assert re.search(r"Date of birth (28 Feb 1990|1990-02-28)", text)
    assert "Email opt out" not in text


def test_who_may_only_read_sees_custom_fields_too(acme: World) -> None:
    acme.browser_of("owner").post(
        address("organisations.CustomField", "add"),
        {"label": "Shoe size", "key": "shoe", "kind": "integer", "longest": 9},
    )
    key = a_customer(acme, custom_fields={"shoe": 38})
    assert fields_of(acme.browser_of("agent").get(page_of(key)), "customer_form")["custom__shoe"] == ["38"]
    for page in ("customer", "contact"):
        assert "Shoe size 38" in text_of(acme.browser_of("analyst").get(f"/admin/contacts/{page}/{key}/change/"))


def test_the_story_shows_the_latest_twenty_five_and_the_history_fifty(acme: World) -> None:
    key = a_customer(acme)
    for number in range(60):
        with acme.scope():
            update_contact(contact_id=key, title=f"t{number}")
    browser = acme.browser_of("owner")
    assert len(story_of(browser, key).context["lines"]) == 25
    assert len(browser.get(page_of(key, "history")).context["events"]) == 50
    assert "t59" in text_of(story_of(browser, key))


def test_the_actor_of_the_story_is_the_staff_member_not_the_user(acme: World) -> None:
    key = a_customer(acme)
    send(acme.browser_of("manager"), page_of(key), notes="x")
    lines = story_of(acme.browser_of("owner"), key).context["lines"]
    assert lines[0].entry.actor == staff_actor(acme, "manager")


def test_a_tier_set_by_hand_shows_as_locked_with_its_reason(acme: World) -> None:
    key = a_customer(acme)
    send(acme.browser_of("agent"), page_of(key), tier="gold", tier_reason="an old friend")
    text = text_of(acme.browser_of("owner").get(page_of(key)))
    assert "Gold · locked" in text
    assert "an old friend" in text


def test_a_change_of_a_custom_field_is_told_by_its_label(acme: World) -> None:
    key = a_customer(acme, custom_fields={"shoe": 38})
    acme.browser_of("owner").post(
        address("organisations.CustomField", "add"),
        {"label": "Shoe size", "key": "shoe", "kind": "integer", "longest": 9},
    )
    send(acme.browser_of("agent"), page_of(key), custom__shoe="39")
    text = text_of(story_of(acme.browser_of("owner"), key))
    assert "{" not in text[text.index("Changed") : text.index("Known since")]
    assert "38 39" in text
