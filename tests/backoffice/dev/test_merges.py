"""S4 `/customers/{id}/merge` and `/merges/{id}/unmerge` (docs/apis/dev.md)."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.backoffice.dev.wire import CUSTOMERS, complaints, data, message
from tests.builders import a_customer
from tests.cast import Api, World
from tests.crm.contacts.merge_stage import Pair, a_pair

MERGES = "/dev/crm/merges"


@pytest.fixture
def pair(acme: World) -> Pair:
    return a_pair(acme)


def merge(api: Api, winner: UUID, *losers: UUID, **more: Any) -> Any:
    return api.post(f"{CUSTOMERS}/{winner}/merge", {"losers": [str(loser) for loser in losers], **more})


def field(answer: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in answer["fields"] if one["field"] == name)


def test_a_merge_answers_what_it_did(api: Api, pair: Pair) -> None:
    answer = data(merge(api, pair.anna, pair.anja))
    assert set(answer) == {"merge_id", "winner_id", "losers", "fields", "moved"}
    assert (answer["winner_id"], answer["losers"]) == (str(pair.anna), [str(pair.anja)])
    assert field(answer, "phone") == {
        "field": "phone", "value": "+35799123834", "from_id": str(pair.anja),
        "values": {str(pair.anna): "", str(pair.anja): "+35799123834"},
    }  # fmt: skip
    assert answer["moved"]["campaigns.ListingEntry.contact"] == 2
    customer = data(api.get(f"{CUSTOMERS}/{pair.anna}"))
    assert (customer["name"], customer["phone"], customer["notes"]) == ("Anna Muster", "+35799123834", "likes tea")


def test_a_dry_run_answers_the_same_and_does_nothing(api: Api, pair: Pair) -> None:
    rehearsed = data(merge(api, pair.anna, pair.anja, dry_run=True))
    assert rehearsed["merge_id"] is None
    assert data(api.get(f"{CUSTOMERS}/{pair.anja}"))["name"] == "Anja Muster"
    assert {**data(merge(api, pair.anna, pair.anja)), "merge_id": None} == rehearsed


def test_choices_name_whose_value_a_field_gets(api: Api, pair: Pair) -> None:
    answer = data(merge(api, pair.anna, pair.anja, choices={"name": str(pair.anja)}))
    assert field(answer, "first_name")["from_id"] == str(pair.anja)
    assert data(api.get(f"{CUSTOMERS}/{pair.anna}"))["name"] == "Anja Muster"


def test_an_old_id_says_where_the_person_went(api: Api, rival: World, pair: Pair) -> None:
    data(merge(api, pair.anna, pair.anja))
    answer = api.get(f"{CUSTOMERS}/{pair.anja}")
    assert answer.status_code == 404
    assert answer.json() == {"message": "Resource not found", "merged_into": str(pair.anna)}
    assert rival.api.get(f"{CUSTOMERS}/{pair.anja}").json() == {"message": "Resource not found"}


@pytest.mark.parametrize("path", ["/v1/customers/cus_{}", "/v1/customers/{}", "/auth/api/members/{}"])
def test_elsewhere_an_old_id_is_that_of_nobody(api: Api, pair: Pair, path: str) -> None:
    data(merge(api, pair.anna, pair.anja))
    old, unknown = api.get(path.format(pair.anja)), api.get(path.format(uuid4()))
    assert old.status_code == unknown.status_code == 404
    assert old.json() == unknown.json()


def test_writing_to_an_old_id_is_refused_as_for_the_deleted(api: Api, pair: Pair) -> None:
    data(merge(api, pair.anna, pair.anja))
    assert message(api.put(f"{CUSTOMERS}/{pair.anja}", {"notes": "x"}), 404) == "Resource not found"
    assert message(api.delete(f"{CUSTOMERS}/{pair.anja}"), 404) == "Resource not found"


def test_a_second_merge_of_the_same_people_says_where_they_went(api: Api, pair: Pair) -> None:
    data(merge(api, pair.anna, pair.anja))
    answer = merge(api, pair.anna, pair.anja)
    assert answer.status_code == 409
    assert answer.json()["merged_into"] == str(pair.anna)
    assert message(merge(api, pair.anja, pair.anna), 404)


def test_the_same_request_sent_twice_merges_once(api: Api, pair: Pair) -> None:
    body, path = {"losers": [str(pair.anja)]}, f"{CUSTOMERS}/{pair.anna}/merge"
    first = api.post(path, body, headers={"Idempotency-Key": "once"})
    again = api.post(path, body, headers={"Idempotency-Key": "once"})
    assert data(first) == data(again)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_who_is_foreign_looks_like_who_never_was(api: Api, rival: World, pair: Pair) -> None:
    stranger = a_customer(rival)
    answers = [merge(api, *ids) for ids in ((pair.anna, stranger), (pair.anna, uuid4()), (stranger, pair.anna),
                                            (uuid4(), pair.anna))]  # fmt: skip
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, b'{"message":"Resource not found"}')}


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "losers"), ({"losers": []}, "losers"), ({"losers": ["x"]}, "losers.0"), ({"losers": "x"}, "losers"),
     ({"losers": [str(uuid4())], "choices": {"email": "x"}}, "choices.email"),
     ({"losers": [str(uuid4())], "dry_run": "perhaps"}, "dry_run"),
     ({"losers": [str(uuid4())], "more": 1}, "more")],
)  # fmt: skip
def test_bad_bodies_are_refused_with_their_field(api: Api, pair: Pair, body: Any, field: str) -> None:
    assert set(complaints(api.post(f"{CUSTOMERS}/{pair.anna}/merge", body))) == {field}


def test_what_cannot_be_chosen_is_named(api: Api, pair: Pair) -> None:
    answer = merge(api, pair.anna, pair.anja, choices={"consent_state": str(pair.anja)})
    assert set(complaints(answer)) == {"choices.consent_state"}
    assert set(complaints(merge(api, pair.anna, pair.anna))) == {"losers"}


def test_a_merge_is_taken_apart(api: Api, pair: Pair) -> None:
    merge_id = data(merge(api, pair.anna, pair.anja))["merge_id"]
    answer = data(api.post(f"{MERGES}/{merge_id}/unmerge"))
    assert set(answer) == {"merge_id", "winner_id", "losers", "restored", "left"}
    assert (answer["losers"], answer["left"]) == ([str(pair.anja)], [])
    assert data(api.get(f"{CUSTOMERS}/{pair.anja}"))["name"] == "Anja Muster"
    assert message(api.post(f"{MERGES}/{merge_id}/unmerge"), 409) == "This merge has been taken apart already."


def test_what_was_changed_since_is_listed(api: Api, pair: Pair) -> None:
    merge_id = data(merge(api, pair.anna, pair.anja))["merge_id"]
    data(api.put(f"{CUSTOMERS}/{pair.anna}", {"notes": "new"}))
    left = data(api.post(f"{MERGES}/{merge_id}/unmerge"))["left"]
    assert {"kind": "contacts.Customer", "id": str(pair.anna)} in left


def test_merges_of_others_are_unknown(api: Api, rival: World, pair: Pair) -> None:
    merge_id = data(merge(api, pair.anna, pair.anja))["merge_id"]
    answers = [rival.api.post(f"{MERGES}/{id_}/unmerge") for id_ in (merge_id, uuid4())]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, b'{"message":"Resource not found"}')}


def test_a_reading_key_merges_nobody(acme: World, pair: Pair) -> None:
    assert merge(acme.key_with("read"), pair.anna, pair.anja).status_code == 403


def test_both_addresses_of_the_api_do_it(api: Api, pair: Pair) -> None:
    answer = api.post(f"/v1{CUSTOMERS}/{pair.anna}/merge", {"losers": [str(pair.anja)]})
    assert data(api.post(f"/v1{MERGES}/{data(answer)['merge_id']}/unmerge"))["left"] == []
