"""The requests about leads that S4's document prints, sent as printed (see test_examples.py)."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.organisations.roles import Role
from tests.builders import a_campaign, a_lead
from tests.cast import Cast, World
from tests.dialects.http_file import RawRequest, read
from tests.dialects.test_examples import FOLDER, PRINTED_KEYS, send

LEADS = read(FOLDER / "s4-leads.http")
SAMPLE = {
    "name": "John Doe", "email": "john@example.com", "phone": "+1234567890", "company": "Acme Corp",
    "source": "website", "status": "new", "score": 75, "notes": "Interested in premium plan",
}  # fmt: skip


@pytest.fixture(params=["live", "test"])
def world(cast: Cast, request: pytest.FixtureRequest) -> World:
    return cast.acme if request.param == "live" else cast.rehearsal


def test_every_printed_request_is_here_and_names_a_key_to_replace() -> None:
    lead, said = "/dev/crm/leads/:leadId", "/dev/crm/leads/:leadId/interactions"
    assert [(request.verb, request.path, bool(request.body)) for request in LEADS] == [
        ("GET", "/dev/crm/leads", False), ("GET", lead, False), ("POST", "/dev/crm/leads", True), ("PUT", lead, True),
        ("DELETE", lead, False), ("POST", f"{lead}/convert", False), ("POST", "/dev/crm/leads/import", False),
        ("GET", "/dev/crm/leads/export", False), ("POST", "/dev/crm/leads/nurture/start", False),
        ("GET", said, False), ("POST", said, True), ("PUT", f"{said}/:interactionId", True),
        ("DELETE", f"{said}/:interactionId", False),
    ]  # fmt: skip
    for request in LEADS:
        assert [name for name, value in request.headers if PRINTED_KEYS.search(value)] == ["Authorization"]


def printed(title: str) -> RawRequest:
    (request,) = [request for request in LEADS if request.title == title]
    return request


def test_the_document_from_a_new_lead_to_its_deletion(world: World) -> None:
    def sent(title: str, ids: dict[str, object] | None = None) -> Any:
        return send(printed(title), world.secret_key, ids)

    # The same text stands for a campaign and for a colleague: each is replaced by its own id, at its own key.
    own = {
        '"campaign_id": "uuid-here"': f'"campaign_id": "{a_campaign(world)}"',
        '"assigned_to": "uuid-here"': f'"assigned_to": "{world.staff[Role.AGENT].pk}"',
    }
    created = sent("Create Lead", own)
    assert created.status_code == 201, created.content
    lead = created.json()["data"]
    assert {name: lead[name] for name in SAMPLE} == SAMPLE
    assert lead["campaign_id"]
    assert lead["assigned_to"] == str(world.staff[Role.AGENT].pk)

    ids: dict[str, object] = {":leadId": lead["id"]}
    assert sent("Get Lead", ids).json()["data"] == lead
    updated = sent("Update Lead", ids)
    assert updated.status_code == 200, updated.content
    changed = updated.json()["data"]
    assert (changed["name"], changed["status"], changed["score"], changed["notes"]) == (
        "John Doe Updated", "qualified", 85, "Updated notes",
    )  # fmt: skip
    assert sent("List Leads").json() == {"data": [changed], "pagination": {"total": 1, "page": 1, "limit": 10}}
    assert b"John Doe Updated,john@example.com," in b"".join(sent("Export Leads").streaming_content)

    noted = sent("Create Lead Interaction", ids)
    assert noted.status_code == 201, noted.content
    interaction = noted.json()["data"]
    assert (interaction["type"], interaction["next_action_date"]) == ("call", "2024-01-15T10:00:00.000Z")
    both = {**ids, ":interactionId": interaction["id"]}
    rewritten = sent("Update Lead Interaction", both).json()["data"]
    assert (rewritten["type"], rewritten["next_action"]) == ("meeting", "Follow up call")
    assert sent("Get Lead Interactions", ids).json()["data"] == [rewritten]
    assert sent("Delete Lead Interaction", both).json()["success"] is True

    converted = sent("Convert Lead", ids)
    assert converted.status_code == 200, converted.content
    assert converted.json()["data"]["customer"]["email"] == "john@example.com"
    assert sent("Convert Lead", ids).status_code == 409
    deleted = sent("Delete Lead", ids)
    assert (deleted.status_code, deleted.json()["success"]) == (200, True)
    assert sent("Get Lead", ids).status_code == 404


def test_the_printed_import_takes_a_file_in_the_place_of_csv_file(world: World) -> None:
    request = printed("Import Leads")
    assert dict(request.headers)["Content-Type"] == "multipart/form-data"
    file = SimpleUploadedFile("leads.csv", b"name,email\nJohn Doe,john@example.com\nBad,none\n")
    headers = {"Authorization": f"Bearer {world.secret_key}"}
    answer = Client().post(request.path, {"file": file}, headers=headers)
    assert answer.status_code == 200, answer.content
    counts = answer.json()["data"]
    assert [counts[name] for name in ("total", "created", "updated", "skipped")] == [2, 1, 0, 1]
    assert [(error["row"], error["field"]) for error in counts["errors"]] == [(3, "email")]


def test_the_printed_start_of_nurturing(world: World) -> None:
    a_lead(world, score=75)
    started = send(printed("Start Lead Nurturing"), world.secret_key)
    assert started.status_code == 200, started.content
    assert set(started.json()["data"]) == {"enrolled", "already", "skipped", "steps_run", "deferred"}
    again = send(printed("Start Lead Nurturing"), world.secret_key)
    assert not any(again.json()["data"].values())
