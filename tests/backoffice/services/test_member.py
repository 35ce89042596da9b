"""S1 `/members/{id}` for staff and keys: one record, changed and deleted (s1 §2)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from crm.contacts.services import update_customer
from loyalty.tiers.selectors import standing_of
from tests.backoffice.services.wire import (
    CHECK,
    ME,
    MEMBERS,
    a_signed_in_member,
    complaints,
    data,
    error,
    signed_in_staff,
    staff_api,
)
from tests.builders import a_customer, an_entry, stored
from tests.cast import Api, Cast, World
from tests.dialects.traces import latest_events, written
from tests.dialects.ways import NOBODY


@pytest.fixture
def ann(acme: World) -> UUID:
    return a_customer(
        acme, name="Ann May Lee", email="ann@example.com", phone="+35799123834", gender="female",
        date_of_birth="1990-05-17", language="en", custom_fields={"shoe": 44},
    )  # fmt: skip


def path_of(contact_id: Any) -> str:
    return f"{MEMBERS}/{contact_id}"


def test_a_member_has_the_documented_fields(api: Api, acme: World, ann: UUID) -> None:
    record = data(api.get(path_of(ann)))
    with acme.scope():
        tier = standing_of(ann).tier
    assert record == {
        "id": str(ann), "name": "Ann May Lee", "firstName": "Ann May", "lastName": "Lee", "email": "ann@example.com",
        "phone": "+35799123834", "gender": "female", "dateOfBirth": "1990-05-17", "language": "en", "isActive": True,
        "tier": {"id": str(tier.pk), "name": "Bronze", "level": 1}, "pointAmount": 0, "emailOptOut": False,
        "smsOptOut": False, "customFields": {"shoe": 44}, "createdAt": record["createdAt"],
        "updatedAt": record["updatedAt"], "deletedAt": None,
    }  # fmt: skip
    for moment in (record["createdAt"], record["updatedAt"]):
        assert len(moment) == len("2024-01-01T00:00:00.000Z")
        assert moment.endswith("Z")


def test_what_is_not_known_is_null(api: Api, acme: World) -> None:
    record = data(api.get(path_of(a_customer(acme, name="Ann", email=None, phone="+35799123834"))))
    nothing = ("lastName", "email", "gender", "dateOfBirth", "language")
    assert [record[name] for name in nothing] == [None] * len(nothing)


def test_what_is_sent_changes_and_the_rest_stays(api: Api, ann: UUID) -> None:
    before = data(api.get(path_of(ann)))
    sent = {
        "firstName": "Anna", "email": "anna@example.com", "phone": "+35799000000", "gender": "other", "language": "th",
        "dateOfBirth": "1991-01-01", "emailOptOut": True, "smsOptOut": True,
    }  # fmt: skip
    after = data(api.patch(path_of(ann), sent))
    assert after == {**before, **sent, "name": "Anna Lee", "updatedAt": after["updatedAt"]}
    assert after["updatedAt"] > before["updatedAt"]
    assert data(api.get(path_of(ann))) == after


def test_null_clears(api: Api, ann: UUID) -> None:
    cleared = {"phone": None, "gender": None, "dateOfBirth": None, "language": None, "lastName": None}
    after = data(api.patch(path_of(ann), cleared))
    assert {name: after[name] for name in cleared} == cleared
    assert after["name"] == "Ann May"


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"shoe": 44}, "shoe"), ({"points": 5}, "points"), ({"id": NOBODY}, "id"), ({"tier": "gold"}, "tier"),
     ({"customFields": {}}, "customFields"), ({"name": ""}, "name"), ({"name": None}, "name"),
     ({"email": "nonsense"}, "email"), ({"email": "taken@example.com"}, "email"), ({"phone": "x"}, "phone"),
     ({"gender": "cat"}, "gender"), ({"dateOfBirth": "17.5.1990"}, "dateOfBirth"), ({"isActive": "maybe"}, "isActive"),
     ({"isActive": None}, "isActive"), ({"firstName": "x\ny"}, "firstName"), ({"language": "x" * 11}, "language"),
     ({"email": None, "phone": None}, "email")],
)  # fmt: skip
def test_what_cannot_be_written_is_told_at_its_field_and_nothing_changes(
    api: Api, acme: World, ann: UUID, sent: dict[str, Any], field: str
) -> None:
    a_customer(acme, email="taken@example.com")
    before, events = data(api.get(path_of(ann))), written(acme)
    assert set(complaints(api.patch(path_of(ann), sent))) == {field}
    assert (data(api.get(path_of(ann))), written(acme)) == (before, events)


@pytest.mark.parametrize(
    ("was", "sent", "becomes"),
    [("active", False, "inactive"), ("inactive", True, "active"), ("blocked", False, "blocked"),
     ("blocked", True, "active"), ("inactive", False, "inactive"), ("active", True, "active")],
)  # fmt: skip
def test_active_is_a_word_for_the_status(api: Api, acme: World, ann: UUID, was: str, sent: bool, becomes: str) -> None:
    with acme.scope():
        update_customer(contact_id=ann, status=was)
    assert data(api.patch(path_of(ann), {"isActive": sent}))["isActive"] is (becomes == "active")
    assert stored(acme, ann).status == becomes


def test_deactivating_shuts_a_member_out_at_once(acme: World) -> None:
    member = a_signed_in_member(acme)
    assert member.api.get(ME).status_code == 200
    data(staff_api(acme).patch(path_of(member.id), {"isActive": False}))
    assert member.api.get(ME).status_code == 401


def test_staff_are_named_in_the_trail(acme: World, ann: UUID) -> None:
    agent = signed_in_staff(acme)
    agent.api.patch(path_of(ann), {"language": "th"})
    event = latest_events(acme, "contact.updated")[-1]
    assert (event.actor_kind, event.actor_id) == ("staff", str(agent.id))
    assert event.changes == {"language": ["en", "th"]}


def test_a_deleted_member_is_gone_everywhere_and_their_address_is_free(acme: World) -> None:
    member = a_signed_in_member(acme, email="ann@example.com")
    assert data(acme.api.delete(path_of(member.id))) == {"id": str(member.id), "deleted": True}
    assert error(acme.api.get(path_of(member.id)), 404)
    assert error(acme.api.delete(path_of(member.id)), 404)
    assert member.api.get(CHECK).status_code == 401
    assert acme.api.post("/v1/customers", {"name": "Ann", "email": "ann@example.com"}).status_code == 201


def _deleted(cast: Cast) -> Any:
    contact_id = a_customer(cast.acme)
    cast.acme.api.delete(path_of(contact_id))
    return contact_id


def _listed_only(cast: Cast) -> Any:
    number = an_entry(cast.acme, email="listed@example.com")
    with cast.acme.scope():
        return cast.acme.listing.entries.get(pk=number).contact_id


GONE: dict[str, Callable[[Cast], Any]] = {
    "foreign": lambda cast: a_customer(cast.rival),
    "of the other mode": lambda cast: a_customer(cast.rehearsal),
    "deleted": _deleted,
    "listed only": _listed_only,
    "malformed": lambda _: "12345",
    "with S0's prefix": lambda cast: f"cus_{a_customer(cast.acme)}",
    "very long": lambda _: "9" * 5_000,
    "not UTF-8": lambda _: "%ff%fe",
}


@pytest.mark.parametrize("verb", ["get", "patch", "delete"])
@pytest.mark.parametrize("kind", GONE)
def test_every_id_that_names_no_member_answers_alike(cast: Cast, verb: str, kind: str) -> None:
    def call(contact_id: Any) -> Any:
        if verb == "get":
            return cast.acme.api.get(path_of(contact_id))
        return cast.acme.api.send(verb, path_of(contact_id), {"shoe": 44} if verb == "patch" else None)

    expected, answer = call(NOBODY), call(GONE[kind](cast))
    assert (answer.status_code, answer.content) == (404, expected.content)


@pytest.mark.parametrize("role", ["owner", "manager", "agent", "analyst"])
def test_an_analyst_changes_nothing(acme: World, ann: UUID, role: str) -> None:
    api, allowed = staff_api(acme, role), role != "analyst"
    assert api.patch(path_of(ann), {"language": "th"}).status_code == (200 if allowed else 403)
    assert api.delete(path_of(ann)).status_code == (200 if allowed else 403)


def test_a_member_and_a_reading_key_change_nothing(acme: World) -> None:
    member = a_signed_in_member(acme)
    for api in (member.api, acme.key_with("read"), Api(acme.publishable_key)):
        assert error(api.patch(path_of(member.id), {"name": "Changed"}), 403)
        assert error(api.delete(path_of(member.id)), 403)
    assert error(member.api.get(path_of(member.id)), 403)
