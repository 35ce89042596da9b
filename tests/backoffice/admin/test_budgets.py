"""How many SQL statements a page may cost: as many for one row as for twenty-five, whoever did what."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.contacts.services import add_identity, keep_document, update_contact
from crm.kernel.actors import Actor, ActorKind, job_actor
from crm.kernel.entrances import scope_for
from crm.organisations.roles import Role
from crm.organisations.services import add_staff, define_custom_field, open_organisation
from loyalty.tiers.services import define_tier
from tests.backoffice.admin.pages import PAGES, address, browser_of
from tests.builders import a_customer, an_entry, customers_of
from tests.cast import PASSWORD, Cast, World

# Session, user, places and clock are read for every page; the rest is the page's own.
BUDGETS = {"customers": 12, "contacts": 12, "customer": 12, "contact": 12, "dashboard": 12, "search box": 12,
           "dealings": 12, "consents": 12,
           # One statement for each source of timelines; it is loaded when the page is there.
           "timeline": 18}  # fmt: skip
EVERYWHERE = 12


def path_of(page: str, key: Any) -> str:
    return {
        "customers": address("contacts.Customer"),
        "contacts": address("contacts.Contact"),
        "customer": address("contacts.Customer", "change", key),
        "contact": address("contacts.Contact", "change", key),
        "timeline": f"/admin/contacts/customer/{key}/timeline/",
        "dealings": f"/admin/contacts/customer/{key}/dealings/",
        "consents": f"/admin/contacts/customer/{key}/consents/",
        "dashboard": "/admin/",
        "search box": "/admin/search/?s=person",
    }[page]


def statements(browser: Client, path: str) -> list[str]:
    # Once before, so that nothing of it is the first use of something that the process remembers.
    browser.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(path)
    assert answer.status_code == 200, path
    return [query["sql"] for query in captured.captured_queries]


def listing(found: list[str]) -> str:
    return "\n".join(f"{number}. {sql[:150]}" for number, sql in enumerate(found, 1))


def twenty_four_more(world: World, key: Any) -> None:
    customers_of(world, 24)


def a_long_story(world: World, key: Any) -> None:
    """Twenty-five changes, sign-ins, entries in listings and custom fields; two documents."""
    with world.scope():
        for number in range(25):
            update_contact(
                contact_id=key, title=f"t{number}", email="somebody@example.com", email_opt_out=number % 2 == 0
            )
            add_identity(contact_id=key, provider="EMAIL", value=f"own{number}@example.com")
            define_custom_field(key=f"f{number}", label=f"F {number}")
        for kind in ("passport", "id"):
            keep_document(contact_id=key, kind=kind, number="K1234567")
    an_entry(world, email="somebody@example.com")


@pytest.mark.parametrize("page", BUDGETS)
def test_a_page_keeps_to_its_budget(acme: World, page: str) -> None:
    key, browser = a_customer(acme), acme.browser_of("owner")
    found = statements(browser, path_of(page, key))
    assert len(found) <= BUDGETS[page], listing(found)


@pytest.mark.parametrize("more", [twenty_four_more, a_long_story])
@pytest.mark.parametrize("page", BUDGETS)
def test_twenty_five_rows_cost_what_one_costs(acme: World, page: str, more: Callable[[World, Any], None]) -> None:
    key, browser = a_customer(acme), acme.browser_of("owner")
    few = statements(browser, path_of(page, key))
    more(acme, key)
    many = statements(browser, path_of(page, key))
    assert len(many) == len(few), listing(many)


@pytest.mark.parametrize("page", ["timeline", "dashboard"])
def test_a_story_by_many_people_costs_what_one_by_one_costs(acme: World, page: str) -> None:
    key, browser = a_customer(acme), acme.browser_of("owner")
    with acme.scope():
        people = [
            add_staff(email=f"p{n}@acme.example", role=Role.AGENT, name=f"P {n}", password=PASSWORD) for n in range(9)
        ]
    change_as(acme, key, people[0].pk)
    few = statements(browser, path_of(page, key))
    for person in people[1:]:
        change_as(acme, key, person.pk)
    assert len(statements(browser, path_of(page, key))) == len(few)


def change_as(world: World, key: Any, staff_id: Any) -> None:
    actor = Actor(ActorKind.STAFF, str(staff_id), frozenset({"*"}))
    with scope_for(world.tenant, actor):
        update_contact(contact_id=key, title=str(staff_id)[-12:])


@pytest.mark.parametrize("label", sorted(PAGES))
def test_every_list_costs_the_same_for_one_row_and_for_many(cast: Cast, label: str) -> None:
    browser = browser_of(cast, "operator")
    make_rows(cast.acme, label, 1)
    few = statements(browser, address(label))
    make_rows(cast.acme, label, 8)
    many = statements(browser, address(label))
    assert len(many) == len(few), listing(many)
    assert len(many) <= EVERYWHERE, listing(many)


def make_rows(world: World, label: str, number: int) -> None:
    for n in range(number):
        mark = f"row{number}-{n}"
        with world.scope():
            if label == "organisations.CustomField":
                define_custom_field(key=f"row{number}_{n}", label=mark)
            elif label == "tiers.Tier":
                define_tier(slug=mark, name=mark, level=10 * number + n, threshold=9_000)
        if label == "organisations.Organisation":
            open_organisation(name=mark, slug=mark, actor=job_actor("test"))
        elif label not in ("organisations.CustomField", "tiers.Tier"):
            PAGES[label].row(world, mark)
