"""One line for each request, and nothing in it that a person typed (reliability X9)."""

import io
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import structlog

from tests.builders import a_customer
from tests.cast import Api, World

EMAIL = "ann.secret@example.com"
PHONE = "35799123834"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the product writes to its log, as it writes it."""
    root = logging.getLogger()
    formatter = next(
        handler.formatter for handler in root.handlers
        if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
    )  # fmt: skip
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


def _events(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [record.msg for record in caplog.records if record.name == "rapport.request"]  # type: ignore[misc]


def test_a_request_is_one_line_with_ids_and_patterns_only(acme: World, caplog: pytest.LogCaptureFixture) -> None:
    contact_id = a_customer(acme)
    with caplog.at_level(logging.INFO):
        answer = acme.api.get(f"/v1/customers/{contact_id}", include="points")
    (event,) = _events(caplog)
    fields = {"event", "method", "route", "status", "ms", "actor", "request_id", "level", "logger", "timestamp"}
    assert set(event) == fields
    assert (event["event"], event["method"], event["status"]) == ("request", "GET", 200)
    assert event["route"] == "v1/customers/<str:customer_id>"
    assert event["request_id"] == answer["X-Request-Id"]
    assert event["actor"].startswith("key:")
    assert event["ms"] > 0


def _requests(api: Api, listing_id: int) -> Iterator[Any]:
    """Requests that bear the address in every place there is."""
    yield api.get("/v1/customers", search=EMAIL)
    yield api.get("/v1/customers", **{"filter[email]": EMAIL})
    yield api.get("/v1/customers", **{f"filter[{EMAIL}]": "1"})
    yield api.get(f"/v1/customers/{quote(EMAIL)}")
    yield api.get(f"/v1/nowhere/{EMAIL}")
    yield api.get(f"/nowhere/{EMAIL}")
    yield api.post("/v1/customers", {"name": "Ann", "email": EMAIL, "phone": f"+{PHONE}"})
    yield api.post("/v1/customers", {"name": "Ann", "email": EMAIL})
    yield api.post("/v1/customers", f'{{"email": "{EMAIL}"')
    yield api.get(f"/crm/{listing_id}", email=EMAIL, phone=PHONE)
    yield api.form("post", f"/crm/{listing_id}", email=EMAIL, phone=PHONE)
    yield api.form("delete", f"/crm/{EMAIL}", email=EMAIL)
    yield api.client.get("/v1/customers", headers={"X-Request-Id": EMAIL, "User-Agent": EMAIL, "Referer": EMAIL})
    yield api.client.get("/v1/customers", headers={"Host": "ann.secret.example.com"})


def test_no_line_tells_what_was_typed(acme: World, log: io.StringIO) -> None:
    answers = list(_requests(acme.api, acme.listing.pk))
    text = log.getvalue()
    assert text.count("rapport.request") == len(answers)
    for typed in ("ann.secret", quote(EMAIL), PHONE, acme.secret_key, acme.secret_key[-20:], "search="):
        assert typed not in text


def test_a_crash_is_logged_with_its_traceback_but_without_what_was_typed(
    acme: World, log: io.StringIO, settings: Any
) -> None:
    settings.ROOT_URLCONF = "tests.dialects.trial_routes"
    answer = acme.api.post("/v1/trial/crash", {"name": "Ann", "email": EMAIL})
    assert answer.status_code == 500
    text = log.getvalue()
    assert "request_crashed" in text
    assert "RuntimeError" in text
    assert "trial_routes.py" in text
    assert answer["X-Request-Id"] in text
    assert EMAIL not in text
    assert acme.secret_key not in text


def test_a_caller_who_is_not_known_is_nobody(acme: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        Api(None).get("/v1/customers")
        Api(acme.publishable_key).get("/v1/customers")
    nobody, somebody = _events(caplog)
    assert (nobody["status"], nobody["actor"]) == (401, None)
    assert somebody["status"] == 403
    assert somebody["actor"].startswith("key:")


def test_a_request_id_does_not_outlive_its_request(api: Api) -> None:
    api.get("/v1/customers")
    assert "request_id" not in structlog.contextvars.get_contextvars()
