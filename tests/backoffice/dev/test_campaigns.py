"""S4 `/dev/marketing/campaigns`: one campaign, written and read (s4 §1, §4)."""

from typing import Any
from uuid import UUID

import pytest

from crm.campaigns.models import Campaign
from crm.kernel.ids import new_id
from tests.backoffice.dev.wire import complaints, data, message
from tests.builders import a_campaign
from tests.cast import Api, World
from tests.dialects.traces import latest_events, written

CAMPAIGNS = "/dev/marketing/campaigns"
FIELDS = [
    "id", "project_id", "name", "description", "type", "status", "start_date", "end_date", "total_budget",
    "target_audience", "goals", "channels", "kpis", "createdAt", "updatedAt",
]  # fmt: skip
CHANNEL = {
    "name": "Search ads", "type": "paid", "platform": "Google", "budget_allocation": 2000.5,
    "start_date": "2026-06-01T00:00:00.000Z", "end_date": "2026-06-30T12:30:00.000Z",
}  # fmt: skip
WHOLE: dict[str, Any] = {
    "name": "Summer sale", "description": "Ten per cent off\nall June", "type": "sales", "status": "draft",
    "start_date": "2026-06-01T00:00:00.000Z", "end_date": "2026-06-30T21:59:59.000Z", "total_budget": 5000.5,
    "target_audience": {
        "age_range": "25-45", "gender": "all", "locations": ["Limassol", "Nicosia"], "interests": ["coffee"],
    },
    "goals": {"primary": "More sales", "secondary": ["Reach"], "kpis": ["Orders"]},
    "channels": [CHANNEL],
    "kpis": [{"name": "Orders", "target": 1000, "current": 12.5, "unit": "orders"}],
}  # fmt: skip
EMPTY: dict[str, Any] = {
    "description": None, "type": "other", "status": "draft", "start_date": None, "end_date": None,
    "total_budget": None, "channels": [], "kpis": [],
    "target_audience": {"age_range": None, "gender": None, "locations": [], "interests": []},
    "goals": {"primary": None, "secondary": [], "kpis": []},
}  # fmt: skip


def test_a_campaign_is_answered_whole_with_201_and_read_back(api: Api, acme: World) -> None:
    record = data(api.post(CAMPAIGNS, WHOLE), 201)
    assert list(record) == FIELDS
    assert {name: record[name] for name in WHOLE} == WHOLE
    assert record["project_id"] == str(acme.organisation.id)
    assert len(record["createdAt"]) == len("2024-01-20T10:00:00.000Z")
    assert data(api.get(f"{CAMPAIGNS}/{record['id']}")) == record
    (event,) = latest_events(acme, "campaign.created")
    assert (event.subject_id, event.actor_kind) == (record["id"], "key")


@pytest.mark.parametrize("prefix", ["/dev", "/v1/dev"])
def test_a_name_is_enough(api: Api, prefix: str) -> None:
    record = data(api.post(f"{prefix}/marketing/campaigns", {"name": "Spring"}), 201)
    assert {name: record[name] for name in EMPTY} == EMPTY


def test_null_and_empty_parts_of_a_plan_read_as_absent(api: Api) -> None:
    body = {
        "name": "Spring", "description": None, "start_date": None, "total_budget": None,
        "target_audience": {"age_range": None, "gender": "", "locations": None},
        "goals": {"primary": None, "secondary": []}, "channels": [{"name": "Mail", "budget_allocation": None}],
    }  # fmt: skip
    record = data(api.post(CAMPAIGNS, body), 201)
    nothing = dict.fromkeys(CHANNEL)
    assert {name: record[name] for name in EMPTY} == EMPTY | {"channels": [{**nothing, "name": "Mail"}]}


def test_amounts_are_exact_in_the_currencys_decimals(api: Api) -> None:
    body = b'{"name": "S", "total_budget": 123456789012345.10, "channels": [{"name": "A", "budget_allocation": "0.1"}]}'
    answer = api.post(CAMPAIGNS, body.decode())
    assert answer.status_code == 201, answer.content
    assert b'"total_budget":123456789012345.10,' in answer.content
    assert b'"budget_allocation":0.10,' in answer.content


@pytest.mark.parametrize(
    "audience",
    [{"age_range": {"min": 18, "max": 30}}, {"age_range": {"min": 65}}, {"gender": ["female", "other"]}],
)  # fmt: skip
def test_what_an_audience_is_sent_as_is_what_is_read_back(api: Api, audience: dict[str, Any]) -> None:
    record = data(api.post(CAMPAIGNS, {"name": "Spring", "target_audience": audience}), 201)
    assert record["target_audience"] == EMPTY["target_audience"] | audience


def test_a_bare_date_is_its_first_moment_in_utc(api: Api) -> None:
    channel = {"name": "A", "start_date": "2026-06-01T02:00:00+03:00"}
    body = {"name": "S", "start_date": "2026-06-01", "end_date": "2026-06-01", "channels": [channel]}
    record = data(api.post(CAMPAIGNS, body), 201)
    assert record["start_date"] == record["end_date"] == "2026-06-01T00:00:00.000Z"
    assert record["channels"][0]["start_date"] == "2026-05-31T23:00:00.000Z"


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("name", {"name": ""}), ("name", {"name": None}), ("name", {"name": "x" * 201}), ("name", {"name": "Sp\tring"}),
    ("name", {"name": "Spring\x00"}),
    ("description", {"description": "x" * 10_001}), ("type", {"type": "party"}), ("type", {"type": None}),
    ("status", {"status": "running"}), ("status", {"status": None}), ("start_date", {"start_date": "soon"}),
    ("start_date", {"start_date": 20260601}), ("end_date", {"end_date": "2026-13-01"}),
    ("end_date", {"start_date": "2026-06-02", "end_date": "2026-06-01"}),
    ("total_budget", {"total_budget": -1}), ("total_budget", {"total_budget": "-0.01"}),
    ("total_budget", {"total_budget": 10.005}), ("total_budget", {"total_budget": "much"}),
    ("total_budget", {"total_budget": 1e20}), ("total_budget", {"total_budget": True}),
    ("shoe", {"shoe": 44}), ("id", {"id": 1}), ("participant_count", {"participant_count": 1}),
    ("target_audience", {"target_audience": "everybody"}), ("target_audience", {"target_audience": None}),
    ("target_audience.shoe", {"target_audience": {"shoe": 44}}),
    ("target_audience.age_range", {"target_audience": {"age_range": 25}}),
    ("target_audience.age_range", {"target_audience": {"age_range": {"min": -1}}}),
    ("target_audience.age_range", {"target_audience": {"age_range": {"min": 45, "max": 25}}}),
    ("target_audience.age_range", {"target_audience": {"age_range": {"from": 25}}}),
    ("target_audience.age_range", {"target_audience": {"age_range": {"min": 25.5}}}),
    ("target_audience.age_range", {"target_audience": {"age_range": "\ud800"}}),
    ("target_audience.gender", {"target_audience": {"gender": {"all": True}}}),
    ("target_audience.gender", {"target_audience": {"gender": "x\x00"}}),
    ("target_audience.locations", {"target_audience": {"locations": "Limassol"}}),
    ("target_audience.locations", {"target_audience": {"locations": ["x"] * 51}}),
    ("target_audience.interests.0", {"target_audience": {"interests": [{"name": "tea"}]}}),
    ("goals.primary", {"goals": {"primary": "x" * 501}}), ("goals.secondary.1", {"goals": {"secondary": ["a", None]}}),
    ("goals.why", {"goals": {"why": "money"}}), ("goals", {"goals": ["money"]}),
    ("channels", {"channels": {"name": "Mail"}}), ("channels", {"channels": [{"name": "Mail"}] * 51}),
    ("channels.0", {"channels": ["Mail"]}), ("channels.0.name", {"channels": [{"type": "mail"}]}),
    ("channels.1.name", {"channels": [{"name": "A"}, {"name": ""}]}),
    ("channels.0.budget_allocation", {"channels": [{"name": "A", "budget_allocation": -5}]}),
    ("channels.0.budget_allocation", {"channels": [{"name": "A", "budget_allocation": 0.001}]}),
    ("channels.0.start_date", {"channels": [{"name": "A", "start_date": "soon"}]}),
    ("channels.0.end_date", {"channels": [{"name": "A", "start_date": "2026-06-02", "end_date": "2026-06-01"}]}),
    ("channels.0.cost", {"channels": [{"name": "A", "cost": 1}]}),
    ("kpis.0.name", {"kpis": [{"target": 1}]}), ("kpis.0.target", {"kpis": [{"name": "A", "target": "many"}]}),
    ("kpis.0.target", {"kpis": [{"name": "A", "target": 0.00001}]}), ("kpis.0.owner", {"kpis": [{"owner": "Ann"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), REFUSED)
def test_a_value_that_cannot_be_is_refused_at_its_place(
    api: Api, acme: World, field: str, value: dict[str, Any]
) -> None:
    campaign_id, before = a_campaign(acme), written(acme)
    for answer in (api.post(CAMPAIGNS, {"name": "Summer", **value}), api.put(f"{CAMPAIGNS}/{campaign_id}", value)):
        assert message(answer, 400) == "Invalid request parameters"
        assert field in complaints(answer)
    assert written(acme) == before | {"Campaign": 1}


def test_a_name_is_required(api: Api) -> None:
    assert set(complaints(api.post(CAMPAIGNS, {"type": "sales"}))) == {"name"}


def test_a_form_may_be_sent_but_for_the_plan(api: Api) -> None:
    answer = api.client.post(CAMPAIGNS, {"name": "Spring", "total_budget": "12.50"})
    assert data(answer, 201)["total_budget"] == 12.5
    for part in ("target_audience", "goals", "channels", "kpis"):
        answer = api.client.post(CAMPAIGNS, {"name": "Spring", part: "{}"})
        assert {field.split(".")[0] for field in complaints(answer)} == {part}


def test_what_is_not_sent_stays(api: Api, acme: World) -> None:
    record = data(api.post(CAMPAIGNS, WHOLE), 201)
    changed = data(api.put(f"{CAMPAIGNS}/{record['id']}", {"status": "active"}))
    assert changed == {**record, "status": "active", "updatedAt": changed["updatedAt"]}
    assert changed["updatedAt"] > record["updatedAt"]
    (event,) = latest_events(acme, "campaign.updated")
    assert event.changes == {"status": ["draft", "active"]}


def test_the_same_again_changes_nothing(api: Api, acme: World) -> None:
    record = data(api.post(CAMPAIGNS, WHOLE), 201)
    assert data(api.put(f"{CAMPAIGNS}/{record['id']}", WHOLE)) == record
    assert latest_events(acme, "campaign.updated") == []


def test_null_clears_and_a_part_of_the_plan_is_replaced_as_a_whole(api: Api) -> None:
    path = f"{CAMPAIGNS}/{data(api.post(CAMPAIGNS, WHOLE), 201)['id']}"
    body: dict[str, Any] = {
        "description": None, "start_date": None, "end_date": None, "total_budget": None, "goals": {}, "channels": [],
        "target_audience": {"locations": ["Paphos"]},
    }  # fmt: skip
    changed = data(api.put(path, body))
    assert changed["target_audience"] == {"age_range": None, "gender": None, "locations": ["Paphos"], "interests": []}
    assert {name: changed[name] for name in body if name != "target_audience"} == {
        name: EMPTY[name] for name in body if name != "target_audience"
    }
    assert changed["kpis"] == WHOLE["kpis"]


def test_a_start_after_the_end_that_is_there_is_refused(api: Api) -> None:
    path = f"{CAMPAIGNS}/{data(api.post(CAMPAIGNS, WHOLE), 201)['id']}"
    assert complaints(api.put(path, {"start_date": "2026-07-01"})) == {
        "end_date": "A campaign does not end before it starts."
    }


def test_a_deleted_campaign_is_gone_and_stays_on_record(api: Api, acme: World) -> None:
    path = f"{CAMPAIGNS}/{a_campaign(acme)}"
    assert api.delete(path).json() == {"success": True, "message": "Campaign deleted successfully"}
    for answer in (api.get(path), api.put(path, {"name": "Again"}), api.delete(path)):
        assert message(answer, 404) == "Resource not found"
    assert api.get(CAMPAIGNS).json()["pagination"]["total"] == 0
    with acme.scope():
        assert Campaign.objects.get().deleted_at is not None
    assert len(latest_events(acme, "campaign.deleted")) == 1


def test_a_foreign_campaign_is_as_unknown_as_one_that_never_was(api: Api, rival: World, rehearsal: World) -> None:
    ids: list[UUID] = [a_campaign(rival), a_campaign(rehearsal), new_id()]
    answers = [
        (answer.status_code, answer.content)
        for campaign_id in ids
        for answer in (
            api.get(f"{CAMPAIGNS}/{campaign_id}"), api.put(f"{CAMPAIGNS}/{campaign_id}", {"name": ""}),
            api.delete(f"{CAMPAIGNS}/{campaign_id}"),
        )
    ]  # fmt: skip
    assert set(answers) == {(404, b'{"message":"Resource not found"}')}


@pytest.mark.parametrize(
    "path", ["/dev/marketing", "/dev/marketing/leads", "/v1/dev/marketing/no/such", f"{CAMPAIGNS}/12"]
)
def test_an_unknown_address_is_refused_in_this_dialect(api: Api, path: str) -> None:
    assert message(api.get(path), 404) == "Resource not found"


def test_the_same_request_again_creates_no_second_campaign(api: Api, acme: World) -> None:
    first, again = (api.post(CAMPAIGNS, WHOLE, headers={"Idempotency-Key": "spring"}) for _ in range(2))
    assert (first.status_code, again.status_code, first.content) == (201, 201, again.content)
    assert written(acme)["Campaign"] == 1
