"""S1 `GET /members`: pages, filters, sorting, and who is left out (s1 §1, §2)."""

from typing import Any
from uuid import uuid4

import pytest

from crm.contacts.services import update_customer
from loyalty.tiers.selectors import tier_called
from loyalty.tiers.services import set_tier
from tests.backoffice.services.wire import MEMBERS, a_signed_in_member, complaints, data, error, staff_api
from tests.builders import a_customer, an_entry, customers_of
from tests.cast import Api, Cast, World


def names(api: Api, **asked: Any) -> list[str]:
    return [row["name"] for row in data(api.get(MEMBERS, **asked))["data"]]


@pytest.fixture
def people(acme: World) -> None:
    """Ann, active and golden; Ben, inactive; Cat, blocked. Made in this order."""
    ids = {name: a_customer(acme, name=name, email=f"{name.lower()}@example.com") for name in ("Ann", "Ben", "Cat")}
    with acme.scope():
        set_tier(contact_id=ids["Ann"], slug="gold", reason="test")
        update_customer(contact_id=ids["Ben"], status="inactive")
        update_customer(contact_id=ids["Cat"], status="blocked")


@pytest.mark.usefixtures("people")
def test_who_is_not_active_is_left_out_unless_asked_for(api: Api) -> None:
    assert names(api) == ["Ann"]
    assert names(api, includeInActive="true") == ["Cat", "Ben", "Ann"]
    assert names(api, includeInActive="false") == ["Ann"]
    assert names(api, isActive="true") == ["Ann"]
    assert names(api, isActive="false") == ["Cat", "Ben"]
    assert names(api, isActive="true", includeInActive="true") == ["Ann"]


@pytest.mark.usefixtures("people")
def test_a_tier_is_named_by_its_id(api: Api, acme: World) -> None:
    with acme.scope():
        gold, silver = tier_called("gold").pk, tier_called("silver").pk
    assert names(api, tierId=str(gold)) == ["Ann"]
    assert names(api, tierId=str(silver)) == []
    assert names(api, tierId=str(uuid4())) == []


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("search", "found"),
    [("an", ["Ann"]), ("ANN", ["Ann"]), ("ann@example.com", ["Ann"]), ("ben", []), ("", ["Ann"]), ("?", [])],
)
def test_search_is_by_word_prefix(api: Api, search: str, found: list[str]) -> None:
    assert names(api, search=search) == found


def test_pages_tell_how_many_there_are(api: Api, acme: World) -> None:
    customers_of(acme, 12)
    first, last = data(api.get(MEMBERS)), data(api.get(MEMBERS, page=2))
    assert first["meta"] == {"page": 1, "limit": 10, "total": 12, "totalPages": 2}
    assert (len(first["data"]), len(last["data"])) == (10, 2)
    beyond = data(api.get(MEMBERS, page=9, limit=5))
    assert (beyond["data"], beyond["meta"]["total"], beyond["meta"]["totalPages"]) == ([], 12, 3)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("sort", "order"),
    [({"sortBy": "name"}, ["Cat", "Ben", "Ann"]), ({"sortBy": "name", "sortOrder": "asc"}, ["Ann", "Ben", "Cat"]),
     ({"sortBy": "email", "sortOrder": "asc"}, ["Ann", "Ben", "Cat"]),
     ({"sortBy": "createdAt", "sortOrder": "asc"}, ["Ann", "Ben", "Cat"]), ({"sortBy": "updatedAt"}, None)],
)  # fmt: skip
def test_members_are_sorted_as_asked(api: Api, sort: dict[str, str], order: list[str] | None) -> None:
    found = names(api, includeInActive="true", **sort)
    assert found == order if order else sorted(found) == ["Ann", "Ben", "Cat"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"page": 0}, "page"), ({"page": "x"}, "page"), ({"limit": 101}, "limit"), ({"limit": 0}, "limit"),
     ({"sortBy": "shoe"}, "sortBy"), ({"sortBy": "name", "sortOrder": "up"}, "sortBy"), ({"tierId": "gold"}, "tierId"),
     ({"isActive": "maybe"}, "isActive"), ({"includeInActive": "yes"}, "includeInActive"),
     ({"search": "x" * 201}, "search")],
)  # fmt: skip
def test_what_cannot_be_asked_is_told(api: Api, asked: dict[str, Any], field: str) -> None:
    assert set(complaints(api.get(MEMBERS, **asked))) == {field}


def test_whoever_is_no_customer_or_of_another_place_is_not_listed(cast: Cast) -> None:
    an_entry(cast.acme, email="listed@example.com")
    for world in (cast.rival, cast.rehearsal):
        a_customer(world)
    gone = a_customer(cast.acme)
    cast.acme.api.delete(f"{MEMBERS}/{gone}")
    assert names(cast.acme.api, includeInActive="true", includeDeletedAt="true") == []


@pytest.mark.parametrize("role", ["owner", "manager", "agent", "analyst"])
def test_staff_of_every_role_read_members(acme: World, role: str) -> None:
    a_customer(acme, name="Ann")
    assert names(staff_api(acme, role)) == ["Ann"]


def test_members_and_narrow_keys_do_not(acme: World) -> None:
    assert error(a_signed_in_member(acme).api.get(MEMBERS), 403)
    assert error(acme.key_with("crm:listings:read").get(MEMBERS), 403)
    assert error(Api(acme.publishable_key).get(MEMBERS), 403)
    assert error(Api(None).get(MEMBERS), 401)
    assert data(acme.key_with("auth:members:read").get(MEMBERS))["meta"]["total"] == 1
