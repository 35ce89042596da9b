"""S2 `/contacts/{id}/accounts` and `/accounts/{id}`: what one is billed to."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from crm.contacts.services import delete_contact, merge_contacts, unmerge
from crm.kernel.audit import events_about
from crm.orders.models import MOST_ACCOUNTS, BillingAccount
from tests.builders import an_account
from tests.cast import Cast, World
from tests.members import BASE, Member, a_member

pytestmark = pytest.mark.django_db
HOME: dict[str, Any] = {"name": "Home", "currency_id": "EUR"}


@pytest.fixture
def ann(acme: World) -> Member:
    return a_member(acme)


@pytest.fixture
def ben(acme: World) -> Member:
    return a_member(acme, "ben@example.com")


def opened(member: Member, **more: Any) -> str:
    answer = member.api.post(f"{member.path}/accounts", {**HOME, **more})
    assert answer.status_code == 200, answer.content
    return str(answer.json()["id"])


def change(member: Member, key: str, **values: Any) -> Any:
    return member.api.put(f"{BASE}/accounts/{key}", values)


def one(member: Member, key: str) -> Any:
    answer = member.api.get(f"{BASE}/accounts/{key}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def listed(member: Member, **query: Any) -> Any:
    answer = member.api.get(f"{member.path}/accounts", **query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def primary(member: Member) -> list[str]:
    return [row["id"] for row in listed(member)["content"] if row["is_primary"]]


def names(world: World, key: str) -> list[str]:
    with world.scope():
        return [event.name for event in events_about("account", UUID(key))]


def test_the_first_account_is_primary_and_told_whole(ann: Member) -> None:
    answer = ann.api.post(f"{ann.path}/accounts", {**HOME, "is_primary": False})
    assert (answer.status_code, set(answer.json())) == (200, {"id"})
    key = answer.json()["id"]
    told = one(ann, key)
    assert isinstance(told.pop("created_on"), int)
    assert told == {
        "id": key, "number": key.replace("-", "")[-8:].upper(), "name": "Home", "currency_id": "EUR",
        "is_primary": True, "status": "ACTIVE", "balance": "0", "spend_preferences": {},
        "next_purchase_spend_preference": {},
    }  # fmt: skip
    assert listed(ann)["paging"] == {"page": 1, "size": 10, "total": 1}
    assert names(ann.world, key) == ["account.opened"]


def test_another_primary_takes_it_from_the_former(ann: Member, ben: Member) -> None:
    first, theirs = opened(ann), opened(ben)
    second = opened(ann, name="Work", currency_id="usd")
    assert primary(ann) == [first]
    third = opened(ann, is_primary=True)
    assert primary(ann) == [third]
    assert primary(ben) == [theirs]
    assert [row["id"] for row in listed(ann)["content"]] == [third, first, second]
    assert one(ann, second)["currency_id"] == "USD"
    assert names(ann.world, first) == ["account.changed", "account.opened"]


@pytest.mark.parametrize("preference", ["POINTS", {"merchant": "m-1", "share": 0.5}])
def test_preferences_are_kept_as_they_are_sent(ann: Member, preference: Any) -> None:
    key = opened(ann)
    wanted = {"reward": {"use": True, "most": 12.5, "of": ["ä", None]}}
    answer = change(ann, key, spend_preferences=wanted, next_purchase_spend_preference=preference)
    assert (answer.status_code, answer.json()) == (200, {"id": key})
    told = one(ann, key)
    assert (told["spend_preferences"], told["next_purchase_spend_preference"]) == (wanted, preference)
    change(ann, key, spend_preferences=None)
    told = one(ann, key)
    assert (told["spend_preferences"], told["next_purchase_spend_preference"]) == ({}, preference)


def test_an_account_is_suspended_taken_up_again_and_terminated_for_good(ann: Member) -> None:
    key = opened(ann)
    for status in ("SUSPENDED", "ACTIVE", "TERMINATED", "TERMINATED"):
        assert change(ann, key, status=status).status_code == 200
        assert one(ann, key)["status"] == status
    answer = change(ann, key, status="ACTIVE")
    assert (answer.status_code, answer.json()["parameters"]) == (400, ["status"])
    # The same again changed nothing.
    assert names(ann.world, key) == ["account.changed"] * 3 + ["account.opened"]


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": ""}, "name"), ({"name": "x" * 101}, "name"), ({"name": "a\x00b"}, "name"),
     ({"currency_id": "EURO"}, "currency_id"), ({"currency_id": "XQX"}, "currency_id"),
     ({"is_primary": "perhaps"}, "is_primary")],
)  # fmt: skip
def test_a_wrong_account_is_named(ann: Member, values: dict[str, Any], field: str) -> None:
    answer = ann.api.post(f"{ann.path}/accounts", {**HOME, **values})
    assert (answer.status_code, answer.json()["parameters"]) == (400, [field])
    assert listed(ann)["content"] == []


@pytest.mark.parametrize("missing", list(HOME))
def test_name_and_currency_are_needed(ann: Member, missing: str) -> None:
    answer = ann.api.post(f"{ann.path}/accounts", {name: value for name, value in HOME.items() if name != missing})
    assert (answer.status_code, answer.json()["error"]) == (400, "CRM.EXCEPTIONS.MANDATORYPARAMETEREXCEPTION")
    assert answer.json()["parameters"] == [missing]


@pytest.mark.parametrize(
    ("field", "value"),
    [("status", "CLOSED"), ("spend_preferences", "POINTS"), ("spend_preferences", ["POINTS"]),
     ("spend_preferences", {"a": "x" * 2_000}), ("spend_preferences", {"a": "\x00"}),
     ("next_purchase_spend_preference", 7), ("next_purchase_spend_preference", "\ud800")],
)  # fmt: skip
def test_a_wrong_change_is_named_and_changes_nothing(ann: Member, field: str, value: Any) -> None:
    key = opened(ann)
    before = one(ann, key)
    answer = change(ann, key, **{field: value})
    assert (answer.status_code, answer.json()["parameters"]) == (400, [field])
    assert one(ann, key) == before


@pytest.mark.parametrize("body", ['{"spend_preferences": {"a": 1e999}}', '{"spend_preferences": ' + '{"a":' * 900])
def test_what_is_no_json_to_keep_is_refused(ann: Member, body: str) -> None:
    key = opened(ann)
    whole = body + ("1" + "}" * 901 if body.endswith(":") else "")
    answer = ann.api.client.put(f"{BASE}/accounts/{key}", whole, content_type="application/json")
    assert answer.status_code == 400
    assert one(ann, key)["spend_preferences"] == {}


def test_a_member_has_so_many_and_no_more(ann: Member, ben: Member) -> None:
    for number in range(MOST_ACCOUNTS):
        an_account(ann.world, UUID(ann.id), name=f"No. {number}")
    answer = ann.api.post(f"{ann.path}/accounts", HOME)
    assert (answer.status_code, answer.json()["parameters"]) == (400, ["name"])
    opened(ben)
    told = listed(ann, size=5, page=4)
    assert [row["name"] for row in told["content"]] == [f"No. {number}" for number in range(15, 20)]
    assert told["paging"] == {"page": 4, "size": 5, "total": MOST_ACCOUNTS}


def test_nobody_reaches_anothers_accounts(cast: Cast, ann: Member, ben: Member) -> None:
    key = opened(ben)
    for path in (ben.path, f"{BASE}/contacts/{uuid4()}"):
        assert ann.api.get(f"{path}/accounts").status_code == 403
        assert ann.api.post(f"{path}/accounts", HOME).status_code == 403
    others = (ann, a_member(cast.rehearsal), a_member(cast.rival))
    for other in others:
        answers = [
            (ask.status_code, ask.json())
            for wanted in (key, str(uuid4()))
            for ask in (other.api.get(f"{BASE}/accounts/{wanted}"),)
        ]
        assert answers[0] == answers[1]
        assert answers[0][0] == 404
        refused = [change(other, wanted, status="TERMINATED") for wanted in (key, str(uuid4()), "no-id")]
        assert {(answer.status_code, answer.content) for answer in refused} == {(404, refused[0].content)}
    assert one(ben, key)["status"] == "ACTIVE"


def test_a_merge_brings_accounts_along_and_the_winners_primary_stays(ann: Member, ben: Member) -> None:
    mine, theirs = opened(ann), opened(ben)
    with ann.world.scope():
        merge_id = merge_contacts(winner_id=UUID(ann.id), loser_ids=[UUID(ben.id)]).merge_id
    assert {row["id"] for row in listed(ann)["content"]} == {mine, theirs}
    assert primary(ann) == [mine]
    assert merge_id is not None
    with ann.world.scope():
        unmerge(merge_id=merge_id)
        rows = {str(row.pk): (str(row.customer_id), row.is_primary) for row in BillingAccount.objects.all()}
    assert rows == {mine: (ann.id, True), theirs: (ben.id, True)}


def test_who_has_none_gets_the_losers_primary(ann: Member, ben: Member) -> None:
    theirs = opened(ben)
    with ann.world.scope():
        merge_contacts(winner_id=UUID(ann.id), loser_ids=[UUID(ben.id)])
    assert primary(ann) == [theirs]


def test_accounts_stay_when_somebody_leaves(ann: Member) -> None:
    opened(ann)
    with ann.world.scope():
        delete_contact(contact_id=UUID(ann.id))
        assert BillingAccount.objects.count() == 1
