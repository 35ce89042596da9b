"""S4 `POST /customers` (s4 §3; where-they-meet.md, "One person")."""

from typing import Any
from uuid import UUID

import pytest

from tests.backoffice.dev.wire import CUSTOMERS, FIELDS, JANE, complaints, data, define, message
from tests.builders import a_customer, an_entry, stored
from tests.cast import Api, World
from tests.dialects.traces import latest_events, written

WHOLE = {
    **JANE, "type": "business", "status": "blocked", "billing_address": "123 Main St", "shipping_address": "Dock 4",
    "payment_terms": "Net 30", "credit_limit": 10000.5, "tax_id": "DE 12", "notes": "Likes tea\nand coffee",
    "custom_fields": {"shoe": 44, "tags": ["a"]},
}  # fmt: skip


def test_a_customer_is_answered_whole_with_201(api: Api, acme: World) -> None:
    agent = str(acme.staff["agent"].pk)
    record = data(api.post(CUSTOMERS, {**WHOLE, "assigned_to": agent}), 201)
    assert list(record) == FIELDS
    aside = {"id", "project_id", "createdAt", "updatedAt", "lead_id", "assigned_to"}
    assert {name: value for name, value in record.items() if name not in aside} == WHOLE
    assert (record["project_id"], record["assigned_to"], record["lead_id"]) == (str(acme.organisation.id), agent, None)
    assert len(record["createdAt"]) == len("2024-01-20T10:00:00.000Z")
    assert data(api.get(f"{CUSTOMERS}/{record['id']}")) == record


@pytest.mark.parametrize("prefix", ["/dev/crm", "/v1/dev/crm"])
def test_a_name_and_an_address_are_enough(api: Api, prefix: str) -> None:
    record = data(api.post(f"{prefix}/customers", {"name": "Jane", "email": "jane@example.com"}), 201)
    assert (record["type"], record["status"], record["custom_fields"]) == ("individual", "active", {})
    assert {name for name in FIELDS if record[name] is None} == {
        "phone", "company", "billing_address", "shipping_address", "payment_terms", "credit_limit", "tax_id", "notes",
        "assigned_to", "lead_id",
    }  # fmt: skip


def test_a_new_customer_is_a_member_in_the_lowest_tier(api: Api, acme: World) -> None:
    contact_id = UUID(data(api.post(CUSTOMERS, JANE), 201)["id"])
    assert stored(acme, contact_id).contact.member.standing.tier.slug == "bronze"
    (event,) = latest_events(acme, "customer.created")
    assert (UUID(event.subject_id), event.actor_kind) == (contact_id, "key")


def test_the_same_person_is_seen_through_the_other_windows(api: Api, acme: World) -> None:
    contact_id = data(api.post(CUSTOMERS, {**JANE, "status": "blocked"}), 201)["id"]
    other = api.get(f"/v1/customers/{contact_id}").json()["data"]
    assert (other["id"], other["name"], other["status"]) == (f"cus_{contact_id}", "Jane Smith", "inactive")


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", None), ("name", "x" * 101), ("name", "Jane\x00"), ("name", "Ja\tne"), ("email", "jane"),
     ("email", None), ("email", ""), ("phone", "12"), ("company", "x" * 201), ("company", "Te\nch"), ("type", "firm"),
     ("type", None), ("status", "deleted"), ("status", None), ("billing_address", "x" * 501), ("notes", "x" * 10_001),
     ("payment_terms", ["Net 30"]), ("credit_limit", -1), ("credit_limit", "-0.01"), ("credit_limit", 10.005),
     ("credit_limit", "much"), ("credit_limit", 1e20), ("credit_limit", True), ("credit_limit", "NaN"),
     ("tax_id", "x" * 65), ("custom_fields", None), ("custom_fields", []), ("custom_fields", "x"),
     ("assigned_to", "me"), ("assigned_to", "0192f0c5-7a3b-7c1e-9b1a-2f4e5d6c7b8a"), ("lead_id", "lead"),
     ("shoe", 1), ("id", 1)],
)  # fmt: skip
def test_a_value_that_cannot_be_is_refused_on_its_field(api: Api, acme: World, field: str, value: Any) -> None:
    before = written(acme)
    answer = api.post(CUSTOMERS, {**JANE, field: value})
    assert (message(answer, 400), set(complaints(answer))) == ("Invalid request parameters", {field})
    assert written(acme) == before


@pytest.mark.parametrize("field", ["name", "email"])
def test_name_and_email_are_required(api: Api, field: str) -> None:
    body = {name: value for name, value in JANE.items() if name != field}
    assert set(complaints(api.post(CUSTOMERS, body))) == {field}


def test_no_lead_can_be_named(api: Api) -> None:
    assert complaints(api.post(CUSTOMERS, {**JANE, "lead_id": "0192f0c5-7a3b-7c1e-9b1a-2f4e5d6c7b8a"})) == {
        "lead_id": "There is no such lead."
    }
    assert data(api.post(CUSTOMERS, {**JANE, "lead_id": None}), 201)["lead_id"] is None


def test_somebody_elses_staff_look_after_nobody_here(api: Api, rival: World) -> None:
    answer = api.post(CUSTOMERS, {**JANE, "assigned_to": str(rival.staff["agent"].pk)})
    assert set(complaints(answer)) == {"assigned_to"}


@pytest.mark.parametrize(
    ("sent", "told"),
    [("10000.00", b"10000.00"), ("10000", b"10000.00"), ('"0.10"', b"0.10"), ("0", b"0.00"),
     ("123456789012345.67", b"123456789012345.67")],
)  # fmt: skip
def test_money_is_a_number_told_digit_by_digit(api: Api, sent: str, told: bytes) -> None:
    answer = api.post(CUSTOMERS, f'{{"name": "Jane", "email": "jane@example.com", "credit_limit": {sent}}}')
    assert answer.status_code == 201, answer.content
    assert b'"credit_limit":' + told + b"," in answer.content


def test_money_has_the_decimals_of_the_currency(api: Api, acme: World) -> None:
    acme.organisation.currency = "JPY"
    acme.organisation.save()
    assert set(complaints(api.post(CUSTOMERS, {**JANE, "credit_limit": 10.5}))) == {"credit_limit"}
    assert b'"credit_limit":1000,' in api.post(CUSTOMERS, {**JANE, "credit_limit": 1000}).content


@pytest.mark.parametrize("email", ["jane@example.com", " JANE@Example.com"])
def test_an_email_in_use_is_409(api: Api, acme: World, email: str) -> None:
    a_customer(acme, email="Jane@example.com")
    before = written(acme)
    answer = api.post(CUSTOMERS, {**JANE, "email": email})
    assert (message(answer, 409), set(complaints(answer, 409))) == ("Resource already exists", {"email"})
    assert written(acme) == before


def test_other_organisations_and_the_other_mode_may_have_the_same_email(
    api: Api, rehearsal: World, rival: World
) -> None:
    records = [data(caller.post(CUSTOMERS, JANE), 201) for caller in (api, rehearsal.api, rival.api)]
    assert len({record["id"] for record in records}) == 3
    assert records[0]["project_id"] == records[1]["project_id"] != records[2]["project_id"]


def test_a_person_known_from_a_listing_is_promoted(api: Api, acme: World) -> None:
    an_entry(acme, first_name="J", email="jane@example.com", phone=None)
    record = data(api.post(CUSTOMERS, JANE), 201)
    assert (record["name"], record["company"]) == ("Jane Smith", "Tech Corp")


def test_custom_fields_are_held_against_their_definitions(api: Api, acme: World) -> None:
    define(acme, "shoe", "integer", minimum=20, maximum=50)
    answer = api.post(CUSTOMERS, {**JANE, "custom_fields": {"shoe": 99, "other": "x"}})
    assert set(complaints(answer)) == {"custom_fields.shoe"}
    record = data(api.post(CUSTOMERS, {**JANE, "custom_fields": {"shoe": 44, "other": 1.5}}), 201)
    assert record["custom_fields"] == {"shoe": 44, "other": 1.5}


def test_a_form_is_taken_too(api: Api) -> None:
    assert api.client.post(CUSTOMERS, JANE).status_code == 201
    other = {**JANE, "email": "other@example.com"}
    assert set(complaints(api.client.post(CUSTOMERS, {**other, "custom_fields": "{}"}))) == {"custom_fields"}
    assert set(complaints(api.client.post(CUSTOMERS, {**other, "custom_fields.shoe": "44"}))) == {"custom_fields.shoe"}


def test_a_post_sent_again_with_its_key_happens_once(api: Api, acme: World) -> None:
    first, again = (api.post(CUSTOMERS, WHOLE, headers={"Idempotency-Key": "one"}) for _ in range(2))
    assert (first.status_code, again.status_code, again["Idempotent-Replayed"]) == (201, 201, "true")
    assert first.content == again.content
    assert len(latest_events(acme, "customer.created")) == 1
    assert api.post(CUSTOMERS, JANE, headers={"Idempotency-Key": "one"}).status_code == 422
