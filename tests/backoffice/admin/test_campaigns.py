"""Campaigns in the back office: the plan in readable fields, the list, the history."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from crm.campaigns.models import Campaign
from tests.backoffice.admin.forms import errors_of, fields_of, send
from tests.backoffice.admin.pages import address
from tests.backoffice.admin.trail import actor_of, last_event, names_of, row_of, staff_actor, written
from tests.builders import a_campaign
from tests.cast import World

ADD, LIST = address("campaigns.Campaign", "add"), address("campaigns.Campaign")
CHANNEL = {
    "name": "Search ads", "type": "paid", "budget_allocation": "2000.5",
    "start_date": "2026-06-01T00:00:00+00:00", "end_date": "2026-06-30T12:30:15+00:00",
}  # fmt: skip
PLAN: dict[str, Any] = {
    "target_audience": {"age_range": {"min": 18, "max": 30}, "gender": "all", "locations": ["Limassol"]},
    "goals": {"primary": "More sales", "secondary": ["Reach", "Fame"]},
    "channels": [{**CHANNEL, "budget_allocation": Decimal("2000.5"), "start_date": datetime(2026, 6, 1, tzinfo=UTC),
                  "end_date": datetime(2026, 6, 30, 12, 30, 15, tzinfo=UTC)}],
    "kpis": [{"name": "Orders", "target": Decimal(1000), "unit": "orders"}],
}  # fmt: skip


def change_page(key: Any) -> str:
    return address("campaigns.Campaign", "change", key)


def names(browser: Client, query: str = "") -> list[str]:
    return [campaign.name for campaign in browser.get(f"{LIST}?{query}").context["cl"].result_list]


def test_a_manager_writes_a_campaign_with_its_plan(acme: World) -> None:
    answer = send(acme.browser_of("manager"), ADD, **{
        "name": "Summer sale", "type": "sales", "status": "active", "total_budget": "5000.50",
        "starts_at_0": "2026-06-01", "starts_at_1": "00:00:00", "target_audience_age_range": "25-45",
        "target_audience_locations": "Limassol\r\n\r\n Nicosia \r\n", "goals_primary": "More sales",
        "channels-0-name": "Search ads", "channels-0-type": "paid", "channels-0-budget_allocation": "2000.5",
        "channels-0-start_date": "2026-06-01T00:00", "channels-0-end_date": "2026-06-30T12:30:15",
        "channels-2-name": "Mail", "kpis-1-name": "Orders", "kpis-1-target": "1000",
    })  # fmt: skip
    assert answer.status_code == 302, errors_of(answer)
    campaign = row_of(acme, Campaign, name="Summer sale")
    assert (campaign.type, campaign.status, campaign.total_budget) == ("sales", "active", Decimal("5000.50"))
    assert campaign.starts_at == datetime(2026, 6, 1, tzinfo=UTC)
    assert campaign.target_audience == {"age_range": "25-45", "locations": ["Limassol", "Nicosia"]}
    assert campaign.goals == {"primary": "More sales"}
    assert campaign.channels == [CHANNEL, {"name": "Mail"}]
    assert campaign.kpis == [{"name": "Orders", "target": "1000"}]
    event = last_event(acme, "campaign", campaign.pk)
    assert (event.name, actor_of(event)) == ("campaign.created", staff_actor(acme, "manager"))


def test_saving_what_is_shown_changes_nothing(acme: World) -> None:
    key = a_campaign(acme, **PLAN)
    before = written()
    assert send(acme.browser_of("owner"), change_page(key)).status_code == 302
    assert written() == before


def test_what_is_not_touched_stays_as_an_api_sent_it(acme: World) -> None:
    key, browser = a_campaign(acme, **PLAN), acme.browser_of("owner")
    shown = fields_of(browser.get(change_page(key)), "campaign_form")
    assert (shown["target_audience_age_range"], shown["goals_secondary"]) == (["18-30"], ["Reach\nFame"])
    assert shown["channels-0-end_date"] == ["2026-06-30T12:30:15"]
    send(browser, change_page(key), target_audience_gender="female", goals_secondary="")
    campaign = row_of(acme, Campaign, pk=key)
    assert campaign.target_audience == {
        "age_range": {"min": 18, "max": 30}, "gender": "female", "locations": ["Limassol"],
    }  # fmt: skip
    assert (campaign.goals, campaign.channels) == ({"primary": "More sales"}, [CHANNEL])
    assert set(last_event(acme, "campaign", key).changes) == {"target_audience", "goals"}


def test_an_emptied_row_is_taken_away_and_a_new_one_added(acme: World) -> None:
    key = a_campaign(acme, **PLAN)
    emptied = {f"channels-0-{name}": "" for name in (*CHANNEL, "platform")}
    send(acme.browser_of("owner"), change_page(key), **emptied, **{"channels-1-name": "Radio"})
    assert row_of(acme, Campaign, pk=key).channels == [{"name": "Radio"}]


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [({"name": ""}, "name", "This field is required."),
     ({"total_budget": "-1"}, "total_budget", "Ensure this value is greater than or equal to 0."),
     ({"starts_at_0": "2026-06-02", "starts_at_1": "00:00", "ends_at_0": "2026-06-01", "ends_at_1": "00:00"},
      "ends_at", "A campaign does not end before it starts."),
     ({"target_audience_locations": "x" * 101}, "target_audience_locations",
      "Use a text of at most 100 characters, on one line."),
     ({"channels-0-type": "paid"}, "channels", "Row 1, Name: This field is required."),
     ({"channels-1-name": "A", "channels-1-budget_allocation": "-5"}, "channels",
      "Row 1, Budget: Ensure this value is greater than or equal to 0."),
     ({"channels-0-name": "A", "channels-0-start_date": "soon"}, "channels",
      "Row 1, Starts: Enter a valid date/time."),
     ({"channels-0-name": "A", "channels-0-start_date": "2026-06-02", "channels-0-end_date": "2026-06-01"},
      "channels", "A channel does not end before it starts."),
     ({"kpis-0-name": "A", "kpis-0-target": "many"}, "kpis", "Row 1, Target: Enter a number.")],
)  # fmt: skip
def test_what_cannot_be_is_told_at_its_field_and_shown_again(
    acme: World, changes: dict[str, str], field: str, told: str
) -> None:
    before = written()
    answer = send(acme.browser_of("owner"), ADD, **{"name": "Spring", **changes})
    assert errors_of(answer) == {field: [told]}
    assert written() == before
    again = fields_of(answer, "campaign_form")
    shown = {text for texts in again.values() for text in texts}
    assert {value for name, value in changes.items() if "_1" not in name} <= shown | {""}


def test_the_list_is_searched_and_filtered(acme: World, rival: World) -> None:
    a_campaign(acme, name="Spring sale", type="sales", status="active", total_budget=Decimal("1234.5"))
    a_campaign(acme, name="Summer fair", description="With ice-cream", starts_at=datetime(2026, 6, 1, tzinfo=UTC))
    a_campaign(rival, name="Spring of the others")
    browser = acme.browser_of("analyst")
    assert names(browser) == ["Summer fair", "Spring sale"]
    assert (names(browser, "q=spr"), names(browser, "q=cream"), names(browser, "q=nothing")) == (
        ["Spring sale"], ["Summer fair"], [],
    )  # fmt: skip
    assert names(browser, "status__exact=active") == names(browser, "type__exact=sales") == ["Spring sale"]
    assert names(browser, "starts_at_from=2026-06-01&starts_at_to=2026-06-01") == ["Summer fair"]
    assert b"$1,234.50" in browser.get(LIST).content


def test_agents_read_the_plan_and_write_nothing(acme: World) -> None:
    key, browser = a_campaign(acme, **PLAN), acme.browser_of("agent")
    page = browser.get(change_page(key)).content.decode()
    for word in ("Limassol", "More sales", "Search ads", "2000.5", "Orders"):
        assert word in page
    before = written()
    assert browser.post(change_page(key), {"name": "Mine"}).status_code == 403
    assert browser.get(ADD).status_code == browser.get(address("campaigns.Campaign", "delete", key)).status_code == 403
    assert written() == before


def test_a_campaign_is_deleted_and_its_history_told_until_then(acme: World) -> None:
    key, browser = a_campaign(acme, **PLAN), acme.browser_of("owner")
    send(browser, change_page(key), **{"channels-1-name": "Radio"})
    history = browser.get(address("campaigns.Campaign", "history", key)).content.decode()
    assert "Campaign created" in history
    assert "name: Radio" in history
    answer = browser.post(address("campaigns.Campaign", "delete", key), {"post": "yes"})
    assert (answer.status_code, names(browser)) == (302, [])
    assert names_of(acme, "campaign", key) == ["campaign.created", "campaign.updated", "campaign.deleted"]
    assert row_of(acme, Campaign, pk=key).deleted_at is not None


def test_without_campaigns_the_list_says_so(acme: World) -> None:
    answer = acme.browser_of("owner").get(LIST)
    assert (answer.status_code, list(answer.context["cl"].result_list)) == (200, [])
    assert b"0 campaigns" in answer.content or b"No results" in answer.content
