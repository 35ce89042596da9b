"""The requests about customer interactions that S4's document prints, sent as printed (see test_examples.py)."""

from typing import Any

import pytest

from tests.builders import a_customer
from tests.cast import Cast, World
from tests.dialects.http_file import RawRequest, read
from tests.dialects.test_examples import FOLDER, PRINTED_KEYS, send

SAID = read(FOLDER / "s4-customer-interactions.http")
SAMPLE = {
    "type": "call", "subject": "Product Discussion", "description": "Discussed new features and pricing",
    "date": "2024-01-15T10:00:00.000Z", "outcome": "positive", "next_action": "Send proposal",
    "next_action_date": "2024-01-20T10:00:00.000Z",
}  # fmt: skip


@pytest.fixture(params=["live", "test"])
def world(cast: Cast, request: pytest.FixtureRequest) -> World:
    return cast.acme if request.param == "live" else cast.rehearsal


def printed(title: str) -> RawRequest:
    (request,) = [request for request in SAID if request.title == title]
    return request


def test_every_printed_request_is_here_and_names_a_key_to_replace() -> None:
    path = "/dev/crm/customers/:customerId/interactions"
    assert [(request.verb, request.path, bool(request.body)) for request in SAID] == [
        ("GET", path, False), ("POST", path, True), ("PUT", f"{path}/:interactionId", True),
        ("DELETE", f"{path}/:interactionId", False),
    ]  # fmt: skip
    for request in SAID:
        assert [name for name, value in request.headers if PRINTED_KEYS.search(value)] == ["Authorization"]


def test_the_document_from_a_new_interaction_to_its_deletion(world: World) -> None:
    ids: dict[str, object] = {":customerId": a_customer(world)}

    def sent(title: str) -> Any:
        return send(printed(title), world.secret_key, ids)

    created = sent("Create Customer Interaction")
    assert created.status_code == 201, created.content
    interaction = created.json()["data"]
    assert {name: interaction[name] for name in SAMPLE} == SAMPLE

    ids[":interactionId"] = interaction["id"]
    updated = sent("Update Customer Interaction")
    assert updated.status_code == 200, updated.content
    changed = updated.json()["data"]
    assert (changed["description"], changed["outcome"]) == ("Updated interaction notes", "completed")
    assert {name: changed[name] for name in ("type", "subject", "date", "next_action")} == {
        name: SAMPLE[name] for name in ("type", "subject", "date", "next_action")
    }  # fmt: skip
    assert sent("Get Customer Interactions").json() == {
        "data": [changed], "pagination": {"total": 1, "page": 1, "limit": 10},
    }  # fmt: skip

    deleted = sent("Delete Customer Interaction")
    assert (deleted.status_code, deleted.json()["success"]) == (200, True)
    assert sent("Get Customer Interactions").json()["data"] == []
