"""The requests that the source documents print, sent as printed: ids, keys and base URL replaced, nothing else.

They are read from `examples/*.http`; extract_examples.py wrote those from the documents.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.cast import Api, Cast, World
from tests.dialects.http_file import RawRequest, read, written

FOLDER = Path(__file__).parent / "examples"
S0, S3 = read(FOLDER / "s0.http"), read(FOLDER / "s3.http")
PRINTED_KEYS = re.compile(r"YOUR_ACCESS_TOKEN|\$\{accessToken\}|(?i:your_api_key)")


def send(request: RawRequest, key: str, ids: dict[str, object] | None = None) -> Any:
    """The request as printed, with `key` for the printed one and each printed id for ours."""
    path, body = request.path, request.body
    for printed, ours in (ids or {}).items():
        path, body = path.replace(printed, str(ours)), body.replace(printed, str(ours))
    headers = {name: PRINTED_KEYS.sub(key, value) for name, value in request.headers}
    content_type = headers.pop("Content-Type", "")
    client = Client(raise_request_exception=False)
    return client.generic(request.verb, path, body, content_type=content_type, headers=headers)


def titled(requests: list[RawRequest], start: str) -> RawRequest:
    (request,) = [request for request in requests if request.title.startswith(start)]
    return request


@pytest.fixture(params=["live", "sandbox"])
def world(cast: Cast, request: pytest.FixtureRequest) -> World:
    """The documents promise the same of the sandbox."""
    return cast.acme if request.param == "live" else cast.rehearsal


def test_every_printed_request_is_here() -> None:
    assert [(request.verb, request.path.partition("?")[0], bool(request.body)) for request in S0] == [
        ("GET", "/api/v1/customers", False), ("GET", "/api/v1/customers", False), ("POST", "/v1/customers", True),
        ("GET", "/v1/customers/12345", False), ("PATCH", "/v1/customers/12345", True), ("GET", "/v1/customers", False),
    ]  # fmt: skip
    assert [(request.verb, request.path, bool(request.body)) for request in S3] == [
        ("POST", "/crm/123", True), ("PUT", "/crm/123", True), ("DELETE", "/crm/123", True),
        ("GET", "/crm/123?email=johndoe@example.com", False),
    ]  # fmt: skip


def test_every_printed_request_names_a_key_to_replace() -> None:
    for request in (*S0, *S3):
        assert [name for name, value in request.headers if PRINTED_KEYS.search(value)] == ["Authorization"]


def test_a_file_reads_back_as_it_was_written(tmp_path: Path) -> None:
    for requests in (S0, S3):
        file = tmp_path / "again.http"
        file.write_text(written(requests, "A comment\nof two lines."))
        assert read(file) == requests


def test_the_sbm_guide_from_the_first_customer_to_the_lists(world: World) -> None:
    created = send(titled(S0, "Create Customer"), world.secret_key)
    assert created.status_code == 201
    customer = created.json()["data"]
    assert {field: customer[field] for field in ("name", "email", "phone", "tier")} == {
        "name": "John Doe", "email": "john@example.com", "phone": "+1234567890", "tier": "bronze",
    }  # fmt: skip

    ids = {"12345": customer["id"]}
    got = send(titled(S0, "Get Customer"), world.secret_key, ids)
    assert (got.status_code, got.json()) == (200, {"data": customer})

    updated = send(titled(S0, "Update Customer"), world.secret_key, ids)
    assert updated.status_code == 200
    changed = {"tier": "gold", "updated_at": updated.json()["data"]["updated_at"]}
    assert updated.json()["data"] == {**customer, **changed}

    expected = {name: updated.json()["data"][name] for name in ("id", "name", "email", "phone", "tier", "status")}
    for title in ("List Customers with Pagination", "Pagination: Example", "Filtering & Search: Example"):
        _is_the_list_of_one(send(titled(S0, title), world.secret_key), expected)


def _is_the_list_of_one(answer: Any, expected: dict[str, Any]) -> None:
    assert answer.status_code == 200, answer.content
    assert set(answer.json()) == {"data", "pagination"}
    (row,) = answer.json()["data"]
    assert {name: row[name] for name in expected} == expected
    assert answer.json()["pagination"] == {
        "page": 1, "limit": 20, "total": 1, "total_pages": 1, "has_next": False, "has_prev": False,
    }  # fmt: skip


def test_the_sbm_guides_filter_keeps_out_who_is_not_gold(world: World) -> None:
    send(titled(S0, "Create Customer"), world.secret_key)
    answer = send(titled(S0, "Filtering & Search"), world.secret_key)
    assert (answer.status_code, answer.json()["data"]) == (200, [])


def test_the_sbm_guides_error_names_the_field(world: World) -> None:
    """The guide's error sample: an e-mail address is missing."""
    answer = world.api.post("/v1/customers", {"name": "John Doe"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "INVALID_REQUEST")
    assert [detail["field"] for detail in error["details"]] == ["email"]
    assert error["details"][0]["message"].startswith("Email is required")


@pytest.mark.parametrize("body", [{"email": "john@example.com"}, {"name": "John Doe"}, {"name": "J", "email": "x"}])
def test_the_sbm_guides_error_says_the_particular_in_its_details_alone(api: Api, body: dict[str, str]) -> None:
    """The guide's error sample: "The request is invalid" above the details, whatever they are."""
    assert api.post("/v1/customers", body).json()["error"]["message"].rstrip(".") == "The request is invalid"


def test_the_botw_endpoint_from_a_new_contact_to_its_deletion(world: World) -> None:
    ids: dict[str, object] = {"/crm/123": f"/crm/{world.listing.pk}"}
    added = send(titled(S3, "POST"), world.secret_key, ids)
    assert (added.status_code, added.json()) == (
        201, {"status": "success", "message": "New contact successfully updated."},
    )  # fmt: skip

    found = send(titled(S3, "GET"), world.secret_key, ids)
    number = _is_the_printed_contact(found)
    ids["id=1"] = f"id={number}"

    updated = send(titled(S3, "PUT"), world.secret_key, ids)
    assert (updated.status_code, updated.json()) == (
        200, {"status": "success", "message": "Contact successfully updated."},
    )  # fmt: skip
    assert send(titled(S3, "GET"), world.secret_key, ids).json() == found.json()

    deleted = send(titled(S3, "DELETE"), world.secret_key, ids)
    assert (deleted.status_code, deleted.json()) == (
        202, {"status": "success", "message": "Contact deleted successfully."},
    )  # fmt: skip
    gone = send(titled(S3, "GET"), world.secret_key, ids)
    assert (gone.status_code, gone.json()["status"]) == (404, "error")


def _is_the_printed_contact(answer: Any) -> int:
    """The answer printed for GET, but for ids, address and date; the contact's number."""
    assert answer.status_code == 200, answer.content
    (contact,) = answer.json()["data"]["results"]
    number, created = contact["contact_id"], contact["contact_created_date"]
    assert isinstance(number, int)
    age = datetime.now(UTC) - datetime.strptime(created, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    assert abs(age.total_seconds()) < 60
    assert answer.json() == {
        "status": "success", "message": "1 record(s) found.", "data": {"results": [{
            "contact_id": number, "contact_unique_id": f"l-{number}", "contact_first_name": "John",
            "contact_last_name": "Doe", "contact_email": "johndoe@example.com", "contact_phone": "15551234567",
            "contact_created_date": created, "contact_ip_address": "127.0.0.1", "contact_source": "api",
            "contact_status": "active",
        }]},
    }  # fmt: skip
    return number


def test_the_botw_put_creates_when_nobody_has_the_id(world: World) -> None:
    """The document: "If no contact is found with the given ID, a new contact will be created.\""""
    ids = {"/crm/123": f"/crm/{world.listing.pk}", "id=1": "id=999999999"}
    answer = send(titled(S3, "PUT"), world.secret_key, ids)
    assert (answer.status_code, answer.json()["status"]) == (201, "success")
    assert _is_the_printed_contact(send(titled(S3, "GET"), world.secret_key, ids)) != 999_999_999
