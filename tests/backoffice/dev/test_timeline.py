"""Ours in S4: `/customers/{id}/timeline`, in stretches, as far as the key may see it."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from crm.contacts.services import delete_contact
from crm.leads.services import note_origin
from crm.messaging.recipients import Recipient
from tests.backoffice.dev.wire import CUSTOMERS, complaints, message
from tests.builders import a_customer, a_lead, an_entry, an_interaction_with
from tests.cast import World
from tests.crm.messaging.letters import a_message, a_template

FIELDS = ["id", "type", "date", "title", "description", "record", "actor"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(acme: World) -> UUID:
    return a_customer(acme, name="Ann", email="ann@example.com")


def timeline(customer_id: Any) -> str:
    return f"{CUSTOMERS}/{customer_id}/timeline"


def test_entries_say_what_they_are_about(acme: World, ann: UUID) -> None:
    a_template(acme)
    message_id = a_message(acme, recipient=Recipient(email="ann@example.com", contact_id=ann)).pk
    interaction_id = an_interaction_with(acme, ann, description="Long talk")
    entry_id, lead_id = an_entry(acme, email="ann@example.com"), a_lead(acme, name="Ann L")
    with acme.scope():
        note_origin(lead_id=lead_id, customer_id=ann)
    answer = acme.api.get(timeline(ann), limit=100).json()
    assert answer["pagination"] == {"limit": 100, "before": None}
    assert all(list(entry) == FIELDS for entry in answer["data"])
    by_type = {entry["type"]: entry for entry in answer["data"]}
    assert by_type["interaction"] == {
        "id": f"interaction:{interaction_id}", "type": "interaction", "date": "2024-01-15T00:00:00.000Z",
        "title": "Call: Product Discussion", "description": "Long talk", "record": None,
        "actor": {"type": "job", "id": "test"},
    }  # fmt: skip
    assert by_type["message"]["record"] == {"type": "communication", "id": str(message_id)}
    assert by_type["listing_entry"]["record"] == {"type": "listing_entry", "id": str(entry_id)}
    assert by_type["lead"]["record"] == {"type": "lead", "id": str(lead_id)}
    assert {"customer.created", "member.registered"} <= {entry["title"] for entry in answer["data"]}


def test_stretches_follow_each_other_to_the_beginning(acme: World, ann: UUID) -> None:
    for number in range(12):
        an_interaction_with(acme, ann, subject=f"Call {number}")
    whole = acme.api.get(timeline(ann), limit=100).json()["data"]
    found: list[Any] = []
    asked: dict[str, Any] = {"limit": 5}
    while True:
        answer = acme.api.get(f"/v1{timeline(ann)}", **asked).json()
        found += answer["data"]
        if answer["pagination"]["before"] is None:
            break
        asked["before"] = answer["pagination"]["before"]
        # What is noted meanwhile shifts nothing.
        an_interaction_with(acme, ann, happened_at="2030-01-01T00:00:00Z")
    assert found == whole
    assert len(acme.api.get(timeline(ann)).json()["data"]) == 10


@pytest.mark.parametrize(("asked", "field"), [
    ({"limit": 0}, "limit"), ({"limit": 101}, "limit"), ({"limit": "x"}, "limit"), ({"before": "x"}, "before"),
    ({"before": "W10:1a:x"}, "before"), ({"before": "\0"}, "before"), ({"before": "x" * 5_000}, "before"),
])  # fmt: skip
def test_a_bad_parameter_is_named(acme: World, ann: UUID, asked: Any, field: str) -> None:
    assert set(complaints(acme.api.get(timeline(ann), **asked))) == {field}


def test_an_empty_place_is_the_end(acme: World, ann: UUID) -> None:
    assert acme.api.get(timeline(ann), before="").json() == acme.api.get(timeline(ann)).json()


def test_a_key_sees_what_it_may_read(acme: World, ann: UUID) -> None:
    an_interaction_with(acme, ann)
    narrow = acme.key_with("auth:members:read").get(timeline(ann))
    assert {entry["type"] for entry in narrow.json()["data"]} == {"interaction"}
    assert acme.key_with("crm:leads:read").get(timeline(ann)).status_code == 403


def test_nobody_elses_timeline_is_found(acme: World, rival: World, rehearsal: World, ann: UUID) -> None:
    gone = a_customer(acme)
    with acme.scope():
        delete_contact(contact_id=gone)
    for nobody in (a_customer(rival), a_customer(rehearsal), gone, uuid4(), "x"):
        assert message(acme.api.get(timeline(nobody)), 404) == "Resource not found"
