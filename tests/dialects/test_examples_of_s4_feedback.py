"""The requests about feedback that S4's document prints, sent as printed (see test_examples.py)."""

from typing import Any

import pytest

from crm.kernel.clock import now
from tests.builders import a_customer
from tests.cast import Cast, World
from tests.crm.feedback.asked import react
from tests.dialects.http_file import RawRequest, read
from tests.dialects.test_examples import FOLDER, PRINTED_KEYS, send

FEEDBACK = read(FOLDER / "s4-feedback.http")
GREAT = {"rating": 5, "comment": "Great service!", "category": "support"}


@pytest.fixture(params=["live", "test"])
def world(cast: Cast, request: pytest.FixtureRequest) -> World:
    return cast.acme if request.param == "live" else cast.rehearsal


def test_every_printed_request_is_here_and_names_a_key_to_replace() -> None:
    assert [(request.verb, request.path.removeprefix("/dev/crm/"), bool(request.body)) for request in FEEDBACK] == [
        ("POST", "customers/:customerId/feedback/request", False), ("POST", "feedback/:feedbackId", True),
        ("GET", "feedback/analytics", False), ("POST", "feedback/process-reminders", False),
        ("GET", "feedback/themes", False), ("GET", "feedback/dashboard", False),
    ]  # fmt: skip
    for request in FEEDBACK:
        assert [name for name, value in request.headers if PRINTED_KEYS.search(value)] == ["Authorization"]


def printed(title: str) -> RawRequest:
    (request,) = [request for request in FEEDBACK if request.title == title]
    return request


def test_the_document_from_a_question_to_what_the_answers_say(world: World) -> None:
    def sent(title: str, ids: dict[str, object] | None = None, status: int = 200) -> Any:
        answer = send(printed(title), world.secret_key, ids)
        assert answer.status_code == status, answer.content
        return answer.json()["data"]

    customer = a_customer(world)
    asked = sent("Request Feedback", {":customerId": customer}, status=201)
    assert (asked["customer_id"], asked["status"]) == (str(customer), "pending")
    assert asked["token"]
    assert asked["expires_at"] > f"{now():%Y-%m-%d}"

    answered = sent("Process Feedback", {":feedbackId": asked["id"]})
    assert (answered["id"], answered["status"]) == (asked["id"], "received")
    assert {name: answered[name] for name in GREAT} == GREAT
    again = send(printed("Process Feedback"), world.secret_key, {":feedbackId": asked["id"]})
    assert again.status_code == 409

    react(world, "feedback.answered")
    analytics = sent("Get Feedback Analytics")
    assert (analytics["count"], analytics["average_rating"], analytics["nps"]) == (1, 5, None)
    assert analytics["distribution"] == {"1": 0, "2": 0, "3": 0, "4": 0, "5": 1}
    themes = {theme["theme"]: theme["count"] for theme in sent("Get Feedback Themes")}
    assert themes, "Great service! is about something."
    dashboard = sent("Get Feedback Dashboard")
    assert dashboard["analytics"] == analytics
    assert [one["id"] for one in dashboard["recent"]] == [asked["id"]]
    assert dashboard["pending"] == 0
    assert {theme["theme"] for theme in dashboard["themes"]} == set(themes)
    reminded = sent("Process Feedback Reminders")
    assert reminded == {"processed": 0, "sent": 0, "expired": 0, "skipped": 0}
