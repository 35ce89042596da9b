"""S4 `GET /dev/marketing/campaigns`, and who may call the routes (s4 §1, §4)."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.backoffice.dev.test_campaigns import CAMPAIGNS, FIELDS, WHOLE
from tests.backoffice.dev.wire import complaints, message, names, staff_api
from tests.builders import a_campaign
from tests.cast import Api, World
from tests.dialects.traces import latest_events, written
from tests.members import a_member

READS, WRITES = ("list", "get"), ("post", "put", "delete")


def test_a_row_is_the_record(api: Api, acme: World) -> None:
    campaign_id = api.post(CAMPAIGNS, WHOLE).json()["data"]["id"]
    (row,) = api.get(CAMPAIGNS).json()["data"]
    assert list(row) == FIELDS
    assert row == api.get(f"{CAMPAIGNS}/{campaign_id}").json()["data"]


@pytest.mark.parametrize("prefix", ["/dev", "/v1/dev"])
def test_pages_hold_ten_unless_asked_otherwise(api: Api, acme: World, prefix: str) -> None:
    for number in range(12):
        a_campaign(acme, name=f"Campaign {number}")
    path = f"{prefix}/marketing/campaigns"
    first, second = api.get(path), api.get(path, page=2, limit=5)
    assert (names(first)[0], len(names(first))) == ("Campaign 11", 10)
    assert first.json()["pagination"] == {"total": 12, "page": 1, "limit": 10}
    assert (len(names(second)), second.json()["pagination"]) == (5, {"total": 12, "page": 2, "limit": 5})
    assert names(api.get(path, page=99)) == []


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("page", "0"), ("limit", "101"), ("limit", "x"), ("status", "running"), ("status", "draft,gone"),
     ("type", "party"), ("search", "x" * 201), ("sort", "total_budget"), ("sort", "name:up")],
)  # fmt: skip
def test_a_parameter_that_cannot_be_is_refused_by_name(api: Api, parameter: str, value: str) -> None:
    assert set(complaints(api.get(CAMPAIGNS, **{parameter: value}))) == {parameter}


def test_filters_narrow_alone_and_together(api: Api, acme: World, rival: World) -> None:
    a_campaign(acme, name="Spring sale", type="sales", status="active")
    a_campaign(acme, name="Summer fair", type="event", description="Ice-cream for the Café's friends")
    a_campaign(acme, name="Autumn", type="sales", status="paused")
    a_campaign(rival, name="Spring of the others")
    expected: list[tuple[dict[str, Any], set[str]]] = [
        ({"status": "active"}, {"Spring sale"}), ({"status": "active,paused"}, {"Spring sale", "Autumn"}),
        ({"type": "sales"}, {"Spring sale", "Autumn"}), ({"type": "event,challenge"}, {"Summer fair"}),
        ({"type": "sales", "status": "paused"}, {"Autumn"}), ({"search": "sp"}, {"Spring sale"}),
        ({"search": "sal spr"}, {"Spring sale"}), ({"search": "CAFE"}, {"Summer fair"}), ({"search": "pring"}, set()),
        ({"search": "!?"}, set()), ({"search": "s", "status": "draft"}, {"Summer fair"}),
        ({"status": "", "type": "", "search": ""}, {"Spring sale", "Summer fair", "Autumn"}),
    ]  # fmt: skip
    for asked, found in expected:
        assert set(names(api.get(CAMPAIGNS, **asked))) == found, asked


def test_a_new_name_is_what_a_campaign_is_found_by(api: Api, acme: World) -> None:
    api.put(f"{CAMPAIGNS}/{a_campaign(acme)}", {"name": "Winter"})
    assert (names(api.get(CAMPAIGNS, search="winter")), names(api.get(CAMPAIGNS, search="spring"))) == (["Winter"], [])


def test_a_list_is_sorted_as_asked(api: Api, acme: World) -> None:
    for name, day in (("B", "2026-01-03"), ("C", "2026-01-01"), ("A", "2026-01-02")):
        api.post(CAMPAIGNS, {"name": name, "start_date": day})
    for sort, order in (("name", "ABC"), ("start_date:desc", "BAC"), ("createdAt", "BCA"), ("updatedAt:desc", "ACB")):
        assert "".join(names(api.get(CAMPAIGNS, sort=sort))) == order, sort


def test_a_body_with_many_amounts_asks_for_the_currency_once(acme: World) -> None:
    def statements(channels: int) -> int:
        body = {"name": "S", "channels": [{"name": "A", "budget_allocation": 1}] * channels}
        with CaptureQueriesContext(connection) as captured:
            assert acme.api.post(CAMPAIGNS, body).status_code == 201
        return len(captured)

    statements(1)
    assert statements(2) == statements(50)


def _everything(api: Api, campaign_id: object) -> dict[str, Any]:
    """One call of every route, by its name."""
    return {
        "list": api.get(CAMPAIGNS), "get": api.get(f"{CAMPAIGNS}/{campaign_id}"),
        "post": api.post(CAMPAIGNS, {"name": "New"}), "put": api.put(f"{CAMPAIGNS}/{campaign_id}", {"name": "Other"}),
        "delete": api.delete(f"{CAMPAIGNS}/{campaign_id}"),
    }  # fmt: skip


def _refused(answers: dict[str, Any]) -> set[str]:
    """What was refused as not permitted; all else must have been done."""
    refused = {name for name, answer in answers.items() if answer.status_code == 403}
    assert {answer.status_code for name, answer in answers.items() if name not in refused} <= {200, 201}
    return refused


@pytest.mark.parametrize(
    ("role", "refused"), [("owner", ()), ("manager", ()), ("agent", WRITES), ("analyst", WRITES)]
)  # fmt: skip
def test_staff_do_what_their_role_says(acme: World, role: str, refused: tuple[str, ...]) -> None:
    assert _refused(_everything(staff_api(acme, role), a_campaign(acme))) == set(refused)


@pytest.mark.parametrize(
    ("permissions", "refused"),
    [(("read",), WRITES), (("write",), READS), (("crm:campaigns:read",), WRITES), (("crm:campaigns:write",), READS),
     (("crm:campaigns:read", "crm:campaigns:write"), ()), (("auth:members:read", "crm:leads:write"), READS + WRITES)],
)  # fmt: skip
def test_a_key_does_what_its_permissions_say(
    acme: World, permissions: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    assert _refused(_everything(acme.key_with(*permissions), a_campaign(acme))) == set(refused)


def test_members_and_apps_are_refused(acme: World) -> None:
    member, campaign_id = a_member(acme), a_campaign(acme)
    before = written(acme)
    for api in (member.api, Api(acme.publishable_key)):
        assert _refused(_everything(api, campaign_id)) == {*READS, *WRITES}
    assert written(acme) == before


@pytest.mark.parametrize("key", [None, "nonsense"])
def test_without_a_good_key_there_is_401(acme: World, key: str | None) -> None:
    for answer in _everything(Api(key), a_campaign(acme)).values():
        assert message(answer, 401) == "Invalid or missing API key"


def test_what_staff_do_is_told_as_theirs(acme: World) -> None:
    staff_api(acme, "manager").post(CAMPAIGNS, {"name": "Spring"})
    (event,) = latest_events(acme, "campaign.created")
    assert (event.actor_kind, event.actor_id) == ("staff", str(acme.staff["manager"].pk))
