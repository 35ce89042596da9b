"""The requests about customers that S4's document prints, sent as printed (see test_examples.py)."""

import re
from typing import Any

import pytest

from tests.cast import Cast, World
from tests.dialects.http_file import read, written
from tests.dialects.test_examples import FOLDER, PRINTED_KEYS, send, titled

S4 = read(FOLDER / "s4.http")
SAMPLE = {
    "name": "Jane Smith", "email": "jane@example.com", "phone": "+1234567890", "company": "Tech Corp",
    "type": "business", "status": "active", "billing_address": "123 Main St", "payment_terms": "Net 30",
}  # fmt: skip


@pytest.fixture(params=["live", "test"])
def world(cast: Cast, request: pytest.FixtureRequest) -> World:
    return cast.acme if request.param == "live" else cast.rehearsal


def test_every_printed_request_is_here_and_names_a_key_to_replace() -> None:
    assert [(request.verb, request.path, bool(request.body)) for request in S4] == [
        ("GET", "/dev/crm/customers", False), ("POST", "/dev/crm/customers", True),
        ("PUT", "/dev/crm/customers/:customerId", True), ("DELETE", "/dev/crm/customers/:customerId", False),
        ("GET", "/dev/crm/customers/export", False),
    ]  # fmt: skip
    for request in S4:
        assert [name for name, value in request.headers if PRINTED_KEYS.search(value)] == ["Authorization"]


def test_the_file_reads_back_as_it_was_written(tmp_path: Any) -> None:
    file = tmp_path / "again.http"
    file.write_text(written(S4, "A comment."))
    assert read(file) == S4


def test_the_document_from_a_new_customer_to_their_deletion(world: World) -> None:
    created = send(titled(S4, "Create"), world.secret_key)
    assert created.status_code == 201, created.content
    customer = created.json()["data"]
    assert {name: customer[name] for name in SAMPLE} == SAMPLE

    ids: dict[str, object] = {":customerId": customer["id"]}
    updated = send(titled(S4, "Update"), world.secret_key, ids)
    assert updated.status_code == 200, updated.content
    changed = {"credit_limit": 10000.0, "notes": "Updated customer information"}
    changed["updatedAt"] = updated.json()["data"]["updatedAt"]
    assert updated.json()["data"] == {**customer, **changed}
    assert b'"credit_limit":10000.00,' in updated.content

    listed = send(titled(S4, "List"), world.secret_key)
    assert (listed.status_code, listed.json()) == (
        200, {"data": [updated.json()["data"]], "pagination": {"total": 1, "page": 1, "limit": 10}},
    )  # fmt: skip
    exported = b"".join(send(titled(S4, "Export"), world.secret_key).streaming_content)
    assert re.findall(rb"^[^,]+,[^,]+,(Jane Smith,jane@example.com,)", exported, re.MULTILINE)

    deleted = send(titled(S4, "Delete"), world.secret_key, ids)
    assert (deleted.status_code, deleted.json()["success"]) == (200, True)
    assert send(titled(S4, "List"), world.secret_key).json()["pagination"]["total"] == 0
