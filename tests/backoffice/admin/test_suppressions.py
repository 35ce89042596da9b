"""Suppressed addresses: put on the list as they are compared, taken off with a question."""

import pytest

from crm.messaging.models import Suppression
from tests.backoffice.admin.forms import errors_of, send
from tests.backoffice.admin.pages import PAGES, address
from tests.backoffice.admin.trail import actor_of, last_event, names_of, row_of, staff_actor, written
from tests.cast import World

ADD = address("messaging.Suppression", "add")


@pytest.mark.parametrize(
    ("channel", "given", "kept", "key"),
    [("email", " Ann@Example.com ", "Ann@Example.com", "ann@example.com"),
     ("phone", "+357 99 123834", "+35799123834", "35799123834")],
)  # fmt: skip
def test_an_address_is_suppressed_as_it_is_compared(acme: World, channel: str, given: str, kept: str, key: str) -> None:
    send(acme.browser_of("agent"), ADD, channel=channel, address=given, note="asked by phone")
    entry = row_of(acme, Suppression, key=key)
    assert (entry.address, entry.reason, entry.note) == (kept, "blacklisted", "asked by phone")
    event = last_event(acme, "suppression", entry.pk)
    assert (event.name, actor_of(event)) == ("address.suppressed", staff_actor(acme, "agent"))
    assert key not in str(event.payload)
    refused = acme.api.form("post", f"/crm/{acme.listing.pk}", **{channel: given.strip()})
    assert (refused.status_code, refused.json()["status"]) == (400, "error")


def test_lifting_asks_first_and_is_recorded(acme: World) -> None:
    key = PAGES["messaging.Suppression"].row(acme, "ann")
    browser, path = acme.browser_of("agent"), address("messaging.Suppression", "delete", key)
    before = written()
    assert "ann@example.com" in browser.get(path).content.decode()
    assert written() == before
    browser.post(path, {"post": "yes"})
    assert names_of(acme, "suppression", key) == ["address.suppressed", "suppression.lifted"]
    assert acme.api.form("post", f"/crm/{acme.listing.pk}", email="ann@example.com").status_code == 201


@pytest.mark.parametrize(("channel", "given"), [("email", "nonsense"), ("phone", "12"), ("phone", "ann@example.com")])
def test_a_wrong_address_is_told_at_the_address(acme: World, channel: str, given: str) -> None:
    answer = send(acme.browser_of("agent"), ADD, channel=channel, address=given)
    assert list(errors_of(answer)) == ["address"]


def test_an_address_that_is_on_the_list_is_not_said_to_be_added(acme: World) -> None:
    send(acme.browser_of("agent"), ADD, channel="email", address="ann@example.com", note="first")
    browser, before = acme.browser_of("agent"), written()
    answer = send(browser, ADD, channel="email", address="ANN@example.com", note="second")
    assert written() == before
    said = answer.content.decode() + "".join(str(said) for said in browser.get("/admin/").context["messages"])
    assert "added successfully" not in said


@pytest.mark.parametrize(
    ("search", "found"), [("ANN", 1), ("ann@ex", 1), ("+357 99", 1), ("35799", 1), ("nn", 0), ("", 2)]
)
def test_addresses_are_found_by_their_beginning(acme: World, search: str, found: int) -> None:
    for channel, given in (("email", "ann@example.com"), ("phone", "+35799123834")):
        send(acme.browser_of("agent"), ADD, channel=channel, address=given)
    answer = acme.browser_of("analyst").get(address("messaging.Suppression"), query_params={"q": search})
    assert answer.context["cl"].result_count == found
