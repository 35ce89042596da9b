"""S0 `GET /customers/{id}` (s0 §6), and what every unknown id answers."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from tests.backoffice.v1.wire import DETAIL, UNKNOWN_ID, complaints, data, error
from tests.builders import a_customer, an_entry
from tests.cast import Api, Cast, World

ZERO = {"balance": 0, "lifetime_earned": 0, "lifetime_redeemed": 0}
VERBS = ["get", "patch", "delete"]


@pytest.fixture
def ann(acme: World) -> UUID:
    return a_customer(
        acme, name="Ann Lee", email="ann@example.com", phone="+35799123834", gender="female",
        date_of_birth="1990-05-17",
    )  # fmt: skip


def test_a_customer_has_the_documented_fields(api: Api, ann: UUID) -> None:
    record = data(api.get(f"/v1/customers/cus_{ann}"))
    assert set(record) == DETAIL
    assert record == {
        "id": f"cus_{ann}", "name": "Ann Lee", "email": "ann@example.com", "phone": "+35799123834", "tier": "bronze",
        "points_balance": 0, "status": "active", "date_of_birth": "1990-05-17", "gender": "female",
        "wechat": {"openid": None, "unionid": None},
        "created_at": record["created_at"], "updated_at": record["updated_at"],
    }  # fmt: skip
    for moment in (record["created_at"], record["updated_at"]):
        assert len(moment) == len("2024-01-01T00:00:00.000Z")
        assert moment.endswith("Z")


def test_what_is_not_known_is_null(api: Api, acme: World) -> None:
    bare = a_customer(acme, name="Ann", email=None, phone="+35799123834")
    record = data(api.get(f"/v1/customers/{bare}"))
    assert (record["email"], record["date_of_birth"], record["gender"]) == (None, None, None)


@pytest.mark.parametrize("path", ["/v1/customers/{}", "/v1/customers/cus_{}", "/api/v1/customers/cus_{}"])
def test_the_id_is_taken_with_and_without_its_prefix(api: Api, ann: UUID, path: str) -> None:
    assert data(api.get(path.format(ann)))["id"] == f"cus_{ann}"


def test_head_answers_like_get_without_a_body(api: Api, ann: UUID) -> None:
    answer = api.client.head(f"/v1/customers/{ann}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("include", "added"),
    [("", set()), (",", set()), ("points", {"points"}), ("tier", set()), ("rewards", {"rewards"}),
     ("campaigns", {"campaigns"}), ("tier,points", {"points"}), ("points,points", {"points"}),
     (" campaigns , rewards ", {"campaigns", "rewards"}),
     ("points,tier,rewards,campaigns", {"points", "rewards", "campaigns"})],
)  # fmt: skip
def test_include_adds_what_it_names_and_nothing_else(api: Api, ann: UUID, include: str, added: set[str]) -> None:
    record = data(api.get(f"/v1/customers/{ann}", include=include))
    assert set(record) == DETAIL | added
    assert isinstance(record["tier"], dict) == ("tier" in include)


def test_included_parts_have_their_documented_shape(api: Api, ann: UUID) -> None:
    api.patch(f"/v1/customers/{ann}", {"tier": "gold"})
    record = data(api.get(f"/v1/customers/{ann}", include="points,tier,rewards,campaigns"))
    assert (record["points"], record["rewards"], record["campaigns"]) == (ZERO, [], [])
    assert set(record["tier"]) == {"id", "name", "level"}
    assert (record["tier"]["name"], record["tier"]["level"]) == ("gold", 3)
    assert UUID(record["tier"]["id"].removeprefix("tier_"))
    assert record["tier"]["id"].startswith("tier_")


@pytest.mark.parametrize("include", ["shoes", "points,shoes", "POINTS", "points;tier", "wechat"])
def test_an_unknown_include_is_refused(api: Api, ann: UUID, include: str) -> None:
    assert set(complaints(api.get(f"/v1/customers/{ann}", include=include))) == {"include"}


def _deleted(cast: Cast) -> str:
    contact_id = a_customer(cast.acme)
    cast.acme.api.delete(f"/v1/customers/{contact_id}")
    return f"cus_{contact_id}"


def _listed_only(cast: Cast) -> str:
    number = an_entry(cast.acme, email="listed@example.com")
    with cast.acme.scope():
        return f"cus_{cast.acme.listing.entries.get(pk=number).contact_id}"


GONE: dict[str, Callable[[Cast], str]] = {
    "foreign": lambda cast: f"cus_{a_customer(cast.rival)}",
    "of the other mode": lambda cast: f"cus_{a_customer(cast.rehearsal)}",
    "deleted": _deleted,
    "listed only": _listed_only,
    "of another resource": lambda cast: f"ptx_{a_customer(cast.acme)}",
    "malformed": lambda _: "cus_12345",
    "bare prefix": lambda _: "cus_",
    "prefixed twice": lambda cast: f"cus_cus_{a_customer(cast.acme)}",
    "very long": lambda _: "9" * 5000,
    "not UTF-8": lambda _: "%ff%fe",
}


def _call(api: Api, verb: str, path: str) -> Any:
    return api.get(path) if verb == "get" else api.send(verb, path, {"name": "Changed"} if verb == "patch" else None)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("kind", GONE)
def test_every_id_that_names_no_customer_answers_alike(cast: Cast, verb: str, kind: str) -> None:
    api = cast.acme.api
    expected = _call(api, verb, f"/v1/customers/{UNKNOWN_ID}")
    answer = _call(api, verb, f"/v1/customers/{GONE[kind](cast)}")
    assert error(expected, 404)["code"] == "NOT_FOUND"
    assert (answer.status_code, answer.content) == (404, expected.content)


@pytest.mark.parametrize("verb", ["get", "patch"])
@pytest.mark.parametrize("name", [UNKNOWN_ID, "cus_12345"])
def test_a_missing_record_is_told_before_a_bad_include(api: Api, verb: str, name: str) -> None:
    assert _call(api, verb, f"/v1/customers/{name}?include=shoes").status_code == 404
