"""S4 `/leads/{id}/merge` and `/leads/merges/{id}/unmerge` (docs/apis/dev.md)."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from crm.leads.services import convert_lead
from tests.backoffice.dev.wire import complaints, data, message
from tests.builders import a_lead
from tests.cast import Api, World
from tests.crm.leads.merge_stage import Leads, two_leads

LEADS, MERGES = "/dev/crm/leads", "/dev/crm/leads/merges"
UNKNOWN = b'{"message":"Resource not found"}'


@pytest.fixture
def pair(acme: World) -> Leads:
    return two_leads(acme)


def merge(api: Api, winner: UUID, *losers: UUID, **more: Any) -> Any:
    return api.post(f"{LEADS}/{winner}/merge", {"losers": [str(loser) for loser in losers], **more})


def field(answer: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in answer["fields"] if one["field"] == name)


def test_a_merge_answers_what_it_did(api: Api, pair: Leads) -> None:
    answer = data(merge(api, pair.ina, pair.ines))
    assert set(answer) == {"merge_id", "winner_id", "losers", "fields", "moved"}
    assert (answer["winner_id"], answer["losers"]) == (str(pair.ina), [str(pair.ines)])
    assert field(answer, "phone") == {
        "field": "phone", "value": "+35799123834", "from_id": str(pair.ines),
        "values": {str(pair.ina): "", str(pair.ines): "+35799123834"},
    }  # fmt: skip
    assert (field(answer, "status")["value"], field(answer, "score")["value"]) == ("proposal", "77.00")
    assert answer["moved"]["leads.LeadInteraction.lead"] == 1
    lead = data(api.get(f"{LEADS}/{pair.ina}"))
    assert (lead["name"], lead["phone"], lead["status"], lead["score"]) == ("Ina", "+35799123834", "proposal", 77)
    said = api.get(f"{LEADS}/{pair.ina}/interactions").json()["data"]
    assert {one["notes"] for one in said} >= {"hello"}


def test_a_dry_run_answers_the_same_and_does_nothing(api: Api, pair: Leads) -> None:
    rehearsed = data(merge(api, pair.ina, pair.ines, dry_run=True))
    assert rehearsed["merge_id"] is None
    assert data(api.get(f"{LEADS}/{pair.ines}"))["name"] == "Ines Muster"
    assert {**data(merge(api, pair.ina, pair.ines)), "merge_id": None} == rehearsed


def test_choices_name_whose_value_a_field_gets(api: Api, pair: Leads) -> None:
    answer = data(merge(api, pair.ina, pair.ines, choices={"name": str(pair.ines)}))
    assert field(answer, "name")["from_id"] == str(pair.ines)
    assert data(api.get(f"{LEADS}/{pair.ina}"))["name"] == "Ines Muster"


def test_an_old_id_says_where_the_lead_went_and_only_to_its_own_place(api: Api, rival: World, pair: Leads) -> None:
    data(merge(api, pair.ina, pair.ines))
    answer = api.get(f"{LEADS}/{pair.ines}")
    assert answer.status_code == 404
    assert answer.json() == {"message": "Resource not found", "merged_into": str(pair.ina)}
    assert rival.api.get(f"{LEADS}/{pair.ines}").content == UNKNOWN
    assert api.get(f"{LEADS}/{uuid4()}").content == UNKNOWN


def test_every_other_route_answers_as_for_the_deleted(api: Api, pair: Leads) -> None:
    data(merge(api, pair.ina, pair.ines))
    path = f"{LEADS}/{pair.ines}"
    answers = [
        api.put(path, {"notes": "x"}), api.delete(path), api.get(f"{path}/score"), api.post(f"{path}/convert"),
        api.get(f"{path}/interactions"), merge(api, pair.ines, pair.ina),
    ]  # fmt: skip
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, UNKNOWN)}


def test_a_second_merge_of_the_same_leads_says_where_they_went(api: Api, pair: Leads) -> None:
    data(merge(api, pair.ina, pair.ines))
    answer = merge(api, pair.ina, pair.ines)
    assert answer.status_code == 409
    assert answer.json()["merged_into"] == str(pair.ina)


def test_leads_of_different_customers_are_a_conflict(acme: World, api: Api) -> None:
    one, other = a_lead(acme), a_lead(acme)
    with acme.scope():
        for lead_id in (one, other):
            convert_lead(lead_id=lead_id)
    assert "different customers" in message(merge(api, one, other), 409)
    assert "different customers" in message(merge(api, one, other, dry_run=True), 409)


def test_the_same_request_sent_twice_merges_once(api: Api, pair: Leads) -> None:
    body, path = {"losers": [str(pair.ines)]}, f"{LEADS}/{pair.ina}/merge"
    first = api.post(path, body, headers={"Idempotency-Key": "once"})
    again = api.post(path, body, headers={"Idempotency-Key": "once"})
    assert data(first) == data(again)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_who_is_foreign_looks_like_who_never_was(api: Api, rival: World, pair: Leads) -> None:
    stranger = a_lead(rival)
    answers = [merge(api, *ids) for ids in ((pair.ina, stranger), (pair.ina, uuid4()), (stranger, pair.ina),
                                            (uuid4(), pair.ina))]  # fmt: skip
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, UNKNOWN)}


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "losers"), ({"losers": []}, "losers"), ({"losers": ["x"]}, "losers.0"), ({"losers": None}, "losers"),
     ({"losers": [str(uuid4()) for _ in range(21)]}, "losers"),
     ({"losers": [str(uuid4())], "choices": {"email": "x"}}, "choices.email"),
     ({"losers": [str(uuid4())], "dry_run": "perhaps"}, "dry_run"),
     ({"losers": [str(uuid4())], "more": 1}, "more")],
)  # fmt: skip
def test_bad_bodies_are_refused_with_their_field(api: Api, pair: Leads, body: Any, field: str) -> None:
    assert set(complaints(api.post(f"{LEADS}/{pair.ina}/merge", body))) == {field}


def test_what_cannot_be_chosen_is_named(api: Api, pair: Leads) -> None:
    answer = merge(api, pair.ina, pair.ines, choices={"status": str(pair.ines)})
    assert set(complaints(answer)) == {"choices.status"}
    assert set(complaints(merge(api, pair.ina, pair.ina))) == {"losers"}


def test_a_merge_is_taken_apart_and_only_once(api: Api, pair: Leads) -> None:
    merge_id = data(merge(api, pair.ina, pair.ines))["merge_id"]
    answer = data(api.post(f"{MERGES}/{merge_id}/unmerge"))
    assert set(answer) == {"merge_id", "winner_id", "losers", "restored", "left"}
    assert (answer["losers"], answer["left"]) == ([str(pair.ines)], [])
    assert data(api.get(f"{LEADS}/{pair.ines}"))["name"] == "Ines Muster"
    assert message(api.post(f"{MERGES}/{merge_id}/unmerge"), 409) == "This merge has been taken apart already."


def test_an_address_that_is_taken_is_told(api: Api, pair: Leads) -> None:
    merge_id = data(merge(api, pair.ina, pair.ines))["merge_id"]
    data(api.post(LEADS, {"name": "New", "email": "ines@example.com"}), 201)
    assert "has the address" in message(api.post(f"{MERGES}/{merge_id}/unmerge"), 409)


def test_merges_of_others_and_of_people_are_unknown(api: Api, rival: World, pair: Leads) -> None:
    merge_id = data(merge(api, pair.ina, pair.ines))["merge_id"]
    answers = [rival.api.post(f"{MERGES}/{id_}/unmerge") for id_ in (merge_id, uuid4())]
    answers.append(api.post(f"/dev/crm/merges/{merge_id}/unmerge"))
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, UNKNOWN)}


def test_a_reading_key_merges_nobody(acme: World, pair: Leads) -> None:
    assert merge(acme.key_with("read"), pair.ina, pair.ines).status_code == 403


def test_both_addresses_of_the_api_do_it(api: Api, pair: Leads) -> None:
    answer = api.post(f"/v1{LEADS}/{pair.ina}/merge", {"losers": [str(pair.ines)]})
    assert data(api.post(f"/v1{MERGES}/{data(answer)['merge_id']}/unmerge"))["left"] == []
