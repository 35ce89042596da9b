"""S2 `PUT /contacts/{id}/consents` and the same rule elsewhere (s2 §B6)."""

from typing import Any
from uuid import uuid4

import pytest

from crm.contacts.models import ConsentEntry
from tests.cast import Api, World
from tests.members import BASE, Member, a_member, app, registration

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(acme: World) -> Member:
    return a_member(acme)


def decide(member: Member, state: Any, **more: Any) -> Any:
    return member.api.put(f"{member.path}/consents", {"consent_state": state, **more})


def written(world: World) -> list[tuple[str, str]]:
    with world.scope():
        return [(entry.before, entry.after) for entry in ConsentEntry.objects.order_by("decided_at", "id")]


def test_a_consent_is_decided_and_read_back(ann: Member) -> None:
    for state in ("PENDING", "ACCEPTED", "ACCEPTED", "WITHDRAWN", "REJECTED", "ACCEPTED"):
        answer = decide(ann, state)
        assert (answer.status_code, answer.json()) == (200, {"id": ann.id})
        assert ann.api.get(ann.path).json()["consent_state"] == state
    assert written(ann.world) == [
        ("pending", "accepted"), ("accepted", "withdrawn"), ("withdrawn", "rejected"), ("rejected", "accepted"),
    ]  # fmt: skip


def test_the_proof_says_who_and_from_where(ann: Member) -> None:
    headers = {"User-Agent": "The app 3.1\x01", "Authorization": f"Bearer {ann.access_token}"}
    answer = ann.api.client.put(
        f"{ann.path}/consents", {"consent_state": "ACCEPTED", "wording": "terms 3"}, content_type="application/json",
        headers=headers, REMOTE_ADDR="192.0.2.7",
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    with ann.world.scope():
        entry = ConsentEntry.objects.get()
    assert (entry.surface, entry.address, entry.agent, entry.wording) == (
        "self-service", "192.0.2.7", "The app 3.1", "terms 3",
    )  # fmt: skip
    assert (entry.actor_kind, entry.actor_id) == ("member", ann.id)


@pytest.mark.parametrize("state", ["PENDING", "REJECTED"])
@pytest.mark.parametrize("way", ["consents", "record"])
def test_only_what_was_accepted_is_withdrawn(ann: Member, state: str, way: str) -> None:
    decide(ann, state)
    before = written(ann.world)
    path = f"{ann.path}/consents" if way == "consents" else ann.path
    answer = ann.api.put(path, {"consent_state": "WITHDRAWN"})
    assert (answer.status_code, answer.json()) == (400, {
        "status": 400, "message": "consent_state: Only a consent that was accepted can be withdrawn.",
        "error": "CRM.EXCEPTIONS.INVALIDPARAMETEREXCEPTION", "parameters": ["consent_state"],
    })  # fmt: skip
    assert written(ann.world) == before
    assert ann.api.get(ann.path).json()["consent_state"] == state


@pytest.mark.parametrize(
    ("body", "word"),
    [({}, "MANDATORYPARAMETER"), ({"consent_state": "MAYBE"}, "INVALIDPARAMETER"),
     ({"consent_state": None}, "INVALIDPARAMETER"), ({"consent_state": ""}, "INVALIDPARAMETER")],
)  # fmt: skip
def test_what_is_no_state_is_named(ann: Member, body: Any, word: str) -> None:
    answer = ann.api.put(f"{ann.path}/consents", body)
    assert (answer.status_code, answer.json()["error"]) == (400, f"CRM.EXCEPTIONS.{word}EXCEPTION")
    assert answer.json()["parameters"] == ["consent_state"]
    assert written(ann.world) == []


def test_registering_with_a_decision_writes_it_down(acme: World) -> None:
    member = a_member(acme, consent_state="ACCEPTED", sms_opt_out=True)
    assert sorted(written(acme)) == [("no", "yes"), ("pending", "accepted")]
    with acme.scope():
        assert {(str(entry.contact_id), entry.surface) for entry in ConsentEntry.objects.all()} == {
            (member.id, "self-service")
        }


def test_nobody_registers_as_having_withdrawn(acme: World) -> None:
    answer = app(acme).post(f"{BASE}/contacts/register", registration(consent_state="WITHDRAWN"))
    assert (answer.status_code, answer.json()["parameters"]) == (400, ["consent_state"])


def test_nobody_decides_for_another(ann: Member) -> None:
    other = a_member(ann.world, "ben@example.com")
    for path in (f"{other.path}/consents", f"{BASE}/contacts/{uuid4()}/consents"):
        assert ann.api.put(path, {"consent_state": "ACCEPTED"}).status_code == 403
    assert Api(None).put(f"{ann.path}/consents", {"consent_state": "ACCEPTED"}).status_code == 401
    assert written(ann.world) == []
