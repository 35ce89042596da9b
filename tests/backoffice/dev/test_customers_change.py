"""S4 `PUT` and `DELETE /customers/{id}` (s4 §3; where-they-meet.md, "One person")."""

from typing import Any
from uuid import UUID

import pytest

from tests.backoffice.dev.wire import CUSTOMERS, complaints, data, message
from tests.builders import a_customer, an_entry, stored
from tests.cast import Api, World
from tests.dialects.traces import latest_events, written
from tests.dialects.ways import NOBODY

ANN = {
    "name": "Ann Lee", "email": "ann@example.com", "phone": "+35799123834", "company_name": "Lee & Co",
    "billing_address": "1 High St", "shipping_address": "2 High St", "payment_terms": "Net 30", "credit_limit": 5,
    "tax_id": "CY1", "notes": "Kind", "custom_fields": {"shoe": 44, "hat": "L"},
}  # fmt: skip


@pytest.fixture
def ann(acme: World) -> UUID:
    return a_customer(acme, **ANN, assigned_to_id=acme.staff["agent"].pk)


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "Ann Smith"), ("email", "ann.smith@example.com"), ("phone", "+1234567890"), ("company", "Smith Ltd"),
     ("type", "business"), ("status", "blocked"), ("billing_address", "3 High St"), ("payment_terms", "Net 60"),
     ("credit_limit", 10000.25), ("tax_id", "CY2"), ("notes", "Updated customer information")],
)  # fmt: skip
def test_only_what_is_sent_changes(api: Api, ann: UUID, field: str, value: Any) -> None:
    before = data(api.get(f"{CUSTOMERS}/{ann}"))
    after = data(api.put(f"{CUSTOMERS}/{ann}", {field: value}))
    assert after == {**before, field: value, "updatedAt": after["updatedAt"]}
    assert after["updatedAt"] > before["updatedAt"]
    assert data(api.get(f"{CUSTOMERS}/{ann}")) == after


@pytest.mark.parametrize(
    "field",
    ["phone", "company", "billing_address", "shipping_address", "payment_terms", "credit_limit", "tax_id", "notes",
     "assigned_to"],
)  # fmt: skip
def test_null_clears(api: Api, ann: UUID, field: str) -> None:
    before = data(api.get(f"{CUSTOMERS}/{ann}"))
    after = data(api.put(f"{CUSTOMERS}/{ann}", {field: None}))
    assert after == {**before, field: None, "updatedAt": after["updatedAt"]}


@pytest.mark.parametrize("field", ["name", "email", "type", "status", "custom_fields"])
def test_what_every_customer_has_cannot_be_cleared(api: Api, acme: World, ann: UUID, field: str) -> None:
    before = written(acme)
    assert set(complaints(api.put(f"{CUSTOMERS}/{ann}", {field: None}))) == {field}
    assert written(acme) == before


def test_custom_fields_are_merged_key_by_key_and_null_clears_one(api: Api, ann: UUID) -> None:
    after = data(api.put(f"{CUSTOMERS}/{ann}", {"custom_fields": {"shoe": 45, "hat": None, "coat": "M"}}))
    assert after["custom_fields"] == {"shoe": 45, "coat": "M"}


def test_a_customer_without_an_email_may_be_changed(api: Api, acme: World) -> None:
    bob = a_customer(acme, email=None, phone="+35799123834")
    assert data(api.put(f"{CUSTOMERS}/{bob}", {"notes": "x"}))["email"] is None


def test_a_put_that_changes_nothing_writes_nothing(api: Api, acme: World, ann: UUID) -> None:
    before, rows = data(api.get(f"{CUSTOMERS}/{ann}")), written(acme)
    assert data(api.put(f"{CUSTOMERS}/{ann}", {})) == before
    assert data(api.put(f"{CUSTOMERS}/{ann}", {"name": "Ann Lee", "credit_limit": 5})) == before
    assert written(acme) == rows


def test_the_email_of_another_is_409(api: Api, acme: World, ann: UUID) -> None:
    a_customer(acme, email="bob@example.com")
    answer = api.put(f"{CUSTOMERS}/{ann}", {"name": "Changed", "email": "BOB@example.com"})
    assert set(complaints(answer, 409)) == {"email"}
    assert data(api.get(f"{CUSTOMERS}/{ann}"))["name"] == "Ann Lee"


@pytest.mark.parametrize("body", [{"shoe": 1}, {"lead_id": NOBODY}, {"status": "gone"}, {"createdAt": "now"}])
def test_what_cannot_be_is_refused_by_name(api: Api, acme: World, ann: UUID, body: dict[str, Any]) -> None:
    before = written(acme)
    assert set(complaints(api.put(f"{CUSTOMERS}/{ann}", body))) == set(body)
    assert written(acme) == before


def test_blocking_is_told_in_the_audit_trail(api: Api, acme: World, ann: UUID) -> None:
    api.put(f"{CUSTOMERS}/{ann}", {"status": "blocked"})
    (event,) = latest_events(acme, "contact.updated")
    assert event.changes == {"status": ["active", "blocked"]}


@pytest.mark.parametrize("prefix", ["/dev/crm", "/v1/dev/crm"])
def test_a_deletion_says_so(api: Api, acme: World, ann: UUID, prefix: str) -> None:
    answer = api.delete(f"{prefix}/customers/{ann}")
    assert (answer.status_code, answer.json()) == (
        200, {"success": True, "message": "Customer deleted successfully"},
    )  # fmt: skip
    assert stored(acme, ann).deleted_at is not None
    assert data(api.post(CUSTOMERS, {"name": "New Ann", "email": "ann@example.com"}), 201)["id"] != str(ann)


def _every_look(api: Api, customer_id: object) -> list[Any]:
    path = f"{CUSTOMERS}/{customer_id}"
    return [api.get(path), api.put(path, {"name": "x"}), api.delete(path)]


@pytest.mark.parametrize("customer_id", [NOBODY, "12345", "cus_1", f"{{{NOBODY}}}", NOBODY[:-1], "exports"])
def test_an_unknown_or_malformed_id_is_404(api: Api, acme: World, customer_id: str) -> None:
    before = written(acme)
    assert [message(answer, 404) for answer in _every_look(api, customer_id)] == ["Resource not found"] * 3
    assert written(acme) == before


def test_foreign_deleted_and_mere_contacts_are_404(
    api: Api, acme: World, rehearsal: World, rival: World, ann: UUID
) -> None:
    number = an_entry(acme, email="listed@example.com")
    with acme.scope():
        listed = acme.listing.entries.get(pk=number).contact_id
    api.delete(f"{CUSTOMERS}/{ann}")
    for caller, customer_id in (
        (api, a_customer(rival)), (api, a_customer(rehearsal)), (rehearsal.api, a_customer(acme)), (api, ann),
        (api, listed),
    ):  # fmt: skip
        before = written(acme)
        assert [answer.status_code for answer in _every_look(caller, customer_id)] == [404] * 3
        assert written(acme) == before
