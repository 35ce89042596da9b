"""Customers through the forms of the back office: the same services as the APIs, one event for each effect."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from crm.contacts.models import Contact, Customer
from tests.backoffice.admin.forms import errors_of, fields_of, send
from tests.backoffice.admin.pages import address
from tests.backoffice.admin.trail import actor_of, events_of, last_event, names_of, staff_actor, written
from tests.builders import a_customer, an_entry, stored
from tests.cast import World

LIST, ADD = address("contacts.Customer"), address("contacts.Customer", "add")


def page_of(key: Any, verb: str = "change") -> str:
    return address("contacts.Customer", verb, key)


def customer_with(world: World, email: str) -> Customer:
    with world.scope():
        return Customer.objects.select_related("contact__member__standing__tier").get(contact__email=email)


def test_adding_a_customer_makes_them_a_member_and_tells_who_did_it(acme: World) -> None:
    answer = send(acme.browser_of("agent"), ADD, first_name="Ann", last_name="Lee", email="ann@example.com")
    assert answer.headers["Location"] == LIST
    customer = customer_with(acme, "ann@example.com")
    assert (customer.contact.name, customer.contact.source, customer.status) == ("Ann Lee", "manual", "active")
    assert customer.contact.member.standing.tier.slug == "bronze"
    assert names_of(acme, "contact", customer.pk) == ["customer.created", "member.registered"]
    assert {actor_of(event) for event in events_of(acme, "contact", customer.pk)} == {staff_actor(acme, "agent")}
    assert acme.api.get(f"/v1/customers/{customer.pk}").json()["data"]["name"] == "Ann Lee"


def test_the_answer_names_the_customer_and_leads_to_their_page(acme: World) -> None:
    browser = acme.browser_of("agent")
    page = browser.post(ADD, {"first_name": "Ann", "email": "ann@example.com", "status": "active", "type": "individual",
                              "consent_state": "pending", "_continue": "1"}, follow=True)  # fmt: skip
    assert page.redirect_chain == [(page_of(customer_with(acme, "ann@example.com").pk), 302)]
    assert ["Ann" in str(message) for message in page.context["messages"]] == [True]


def test_a_contact_of_a_listing_is_promoted_not_refused(acme: World) -> None:
    an_entry(acme, first_name="Anna", email="ann@example.com")
    send(acme.browser_of("agent"), ADD, last_name="Lee", email="ANN@example.com")
    with acme.scope():
        (contact,) = Contact.objects.filter(email_key="ann@example.com")
    assert (contact.first_name, contact.last_name) == ("Anna", "Lee")
    assert events_of(acme, "contact", contact.pk)[-2].payload["promoted"] is True


def test_a_change_is_recorded_with_before_and_after(acme: World) -> None:
    key = a_customer(acme, name="Ann Lee", email="ann@example.com")
    answer = send(acme.browser_of("manager"), page_of(key), last_name="Miller", status="blocked")
    assert answer.headers["Location"] == LIST
    event = last_event(acme, "contact", key)
    assert (event.name, actor_of(event)) == ("contact.updated", staff_actor(acme, "manager"))
    assert event.changes == {
        "last_name": ["Lee", "Miller"], "name": ["Ann Lee", "Ann Miller"], "status": ["active", "blocked"],
    }  # fmt: skip
    assert event.request_id == answer.headers["X-Request-Id"]


def test_saving_what_was_not_changed_records_nothing(acme: World) -> None:
    key = a_customer(acme, name="Ann  van der Lee", phone="+35799123834", date_of_birth=date(2000, 1, 2), notes="a\nb",
                     credit_limit=Decimal("12.50"), custom_fields={"shoe": 38})  # fmt: skip
    before, row = written(), stored(acme, key)
    assert send(acme.browser_of("agent"), page_of(key)).status_code == 302
    assert written() == before
    again = stored(acme, key)
    assert (again.updated_at, again.contact.name) == (row.updated_at, row.contact.name)


FIELDS = [
    ("title", "Dr", "Dr"), ("middle_name", "Q", "Q"), ("company_name", "Lee & Co", "Lee & Co"),
    ("phone", "+357 99 123834", "+35799123834"), ("language", "el", "el"), ("gender", "female", "female"),
    ("date_of_birth", "1990-02-28", date(1990, 2, 28)), ("email_opt_out", "on", True), ("sms_opt_out", "on", True),
    ("consent_state", "withdrawn", "withdrawn"), ("is_tax_exempt", "on", True),
]  # fmt: skip
TRADE = [
    ("status", "inactive", "inactive"), ("type", "business", "business"), ("payment_terms", "30 days", "30 days"),
    ("credit_limit", "1000.50", Decimal("1000.50")), ("tax_id", "CY1", "CY1"), ("billing_address", "A 1", "A 1"),
    ("shipping_address", "B 2", "B 2"), ("notes", "likes <b>bold</b> coffee", "likes <b>bold</b> coffee"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "sent", "kept"), [*FIELDS, *TRADE])
def test_each_field_is_kept_when_added_and_when_changed(acme: World, field: str, sent: str, kept: Any) -> None:
    browser = acme.browser_of("agent")
    values = {"first_name": "Ann", "email": "ann@example.com", "status": "active", "type": "individual",
              "consent_state": "pending", field: sent}  # fmt: skip
    assert browser.post(ADD, values).status_code == 302
    key = a_customer(acme, name="Bob", email="bob@example.com")
    shown = fields_of(browser.get(page_of(key)), "customer_form")
    assert browser.post(page_of(key), {**shown, field: sent}).status_code == 302
    assert field in shown or kept is True
    for email in ("ann@example.com", "bob@example.com"):
        customer = customer_with(acme, email)
        holder = customer if any(field == name for name, *_ in TRADE) else customer.contact
        assert getattr(holder, field) == kept


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"email": "ANN@example.com"}, "email"), ({"email": "nonsense"}, "email"), ({"phone": "12"}, "phone"),
     ({"email": "", "phone": ""}, "email"), ({"first_name": "", "last_name": ""}, "__all__"),
     ({"first_name": "a\x07b"}, "first_name"), ({"credit_limit": "-1"}, "credit_limit"),
     ({"date_of_birth": "yesterday"}, "date_of_birth"), ({"title": "x" * 31}, "title"),
     ({"tier": "diamond"}, "tier"), ({"status": "gone"}, "status")],
)  # fmt: skip
def test_what_cannot_be_is_told_at_its_field_and_writes_nothing(
    acme: World, changes: dict[str, str], field: str
) -> None:
    a_customer(acme, name="Ann Lee", email="ann@example.com")
    key = a_customer(acme, name="Bob Hu", email="bob@example.com")
    browser, before = acme.browser_of("agent"), written()
    new = {"first_name": "Carl", "email": "carl@example.com"}
    for path, given in ((page_of(key), changes), (ADD, {**new, **changes})):
        answer = send(browser, path, **{"notes": "typed already", **given})
        assert list(errors_of(answer)) == [field]
        assert "typed already" in answer.content.decode()
    assert written() == before
    assert stored(acme, key).contact.name == "Bob Hu"


def test_a_second_customer_with_one_address_is_told_so_at_the_address(acme: World) -> None:
    a_customer(acme, email="ann@example.com")
    answer = send(acme.browser_of("agent"), ADD, first_name="Eve", email=" Ann@Example.com ", tier="gold")
    assert errors_of(answer) == {"email": ["Another person has this email address."]}
    assert fields_of(answer, "customer_form")["email"] == [" Ann@Example.com "]


def test_an_address_is_free_in_other_places_and_after_its_customer_is_gone(
    acme: World, rehearsal: World, rival: World
) -> None:
    for world in (rehearsal, rival):
        a_customer(world, email="ann@example.com")
    gone = a_customer(acme, email="ann@example.com")
    browser = acme.browser_of("agent")
    browser.post(page_of(gone, "delete"), {"post": "yes"})
    assert send(browser, ADD, first_name="Ann", email="ann@example.com").status_code == 302


def test_deleting_asks_first_and_then_the_customer_is_nowhere(acme: World) -> None:
    key = a_customer(acme, name="Ann Lee", email="ann@example.com")
    browser, before = acme.browser_of("agent"), written()
    assert "Ann Lee" in browser.get(page_of(key, "delete")).content.decode()
    assert written() == before
    assert browser.post(page_of(key, "delete"), {"post": "yes"}).headers["Location"] == LIST
    browser.get(LIST)  # takes up the message that names her
    for path in (LIST, f"{LIST}?q=ann", address("contacts.Contact"), "/admin/search/?s=ann"):
        assert "Ann Lee" not in browser.get(path).content.decode(), path
    assert browser.get(page_of(key)).status_code == 302
    assert acme.api.get(f"/v1/customers/{key}").status_code == 404
    assert acme.api.get("/v1/customers", search="ann").json()["data"] == []
    deleted = next(event for event in events_of(acme, "contact", key) if event.name == "contact.deleted")
    assert actor_of(deleted) == staff_actor(acme, "agent")


def test_a_change_that_comes_after_the_deletion_changes_nothing(acme: World) -> None:
    key = a_customer(acme, name="Ann Lee", email="ann@example.com")
    browser = acme.browser_of("agent")
    shown = fields_of(browser.get(page_of(key)), "customer_form")
    acme.api.delete(f"/v1/customers/{key}")
    before = written()
    assert browser.post(page_of(key), {**shown, "first_name": "Eve"}).headers["Location"] == "/admin/"
    assert browser.post(page_of(key, "delete"), {"post": "yes"}).headers["Location"] == "/admin/"
    assert written() == before


def test_the_log_of_django_stays_empty(acme: World) -> None:
    browser = acme.browser_of("owner")
    send(browser, ADD, first_name="Ann", email="ann@example.com")
    key = customer_with(acme, "ann@example.com").pk
    send(browser, page_of(key), first_name="Anna")
    browser.post(page_of(key, "delete"), {"post": "yes"})
    assert names_of(acme, "contact", key)[-1] in ("contact.deleted", "member.left")
    assert not LogEntry.objects.exists()
