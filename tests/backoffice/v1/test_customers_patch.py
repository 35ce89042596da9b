"""S0 `PATCH /customers/{id}` (s0 §6; where-they-meet.md, "One person" and "Limits, headers, verbs everywhere")."""

from typing import Any
from uuid import UUID

import pytest

from crm.contacts.services import create_customer
from tests.backoffice.v1.wire import DETAIL, complaints, data
from tests.builders import a_customer, an_entry, stored
from tests.cast import Api, World
from tests.dialects.traces import latest_events, written

ANN = {"name": "Ann Lee", "email": "ann@example.com", "phone": "+35799123834"}


@pytest.fixture
def ann(acme: World) -> UUID:
    return a_customer(acme, **ANN, gender="female", date_of_birth="1990-05-17")


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "Ann Smith"), ("email", "Ann.Smith@Example.com"), ("phone", "+1234567890"), ("tier", "gold"),
     ("status", "inactive"), ("date_of_birth", "1985-01-31"), ("gender", "other")],
)  # fmt: skip
def test_only_what_is_sent_changes(api: Api, ann: UUID, field: str, value: str) -> None:
    before = data(api.get(f"/v1/customers/{ann}"))
    after = data(api.patch(f"/v1/customers/{ann}", {field: value}))
    assert set(after) == DETAIL
    assert after == {**before, field: value, "updated_at": after["updated_at"]}
    assert after["updated_at"] > before["updated_at"]
    assert data(api.get(f"/v1/customers/{ann}")) == after


@pytest.mark.parametrize("body", [{}, {"name": "Ann Lee"}, {"email": "ann@example.com", "status": "active"}])
def test_a_patch_that_changes_nothing_writes_nothing(api: Api, acme: World, ann: UUID, body: dict[str, str]) -> None:
    before, rows = data(api.get(f"/v1/customers/{ann}")), written(acme)
    assert data(api.patch(f"/v1/customers/{ann}", body)) == before
    assert written(acme) == rows


@pytest.mark.parametrize("prefix", ["/v1/customers/", "/v1/customers/cus_", "/api/v1/customers/cus_"])
def test_the_id_is_taken_with_and_without_its_prefix(api: Api, ann: UUID, prefix: str) -> None:
    assert data(api.patch(f"{prefix}{ann}", {"name": "Ann Smith"}))["id"] == f"cus_{ann}"


@pytest.mark.parametrize("field", ["email", "phone", "date_of_birth", "gender"])
def test_null_clears(api: Api, ann: UUID, field: str) -> None:
    assert data(api.patch(f"/v1/customers/{ann}", {field: None}))[field] is None
    assert data(api.get(f"/v1/customers/{ann}"))[field] is None


@pytest.mark.parametrize(("field", "value"), [("name", None), ("name", ""), ("tier", None), ("status", None)])
def test_what_every_customer_has_cannot_be_cleared(api: Api, ann: UUID, field: str, value: str | None) -> None:
    assert set(complaints(api.patch(f"/v1/customers/{ann}", {field: value}))) == {field}


@pytest.mark.parametrize(
    ("kept", "body"),
    [({"email": "bob@example.com"}, {"email": None}), ({"email": "bob@example.com"}, {"email": ""}),
     ({"email": None, "phone": "+1234567890"}, {"phone": None}),
     ({"email": "bob@example.com", "phone": "+1234567890"}, {"email": None, "phone": None})],
)  # fmt: skip
def test_the_last_address_cannot_be_cleared(api: Api, acme: World, kept: dict[str, Any], body: dict[str, Any]) -> None:
    bob = a_customer(acme, **kept)
    before = data(api.get(f"/v1/customers/{bob}"))
    assert "email" in complaints(api.patch(f"/v1/customers/{bob}", body))
    assert data(api.get(f"/v1/customers/{bob}")) == before


def test_one_address_may_take_the_place_of_the_other(api: Api, acme: World) -> None:
    bob = a_customer(acme, email="bob@example.com")
    record = data(api.patch(f"/v1/customers/{bob}", {"email": None, "phone": "+1234567890"}))
    assert (record["email"], record["phone"]) == (None, "+1234567890")


@pytest.mark.parametrize("email", ["bob@example.com", "BOB@Example.com", " bob@example.com"])
def test_the_email_of_another_is_refused_in_any_case(api: Api, acme: World, ann: UUID, email: str) -> None:
    a_customer(acme, email="Bob@example.com")
    assert set(complaints(api.patch(f"/v1/customers/{ann}", {"name": "Changed", "email": email}))) == {"email"}
    assert data(api.get(f"/v1/customers/{ann}"))["name"] == "Ann Lee"


def test_the_email_of_a_contact_of_a_listing_is_refused_too(api: Api, acme: World, ann: UUID) -> None:
    an_entry(acme, email="listed@example.com")
    assert set(complaints(api.patch(f"/v1/customers/{ann}", {"email": "listed@example.com"}))) == {"email"}


def test_ones_own_email_may_be_sent_again_and_respelt(api: Api, ann: UUID) -> None:
    assert data(api.patch(f"/v1/customers/{ann}", {"email": "ann@example.com"}))["email"] == "ann@example.com"
    assert data(api.patch(f"/v1/customers/{ann}", {"email": "ANN@example.com"}))["email"] == "ANN@example.com"


def test_the_phone_of_another_may_be_taken(api: Api, acme: World, ann: UUID) -> None:
    a_customer(acme, phone="+1234567890")
    assert data(api.patch(f"/v1/customers/{ann}", {"phone": "+1234567890"}))["phone"] == "+1234567890"


@pytest.mark.parametrize("tier", ["gold", "bronze"])
def test_a_tier_is_set_by_hand_even_when_it_is_the_present_one(api: Api, acme: World, ann: UUID, tier: str) -> None:
    assert data(api.patch(f"/v1/customers/{ann}", {"tier": tier}))["tier"] == tier
    standing = stored(acme, ann).contact.member.standing
    assert (standing.tier.slug, standing.origin, standing.is_locked) == (tier, "manual", True)
    assert (standing.reason, standing.actor_kind) == ("set through the API", "key")


def test_a_change_of_tier_is_told_with_actor_and_reason(api: Api, acme: World, ann: UUID) -> None:
    answer = api.patch(f"/v1/customers/{ann}", {"tier": "gold"})
    (event,) = latest_events(acme, "tier.changed")
    assert event.payload["reason"] == "set through the API"
    assert event.changes == {"tier": ["bronze", "gold"]}
    assert (event.actor_kind, event.request_id) == ("key", answer["X-Request-Id"])
    assert event.actor_id == stored(acme, ann).contact.member.standing.actor_id


def test_an_unknown_tier_takes_the_whole_patch_with_it(api: Api, acme: World, ann: UUID) -> None:
    before = written(acme)
    assert set(complaints(api.patch(f"/v1/customers/{ann}", {"name": "Changed", "tier": "gould"}))) == {"tier"}
    assert data(api.get(f"/v1/customers/{ann}"))["name"] == "Ann Lee"
    assert written(acme) == before


@pytest.mark.parametrize("body", [{}, {"name": "Changed"}, {"tier": "gold"}, {"status": "inactive"}])
def test_a_blocked_customer_stays_blocked_unless_made_active(api: Api, acme: World, body: dict[str, str]) -> None:
    blocked = a_customer(acme, status="blocked")
    assert data(api.patch(f"/v1/customers/{blocked}", body))["status"] == "inactive"
    assert stored(acme, blocked).status == "blocked"


def test_a_blocked_customer_can_be_made_active(api: Api, acme: World) -> None:
    blocked = a_customer(acme, status="blocked")
    assert data(api.patch(f"/v1/customers/{blocked}", {"status": "active"}))["status"] == "active"
    assert stored(acme, blocked).status == "active"


@pytest.mark.parametrize("field", ["id", "created_at", "points_balance", "wechat", "first_name", "shoe"])
def test_an_unknown_field_is_refused_and_named(api: Api, ann: UUID, field: str) -> None:
    assert set(complaints(api.patch(f"/v1/customers/{ann}", {"name": "Changed", field: 1}))) == {field}
    assert data(api.get(f"/v1/customers/{ann}"))["name"] == "Ann Lee"


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "ann"), ("phone", "123"), ("status", "blocked"), ("gender", "x"), ("date_of_birth", "soon"),
     ("name", "x" * 101)],
)  # fmt: skip
def test_a_value_that_cannot_be_is_refused_on_its_field(api: Api, ann: UUID, field: str, value: str) -> None:
    assert set(complaints(api.patch(f"/v1/customers/{ann}", {field: value}))) == {field}


def test_include_works_on_patch_too(api: Api, ann: UUID) -> None:
    assert data(api.patch(f"/v1/customers/{ann}?include=tier", {"tier": "gold"}))["tier"]["name"] == "gold"


def test_an_unknown_include_is_refused_before_anything_is_written(api: Api, ann: UUID) -> None:
    assert set(complaints(api.patch(f"/v1/customers/{ann}?include=shoes", {"name": "Changed"}))) == {"include"}
    assert data(api.get(f"/v1/customers/{ann}"))["name"] == "Ann Lee"


def test_put_is_no_verb_of_this_api(api: Api, ann: UUID) -> None:
    answer = api.put(f"/v1/customers/{ann}", ANN)
    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "METHOD_NOT_ALLOWED"
    assert {verb.strip() for verb in answer["Allow"].split(",")} == {"GET", "HEAD", "PATCH", "DELETE"}


def test_the_name_of_a_company_is_its_company_name(api: Api, acme: World) -> None:
    with acme.scope():
        company = create_customer(company_name="Acme Trading", email="office@example.com").pk
    assert data(api.get(f"/v1/customers/{company}"))["name"] == "Acme Trading"
    assert data(api.patch(f"/v1/customers/{company}", {"name": "Acme Holding Ltd"}))["name"] == "Acme Holding Ltd"
    contact = stored(acme, company).contact
    assert (contact.company_name, contact.first_name, contact.kind) == ("Acme Holding Ltd", "", "company")


def test_the_audit_trail_tells_before_and_after(api: Api, acme: World, ann: UUID) -> None:
    api.patch(f"/v1/customers/{ann}", {"email": "new@example.com", "gender": None})
    (event,) = latest_events(acme, "contact.updated")
    assert event.changes == {"email": ["ann@example.com", "new@example.com"], "gender": ["female", ""]}


def test_the_listing_shows_what_was_written_here(api: Api, acme: World) -> None:
    number = an_entry(acme, first_name="Ann", email="ann@example.com")
    with acme.scope():
        ann = acme.listing.entries.get(pk=number).contact_id
    api.post("/v1/customers", {"name": "Ann Lee", "email": "ann@example.com"})
    api.patch(f"/v1/customers/{ann}", {"name": "Anna Smith", "email": "anna@example.com"})
    (row,) = api.get(f"/crm/{acme.listing.pk}", id=number).json()["data"]["results"]
    assert (row["contact_first_name"], row["contact_last_name"], row["contact_email"]) == (
        "Anna", "Smith", "anna@example.com",
    )  # fmt: skip
