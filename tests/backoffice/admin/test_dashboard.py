"""The first page, and the box that finds a person from any page."""

import json
import re
from datetime import date, timedelta

import pytest
from django.test import Client

from crm.kernel.clock import now
from crm.kernel.due import State
from crm.kernel.models import Event
from crm.kernel.tasks import deliver
from crm.reports.models import Measure
from crm.reports.services import add_to_tally
from tests.builders import a_customer, an_entry, customers_of
from tests.cast import World


def let_the_worker_catch_up() -> None:
    for event in Event.objects.filter(state=State.DUE).order_by("id"):
        deliver(event.pk)


def figures_of(world: World, role: str = "analyst") -> dict[str, int]:
    figures = world.browser_of(role).get("/admin/").context["figures"]
    return {str(figure["label"]): figure["value"] for figure in figures}


def test_the_figures_count_the_customers_of_this_place(acme: World, rehearsal: World, rival: World) -> None:
    keys = customers_of(acme, 3)
    customers_of(rehearsal, 2)
    customers_of(rival, 4)
    acme.api.patch(f"/v1/customers/{keys[0]}", {"tier": "gold"})
    acme.api.delete(f"/v1/customers/{keys[1]}")
    let_the_worker_catch_up()
    assert figures_of(acme) == {
        "Customers": 2, "New in 30 days": 2, "Bronze": 1, "Silver": 0, "Gold": 1, "Platinum": 0,
    }  # fmt: skip
    assert figures_of(rehearsal, "owner")["Customers"] == 2


def test_the_chart_shows_new_customers_by_month(acme: World) -> None:
    today = now().date()
    with acme.scope():
        add_to_tally(measure=Measure.NEW_CUSTOMERS, per_day={today: 2, date(1997, 1, 5): 3, date(1997, 1, 6): 4})
    chart = json.loads(acme.browser_of("analyst").get("/admin/").context["new_customers"])
    assert chart["labels"] == ["Jan 1997", f"{today:%b %Y}"]
    assert chart["datasets"][0]["data"] == [7, 2]
    assert figures_of(acme)["New in 30 days"] == 2


def test_thirty_days_are_counted_with_today(acme: World) -> None:
    today = now().date()
    days = {today - timedelta(days=ago): 1 for ago in (0, 29, 30, 31)}
    with acme.scope():
        add_to_tally(measure=Measure.NEW_CUSTOMERS, per_day=days)
    assert figures_of(acme)["New in 30 days"] == 2


def test_what_happened_last_says_to_whom(acme: World) -> None:
    key = a_customer(acme, name="Ann Lee")
    text = acme.browser_of("analyst").get("/admin/").content.decode()
    latest = text[text.index("What happened last") :]
    assert "Became a customer" in latest
    assert str(key) in latest


@pytest.mark.parametrize("role", ["owner", "manager", "agent", "analyst"])
def test_every_role_sees_figures_and_the_last_events(acme: World, role: str) -> None:
    a_customer(acme)
    answer = acme.browser_of(role).get("/admin/")
    assert answer.context["figures"]
    assert len(answer.context["latest"]) == 8


def test_the_dashboard_of_a_new_organisation_has_its_empty_state(acme: World) -> None:
    assert "Nobody yet." in acme.browser_of("agent").get("/admin/").content.decode()
    a_customer(acme)
    assert "What happened last" in acme.browser_of("agent").get("/admin/").content.decode()


# Find a person


def found(world: World, term: str, role: str = "analyst") -> list[tuple[str, str]]:
    """Name and address of each person in the box."""
    answer = world.browser_of(role).get("/admin/search/", query_params={"s": term})
    assert answer.status_code == 200
    pattern = r'<a href="([^"]+)".*?<strong>(.*?)</strong>'
    return [(name, link) for link, name in re.findall(pattern, answer.content.decode(), re.DOTALL)]


def test_the_box_leads_customers_and_contacts_to_their_own_pages(acme: World) -> None:
    key = a_customer(acme, name="Anna Müller", email="anna@example.com")
    an_entry(acme, first_name="Muller", email="listed@example.com")
    (ann, listed) = found(acme, "mull")
    assert ann == ("Anna Müller", f"/admin/contacts/customer/{key}/change/")
    assert listed[1].startswith("/admin/contacts/contact/")
    assert acme.browser_of("analyst").get(listed[1]).status_code == 200


@pytest.mark.parametrize(
    ("term", "names"),
    [("mull", ["Anna Müller"]), ("ANNA M", ["Anna Müller"]), ("anna@", ["Anna Müller"]), ("99123", ["Anna Müller"]),
     ("roast", ["Anna Müller"]), ("nna", []), ("!", []), ("'", []), ("", []), ("   ", [])],
)  # fmt: skip
def test_the_box_finds_by_name_address_phone_and_company(acme: World, term: str, names: list[str]) -> None:
    a_customer(acme, name="Anna Müller", email="anna@example.com", phone="+35799123834", company_name="Roasters")
    assert [name for name, _ in found(acme, term)] == names


def test_the_box_says_when_nobody_is_found_and_when_there_are_more(acme: World) -> None:
    for _ in range(21):
        a_customer(acme, name="Same Name")
    box = acme.browser_of("analyst")
    assert "Nobody found." in box.get("/admin/search/?s=zzz").content.decode()
    assert len(found(acme, "same")) == 20
    assert "and more" in box.get("/admin/search/?s=same").content.decode()


def test_the_box_does_not_say_more_when_there_are_none(acme: World) -> None:
    for _ in range(20):
        a_customer(acme, name="Same Name")
    assert "and more" not in acme.browser_of("analyst").get("/admin/search/?s=same").content.decode()


def test_the_box_says_so_for_signs_too(acme: World) -> None:
    assert "Nobody found." in acme.browser_of("analyst").get("/admin/search/?s=!").content.decode()


def test_the_box_is_not_for_those_outside(acme: World) -> None:
    a_customer(acme, name="Ann")
    answer = Client().get("/admin/search/?s=ann")
    assert answer.status_code == 302
    assert b"Ann" not in answer.content
