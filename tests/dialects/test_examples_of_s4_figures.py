"""The requests about figures that S4's document prints, and what is left of it, sent as printed."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.kernel.clock import now
from crm.leads.services import add_interaction
from crm.reports.selectors import GROUPS
from tests.builders import a_customer, a_lead, an_order
from tests.cast import Cast, World
from tests.crm.reports.test_order_days import count
from tests.dialects.http_file import RawRequest, read
from tests.dialects.test_examples import FOLDER, PRINTED_KEYS, send

FIGURES = read(FOLDER / "s4-figures.http")


@pytest.fixture(params=["live", "test"])
def world(cast: Cast, request: pytest.FixtureRequest) -> World:
    return cast.acme if request.param == "live" else cast.rehearsal


def test_every_printed_request_is_here_and_names_a_key_to_replace() -> None:
    assert [(request.verb, request.path.removeprefix("/dev/crm/")) for request in FIGURES] == [
        ("POST", "customers/import"), ("GET", "customers/segments"), ("GET", "customers/:customerId/health"),
        ("GET", "reports/leads"), ("GET", "reports/customers"), ("GET", "analytics/dashboard"),
        ("POST", "followups/process"),
    ]  # fmt: skip
    for request in FIGURES:
        assert [name for name, value in request.headers if PRINTED_KEYS.search(value)] == ["Authorization"]


def printed(title: str) -> RawRequest:
    (request,) = [request for request in FIGURES if request.title == title]
    return request


def told(world: World, title: str, ids: dict[str, object] | None = None) -> Any:
    answer = send(printed(title), world.secret_key, ids)
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


def test_the_printed_import_takes_a_file_in_the_place_of_csv_file(world: World) -> None:
    request = printed("Import Customers")
    assert dict(request.headers)["Content-Type"] == "multipart/form-data"
    file = SimpleUploadedFile("customers.csv", b"name,email\nJane Smith,jane@example.com\nBad,none\n")
    headers = {"Authorization": f"Bearer {world.secret_key}"}
    answer = Client().post(request.path, {"file": file}, headers=headers)
    assert answer.status_code == 200, answer.content
    counts = answer.json()["data"]
    assert [counts[name] for name in ("total", "created", "updated", "skipped")] == [2, 1, 0, 1]
    assert [(error["row"], error["field"]) for error in counts["errors"]] == [(3, "email")]


def test_the_printed_questions_about_customers_and_leads(world: World) -> None:
    customer = a_customer(world)
    a_lead(world)
    an_order(world, customer)
    count(world)
    health = told(world, "Get Customer Health", {":customerId": customer})
    assert (health["customer_id"], health["score"] is not None) == (str(customer), True)
    segments = {group["key"]: group["count"] for group in told(world, "Get Customer Segments")}
    assert list(segments) == list(GROUPS)
    assert (segments["status_active"], segments["type_individual"]) == (1, 1)
    leads, customers = told(world, "Get Lead Metrics"), told(world, "Get Customer Metrics")
    assert (leads["total"], leads["by_status"]["new"]) == (1, 1)
    assert (customers["total"], customers["average_order_value"], customers["lifetime_value"]) == (1, 20, 20)
    dashboard = told(world, "Get Dashboard Analytics")
    assert (dashboard["leads"], dashboard["customers"]) == (leads, customers)
    assert dashboard["orders"] == {"count": 1, "revenue": 20, "average_order_value": 20, "currency": "USD"}


def test_the_printed_processing_of_follow_ups(world: World) -> None:
    lead = a_lead(world)
    with world.scope():
        due = now() - timedelta(days=1)
        add_interaction(lead_id=lead, type="call", next_action="Send the offer", next_action_date=due)
    done = told(world, "Process Follow-ups")
    assert set(done) == {"processed", "created", "notified", "by_kind"}
    assert (done["created"], done["by_kind"]["next_action"]) == (1, 1)
    assert told(world, "Process Follow-ups")["created"] == 0
