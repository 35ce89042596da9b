"""The list of customers: found by words, narrowed by filters, sorted, opened."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from crm.contacts.models import Customer
from crm.kernel.clock import now
from tests.backoffice.admin.pages import address
from tests.builders import a_customer, customers_of
from tests.cast import Cast, World

LIST = address("contacts.Customer")


def rows(browser: Client, **query: Any) -> list[str]:
    """The names in the list, as they stand."""
    answer = browser.get(LIST, query_params=query)
    assert answer.status_code == 200, answer.status_code
    return [customer.contact.name for customer in answer.context["cl"].result_list]


@pytest.fixture
def browser(acme: World) -> Client:
    return acme.browser_of("analyst")


def test_an_empty_list_says_so(browser: Client) -> None:
    text = browser.get(LIST).content.decode()
    assert "No results found" in text
    assert rows(browser) == []


def test_latest_come_first_twenty_five_to_a_page(acme: World, browser: Client) -> None:
    customers_of(acme, 26)
    a_customer(acme, name="Latest")
    assert rows(browser)[0] == "Latest"
    assert (len(rows(browser)), len(rows(browser, p=2))) == (25, 2)
    assert browser.get(LIST).context["cl"].result_count == 27


@pytest.mark.parametrize(
    ("search", "found"),
    [("mull", True), ("MÜLLER", True), ("anna mul", True), ("uller", False), ("anna@exa", True), ("99123", True),
     ("acme", True), ("  ", True), ("nobody", False)],
)  # fmt: skip
def test_search_is_by_word_prefix(acme: World, browser: Client, search: str, found: bool) -> None:
    a_customer(acme, name="Anna Müller", email="anna@example.com", phone="+35799123834", company_name="Acme Corp")
    assert rows(browser, q=search) == (["Anna Müller"] if found else [])


@pytest.mark.parametrize("search", ["!", "'", "\ufffd"])
@pytest.mark.parametrize("page", ["contacts/customer", "contacts/contact", "campaigns/listingentry"])
def test_a_search_without_a_letter_or_digit_finds_nobody(acme: World, browser: Client, page: str, search: str) -> None:
    a_customer(acme, name="Ann")
    answer = browser.get(f"/admin/{page}/", query_params={"q": search})
    assert answer.status_code == 200
    assert list(answer.context["cl"].result_list) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [({"status__exact": "blocked"}, ["Blocked"]), ({"type__exact": "business"}, ["Business"]),
     ({"tier": "gold"}, ["Golden"]), ({"tier": "gold", "status__exact": "blocked"}, []), ({"tier": "silver"}, [])],
)  # fmt: skip
def test_filters_narrow_together(acme: World, browser: Client, query: dict[str, str], expected: list[str]) -> None:
    a_customer(acme, name="Blocked", status="blocked")
    a_customer(acme, name="Business", type="business")
    golden = a_customer(acme, name="Golden")
    acme.api.patch(f"/v1/customers/{golden}", {"tier": "gold"})
    assert rows(browser, **query) == expected


@pytest.mark.parametrize(
    ("query", "found"),
    [(("day", None), True), ((None, "day"), True), (("day", "day"), True), (("after", None), False),
     ((None, "before"), False), (("before", "after"), True)],
)  # fmt: skip
def test_the_filter_of_dates_counts_whole_days(
    acme: World, browser: Client, query: tuple[str | None, str | None], found: bool
) -> None:
    key = a_customer(acme, name="Ann")
    with acme.scope():
        moment = (now() - timedelta(days=10)).replace(hour=23, minute=30)
        Customer.objects.filter(pk=key).update(created_at=moment)
    days = {"before": -1, "day": 0, "after": 1}
    asked = zip(("created_at_from", "created_at_to"), query, strict=True)
    dates = {name: f"{moment + timedelta(days=days[word]):%Y-%m-%d}" for name, word in asked if word}
    assert rows(browser, **dates) == (["Ann"] if found else [])


@pytest.mark.parametrize(
    ("order", "expected"),
    [("0", ["Ann", "Bob", "Cid"]), ("-0", ["Cid", "Bob", "Ann"]), ("1", ["Cid", "Ann", "Bob"]),
     ("6", ["Bob", "Cid", "Ann"]), ("4.-0", ["Cid", "Ann", "Bob"])],
)  # fmt: skip
def test_sorting(acme: World, browser: Client, order: str, expected: list[str]) -> None:
    a_customer(acme, name="Bob", email="z@example.com", status="inactive")
    a_customer(acme, name="Cid", email="a@example.com")
    a_customer(acme, name="Ann", email="M@example.com")
    assert rows(browser, o=order) == expected


def test_there_is_no_deleting_of_many_at_once(cast: Cast) -> None:
    keys = customers_of(cast.acme, 2)
    browser = cast.acme.browser_of("owner")
    assert "delete_selected" not in browser.get(LIST).content.decode()
    browser.post(LIST, {"action": "delete_selected", "_selected_action": [str(key) for key in keys], "post": "yes"})
    assert len(rows(browser)) == 2


def test_what_people_call_themselves_is_shown_as_text(acme: World, browser: Client) -> None:
    key = a_customer(acme, name="<script>alert(1)</script> {{ 7|add:7 }}")
    change, story = address("contacts.Customer", "change", key), address("contacts.Customer", "history", key)
    for path in (LIST, change, story, "/admin/", "/admin/search/?s=alert", address("contacts.Contact")):
        text = browser.get(path).content.decode()
        assert "<script>alert(1)" not in text, path
        assert not re.search(r"<strong>14", text), path
    assert "&lt;script&gt;alert(1)" in browser.get("/admin/search/?s=alert").content.decode()
