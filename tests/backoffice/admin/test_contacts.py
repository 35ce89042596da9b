"""All contacts: customers, those whom only a listing knows, and companies."""

from typing import Any

import pytest

from crm.contacts.models import Contact, Customer
from tests.backoffice.admin.forms import errors_of, send
from tests.backoffice.admin.pages import address
from tests.backoffice.admin.trail import actor_of, last_event, names_of, staff_actor, written
from tests.builders import a_customer, an_entry, stored
from tests.cast import World

LIST, ADD = address("contacts.Contact"), address("contacts.Contact", "add")


def page_of(key: Any, verb: str = "change") -> str:
    return address("contacts.Contact", verb, key)


def contact_with(world: World, email: str) -> Contact:
    with world.scope():
        return Contact.objects.get(email_key=email)


def test_adding_a_contact_makes_no_customer(acme: World) -> None:
    send(acme.browser_of("agent"), ADD, first_name="Ann", email="ann@example.com")
    contact = contact_with(acme, "ann@example.com")
    assert (contact.name, contact.kind, contact.source) == ("Ann", "person", "manual")
    assert names_of(acme, "contact", contact.pk) == ["contact.created"]
    assert actor_of(last_event(acme, "contact", contact.pk)) == staff_actor(acme, "agent")
    assert acme.api.get("/v1/customers").json()["data"] == []
    with acme.scope():
        assert not Customer.objects.exists()


def test_a_company_is_a_contact_without_a_personal_name(acme: World) -> None:
    send(acme.browser_of("agent"), ADD, company_name="Lee & Sons", email="office@example.com")
    contact = contact_with(acme, "office@example.com")
    assert (contact.name, contact.kind) == ("Lee & Sons", "company")
    assert "Lee &amp; Sons" in acme.browser_of("agent").get(f"{LIST}?q=sons").content.decode()


def test_contacts_of_listings_and_customers_show_together(acme: World) -> None:
    an_entry(acme, first_name="Listed", email="listed@example.com")
    a_customer(acme, name="Customer")
    text = acme.browser_of("analyst").get(LIST).content.decode()
    assert "Listed" in text
    assert "Customer" in text
    assert "Listed" not in acme.browser_of("analyst").get(address("contacts.Customer")).content.decode()


def test_a_customer_changed_as_a_contact_is_the_same_person_everywhere(acme: World) -> None:
    key = a_customer(acme, name="Ann Lee", email="ann@example.com")
    send(acme.browser_of("agent"), page_of(key), last_name="Miller", phone="+35799123834")
    event = last_event(acme, "contact", key)
    assert event.changes == {
        "phone": ["", "+35799123834"], "last_name": ["Lee", "Miller"], "name": ["Ann Lee", "Ann Miller"],
    }  # fmt: skip
    assert acme.api.get(f"/v1/customers/{key}").json()["data"]["name"] == "Ann Miller"
    assert stored(acme, key).updated_at == stored(acme, key).contact.updated_at


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"email": "ANN@example.com"}, "email"), ({"email": "x"}, "email"), ({"phone": "letters"}, "phone"),
     ({"email": "", "phone": ""}, "email"), ({"title": "x" * 31}, "title")],
)  # fmt: skip
def test_what_cannot_be_is_told_at_its_field_and_writes_nothing(
    acme: World, changes: dict[str, str], field: str
) -> None:
    a_customer(acme, email="ann@example.com")
    key = a_customer(acme, name="Bob", email="bob@example.com")
    browser, before = acme.browser_of("agent"), written()
    new = {"first_name": "Carl", "email": "carl@example.com"}
    assert list(errors_of(send(browser, page_of(key), **changes))) == [field]
    assert list(errors_of(send(browser, ADD, **{**new, **changes}))) == [field]
    assert written() == before


def test_saving_what_was_not_changed_records_nothing(acme: World) -> None:
    an_entry(acme, first_name="Ann", last_name="Lee", email="ann@example.com")
    key, before = contact_with(acme, "ann@example.com").pk, written()
    assert send(acme.browser_of("agent"), page_of(key)).headers["Location"] == LIST
    assert written() == before


def test_deleting_a_contact_takes_them_out_of_every_listing(acme: World) -> None:
    an_entry(acme, first_name="Ann", email="ann@example.com")
    key = contact_with(acme, "ann@example.com").pk
    browser = acme.browser_of("agent")
    browser.post(page_of(key, "delete"), {"post": "yes"})
    browser.get(LIST)
    assert "ann@example.com" not in browser.get(LIST).content.decode()
    assert "ann@example.com" not in browser.get(address("campaigns.ListingEntry")).content.decode()
    assert acme.api.get(f"/crm/{acme.listing.pk}", email="ann@example.com").json()["status"] == "error"
    assert set(names_of(acme, "contact", key)) >= {"contact.deleted", "listing_entry.ended"}


def test_deleting_a_customer_as_a_contact_ends_the_customer_too(acme: World) -> None:
    key = a_customer(acme, name="Ann")
    acme.browser_of("agent").post(page_of(key, "delete"), {"post": "yes"})
    assert stored(acme, key).deleted_at is not None
    assert acme.api.get(f"/v1/customers/{key}").status_code == 404


def test_filters_and_sorting_of_the_list(acme: World) -> None:
    a_customer(acme, name="Zoe Person", email="zoe@example.com")
    send(acme.browser_of("agent"), ADD, company_name="Anvil Company", email="anvil@example.com")
    browser = acme.browser_of("analyst")
    only_companies = browser.get(f"{LIST}?kind__exact=company").content.decode()
    assert "Anvil Company" in only_companies
    assert "Zoe Person" not in only_companies
    by_name = browser.get(f"{LIST}?o=1").content.decode()
    assert by_name.index("Anvil Company") < by_name.index("Zoe Person")
