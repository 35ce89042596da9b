"""S4 `/customers/{id}/interactions` on the wire: shapes and refusals (s4 §3, §6)."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from crm.contacts.services import create_contact, delete_contact
from tests.backoffice.dev.wire import CUSTOMERS, complaints, data, message, staff_api
from tests.builders import a_customer, an_interaction_with
from tests.cast import World
from tests.dialects.traces import written

CALL = {
    "type": "call", "subject": "Product Discussion", "date": "2024-01-15T10:00:00.000Z",
    "description": "Discussed new features and pricing", "outcome": "positive", "next_action": "Send proposal",
    "next_action_date": "2024-01-20T10:00:00.000Z",
}  # fmt: skip
FIELDS = [
    "id", "customer_id", "type", "subject", "date", "description", "outcome", "next_action", "next_action_date",
    "createdAt", "updatedAt",
]  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(acme: World) -> UUID:
    return a_customer(acme)


def said(customer_id: Any, interaction_id: Any = "") -> str:
    return f"{CUSTOMERS}/{customer_id}/interactions" + (f"/{interaction_id}" if interaction_id else "")


def test_an_interaction_reads_back_as_it_was_sent(acme: World, ann: UUID) -> None:
    made = data(acme.api.post(said(ann), CALL), 201)
    assert list(made) == FIELDS
    assert {name: made[name] for name in CALL} == CALL
    assert made["customer_id"] == str(ann)
    for mount in ("", "/v1"):
        answer = acme.api.get(f"{mount}{said(ann)}").json()
        assert answer == {"data": [made], "pagination": {"total": 1, "page": 1, "limit": 10}}


def test_the_least_that_can_be_sent(acme: World, ann: UUID) -> None:
    made = data(acme.api.post(said(ann), {"type": "support", "subject": "Broken cup", "date": "2024-01-15"}), 201)
    assert made["date"] == "2024-01-15T00:00:00.000Z"
    assert {made[name] for name in ("description", "outcome", "next_action", "next_action_date")} == {None}


@pytest.mark.parametrize("kind", ["email", "call", "meeting", "support", "purchase", "other"])
def test_every_kind_of_the_document_is_taken(acme: World, ann: UUID, kind: str) -> None:
    assert data(acme.api.post(said(ann), {**CALL, "type": kind}), 201)["type"] == kind


@pytest.mark.parametrize(("sent", "field"), [
    ({"type": "note"}, "type"), ({"type": None}, "type"), ({"subject": ""}, "subject"), ({"subject": None}, "subject"),
    ({"subject": "x" * 201}, "subject"), ({"subject": "a\0b"}, "subject"), ({"date": "soon"}, "date"),
    ({"date": None}, "date"), ({"date": ""}, "date"), ({"date": 20240115}, "date"), ({"date": "1024-01-15"}, "date"),
    ({"date": "9999-12-31T23:59:59-12:00"}, "date"), ({"description": "x" * 10_001}, "description"),
    ({"description": ["x"]}, "description"), ({"outcome": "x" * 201}, "outcome"),
    ({"next_action": "x" * 201}, "next_action"), ({"next_action_date": "x"}, "next_action_date"),
    ({"next_action_date": "2999-01-01"}, "next_action_date"), ({"mood": "good"}, "mood"), ({"id": "x"}, "id"),
])  # fmt: skip
def test_a_bad_field_is_named_and_nothing_is_written(acme: World, ann: UUID, sent: Any, field: str) -> None:
    id_ = an_interaction_with(acme, ann)
    before = written(acme)
    assert set(complaints(acme.api.post(said(ann), {**CALL, **sent}))) == {field}
    assert set(complaints(acme.api.put(said(ann, id_), sent))) == {field}
    assert written(acme) == before


@pytest.mark.parametrize("missing", ["type", "subject", "date"])
def test_what_is_required_is_named(acme: World, ann: UUID, missing: str) -> None:
    sent = {name: value for name, value in CALL.items() if name != missing}
    assert set(complaints(acme.api.post(said(ann), sent))) == {missing}


def test_put_changes_what_is_sent_and_null_clears(acme: World, ann: UUID) -> None:
    made = data(acme.api.post(said(ann), CALL), 201)
    sent = {"description": "Updated interaction notes", "outcome": "completed"}
    changed = data(acme.api.put(said(ann, made["id"]), sent))
    assert {**changed, "updatedAt": ""} == {**made, **sent, "updatedAt": ""}
    cleared = data(acme.api.put(said(ann, made["id"]), {"next_action": None, "next_action_date": "", "outcome": None}))
    assert {cleared[name] for name in ("next_action", "next_action_date", "outcome")} == {None}
    assert data(acme.api.put(said(ann, made["id"]), {})) == cleared


def test_the_latest_comes_first_and_the_list_is_sorted_as_asked(acme: World, ann: UUID) -> None:
    for day in ("2024-01-02", "2024-01-03", "2024-01-01"):
        data(acme.api.post(said(ann), {**CALL, "subject": day, "date": day}), 201)
    assert [row["subject"][-1] for row in acme.api.get(said(ann)).json()["data"]] == ["3", "2", "1"]
    assert [row["subject"][-1] for row in acme.api.get(said(ann), sort="date:asc").json()["data"]] == ["1", "2", "3"]
    assert [row["subject"][-1] for row in acme.api.get(said(ann), limit=1, page=2).json()["data"]] == ["2"]
    assert set(complaints(acme.api.get(said(ann), sort="subject"))) == {"sort"}


def test_what_is_deleted_is_gone(acme: World, ann: UUID) -> None:
    id_ = an_interaction_with(acme, ann)
    gone = acme.api.delete(said(ann, id_))
    assert (gone.status_code, gone.json()) == (
        200, {"success": True, "message": "Interaction deleted successfully"},
    )  # fmt: skip
    assert message(acme.api.delete(said(ann, id_)), 404) == "Resource not found"
    assert acme.api.get(said(ann)).json()["data"] == []


def test_interactions_of_others_are_not_found(acme: World, rival: World, rehearsal: World, ann: UUID) -> None:
    id_, ben, foreign, rehearsed = (
        an_interaction_with(acme, ann), a_customer(acme), a_customer(rival), a_customer(rehearsal),
    )  # fmt: skip
    theirs, gone = an_interaction_with(rival, foreign), a_customer(acme)
    with acme.scope():
        listed = create_contact(email="listed@example.com").pk
        delete_contact(contact_id=gone)
    before = written(acme)
    for path in (said(ben, id_), said(ann, uuid4()), said(foreign, theirs), said(ann, theirs), said(ann, "x")):
        for verb in ("put", "delete"):
            assert message(getattr(acme.api, verb)(path, {"outcome": "x"}), 404) == "Resource not found"
    for nobody in (foreign, rehearsed, listed, gone, uuid4(), "x"):
        assert message(acme.api.get(said(nobody)), 404) == "Resource not found"
        assert message(acme.api.post(said(nobody), CALL), 404) == "Resource not found"
    assert written(acme) == before


def test_a_button_pressed_twice_notes_once_under_its_key(acme: World, ann: UUID) -> None:
    headers = {"Idempotency-Key": "one-call"}
    first = acme.api.post(said(ann), CALL, headers=headers)
    again = acme.api.post(said(ann), CALL, headers=headers)
    assert (first.status_code, again.json()) == (201, first.json())
    other = acme.api.post(said(ann), {**CALL, "outcome": "negative"}, headers=headers)
    assert other.status_code == 422
    assert acme.api.get(said(ann)).json()["pagination"]["total"] == 1


@pytest.mark.parametrize(("role", "writes"), [("owner", 201), ("agent", 201), ("analyst", 403)])
def test_staff_note_what_their_role_allows(acme: World, ann: UUID, role: str, writes: int) -> None:
    api = staff_api(acme, role)
    assert api.post(said(ann), CALL).status_code == writes
    assert api.get(said(ann)).status_code == 200


def test_a_body_that_is_far_too_long_is_refused_as_such(acme: World, ann: UUID) -> None:
    assert acme.api.post(said(ann), {**CALL, "description": "x" * 10_000_000}).status_code == 413
