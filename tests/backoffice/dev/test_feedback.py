"""S4 `/feedback` and the request to a customer on the wire (s4 §5, §6 17 to 20; where-they-meet.md)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from crm.feedback.models import FeedbackRequest
from crm.feedback.selectors import request_behind
from crm.kernel.clock import now
from crm.messaging.services import suppress
from crm.organisations.roles import Role
from crm.organisations.services import move_test_clock
from tests.backoffice.dev.wire import complaints, data, staff_api
from tests.builders import a_customer, an_order
from tests.cast import Api, Cast, World
from tests.crm.feedback.asked import letters
from tests.dialects.traces import written

FEEDBACK = "/dev/crm/feedback"
FIELDS = [
    "id", "project_id", "customer_id", "order_id", "status", "channel", "scale", "rating", "comment", "category",
    "sentiment", "expires_at", "sent_at", "received_at", "createdAt",
]  # fmt: skip
GREAT = {"rating": 5, "comment": "Great service!", "category": "support"}
pytestmark = pytest.mark.django_db


def address(customer: Any) -> str:
    return f"/dev/crm/customers/{customer}/feedback/request"


def requested(world: World, customer: Any = None, body: Any = None) -> dict[str, Any]:
    return data(world.api.post(address(customer or a_customer(world)), body), 201)


def test_a_request_is_pending_and_tells_its_token_this_once(acme: World) -> None:
    customer = a_customer(acme)
    asked = requested(acme, customer)
    assert list(asked) == [*FIELDS, "token"]
    assert (asked["customer_id"], asked["status"], asked["channel"], asked["scale"], asked["sent_at"]) == (
        str(customer), "pending", "email", "CSAT", None,
    )  # fmt: skip
    days = datetime.fromisoformat(asked["expires_at"]) - datetime.fromisoformat(asked["createdAt"])
    assert days == timedelta(days=30)
    assert str(request_behind(asked["token"]).feedback_id) == asked["id"]
    assert len(letters(acme)) == 1
    # It is sent when the letter has left, which is said then.
    answered = data(acme.api.post(f"{FEEDBACK}/{asked['id']}", GREAT))
    assert "token" not in answered


def test_a_request_may_be_about_one_of_their_orders(cast: Cast) -> None:
    customer = a_customer(cast.acme)
    order = an_order(cast.acme, customer)
    asked = requested(cast.acme, customer, {"channel": "api", "order_id": str(order)})
    assert asked["order_id"] == str(order)
    somebody_else = a_customer(cast.acme)
    for other in (order, uuid4(), an_order(cast.rival), an_order(cast.rehearsal)):
        answer = cast.acme.api.post(address(somebody_else), {"order_id": str(other)})
        assert complaints(answer) == {"order_id": "This customer has no such order."}
    assert requested(cast.acme, somebody_else, {"order_id": None})["order_id"] is None


@pytest.mark.parametrize("mount", ["", "/v1"])
def test_an_answer_is_received_once(acme: World, mount: str) -> None:
    path = f"{mount}{FEEDBACK}/{requested(acme, body={'channel': 'api'})['id']}"
    answered = data(acme.api.post(path, GREAT))
    assert list(answered) == FIELDS
    assert {name: answered[name] for name in GREAT} == GREAT
    assert (answered["status"], answered["sentiment"]) == ("received", None)
    assert answered["received_at"]
    before = written(acme)
    again = acme.api.post(path, {"rating": 1})
    assert (again.status_code, again.json()) == (409, {"message": "This request is answered already."})
    assert written(acme) == before


def test_a_rating_alone_is_an_answer(acme: World) -> None:
    answered = data(acme.api.post(f"{FEEDBACK}/{requested(acme)['id']}", {"rating": "4"}))
    assert (answered["rating"], answered["comment"], answered["category"]) == (4, None, None)


@pytest.mark.parametrize(("scale", "rating"), [("CSAT", 6), ("CSAT", 0), ("NPS", 11), ("CES", 8), ("CES", 0)])
def test_a_rating_off_the_requests_scale_is_named(acme: World, scale: str, rating: int) -> None:
    path = f"{FEEDBACK}/{requested(acme, body={'scale': scale})['id']}"
    assert set(complaints(acme.api.post(path, {"rating": rating}))) == {"rating"}
    data(acme.api.post(path, {"rating": rating - 1 if rating else 1}))


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "rating"), ({"rating": None}, "rating"), ({"rating": 4.5}, "rating"), ({"rating": "five"}, "rating"),
        ({"rating": True}, "rating"), ({"rating": [5]}, "rating"), ({"rating": 10**30}, "rating"),
        ({"rating": "9" * 5_000}, "rating"), ({"rating": 5, "comment": "x" * 5_001}, "comment"),
        ({"rating": 5, "comment": "a\0b"}, "comment"), ({"rating": 5, "comment": ["x"]}, "comment"),
        ({"rating": 5, "category": "x" * 51}, "category"), ({"rating": 5, "category": "a\nb"}, "category"),
        ({"rating": 5, "score": 5}, "score"),
    ],
)  # fmt: skip
def test_a_bad_answer_is_named_and_the_request_stays_open(acme: World, sent: Any, field: str) -> None:
    path = f"{FEEDBACK}/{requested(acme)['id']}"
    assert set(complaints(acme.api.post(path, sent))) == {field}
    data(acme.api.post(path, GREAT))


@pytest.mark.parametrize("sent", [b'{"rating": 5, "comment": "\xff"}', b'{"rating": 5', b"[]", b'{"rating": 1e999}'])
def test_what_is_no_body_is_refused(acme: World, sent: bytes) -> None:
    path = f"{FEEDBACK}/{requested(acme)['id']}"
    assert acme.api.post(path, sent).status_code == 400
    assert acme.api.post(path, b'{"rating": 5, "comment": "' + b"x" * 10_000_000 + b'"}').status_code == 413
    data(acme.api.post(path, GREAT))


def test_half_a_surrogate_is_refused_and_not_kept(acme: World) -> None:
    path = f"{FEEDBACK}/{requested(acme)['id']}"
    assert acme.api.post(path, b'{"rating": 5, "comment": "\\ud800"}').status_code == 400
    data(acme.api.post(path, GREAT))


def test_unknown_foreign_and_other_things_look_alike(cast: Cast) -> None:
    acme = cast.acme
    foreign = [requested(world)["id"] for world in (cast.rival, cast.rehearsal)]
    answers = {
        (answer.status_code, answer.content)
        for id_ in (*foreign, uuid4(), a_customer(acme), "x", "analytics-x")
        if (answer := acme.api.post(f"{FEEDBACK}/{id_}", GREAT))
    }
    answers |= {
        (answer.status_code, answer.content)
        for id_ in (a_customer(cast.rival), a_customer(cast.rehearsal), uuid4(), "x")
        if (answer := acme.api.post(address(id_)))
    }
    assert answers == {(404, b'{"message":"Resource not found"}')}


# Who is not asked


def refused(world: World, customer: Any, body: Any = None, status: int = 409) -> dict[str, Any]:
    answer = world.api.post(address(customer), body)
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_request_that_is_open_is_a_conflict_that_names_it(acme: World) -> None:
    customer = a_customer(acme)
    first = requested(acme, customer)
    assert refused(acme, customer) == {
        "message": "A request of this customer is still open.", "feedback_id": first["id"],
    }  # fmt: skip


def test_who_was_asked_lately_is_a_conflict_and_a_skipped_request(acme: World) -> None:
    customer = a_customer(acme)
    acme.api.post(f"{FEEDBACK}/{requested(acme, customer)['id']}", GREAT)
    told = {"message": "This customer was asked not long ago.", "reason": "throttled"}
    assert refused(acme, customer) == told
    with acme.scope():
        assert list(FeedbackRequest.objects.filter(state="skipped").values_list("reason", flat=True)) == ["throttled"]


def test_who_may_not_be_written_to_is_a_conflict_that_says_why(acme: World) -> None:
    with acme.scope():
        suppress(channel="email", address="no@example.com", reason="unsubscribe")
    customer = a_customer(acme, email="no@example.com")
    told = {"message": "This customer cannot be written to by this channel.", "reason": "unsubscribe"}
    assert refused(acme, customer) == told
    assert refused(acme, a_customer(acme, email="x@example.com"), {"channel": "sms"})["reason"] == "no_address"
    assert requested(acme, customer, {"channel": "link"})["sent_at"]


@pytest.mark.parametrize("status", ["blocked", "inactive"])
def test_who_is_blocked_or_inactive_is_not_asked(acme: World, status: str) -> None:
    before = written(acme)
    customer = a_customer(acme, status=status)
    told = {"message": "Blocked and inactive customers are not asked for feedback."}
    assert refused(acme, customer, status=400) == told
    with acme.scope():
        assert not FeedbackRequest.objects.exists()
    assert written(acme)["Customer"] == before["Customer"] + 1


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"channel": "pigeon"}, "channel"), ({"scale": "nps"}, "scale"), ({"scale": None}, "scale"),
     ({"rating": 5}, "rating"), ({"token": "x"}, "token")],
)  # fmt: skip
def test_a_bad_request_is_named(acme: World, sent: Any, field: str) -> None:
    assert set(complaints(acme.api.post(address(a_customer(acme)), sent))) == {field}
    assert letters(acme) == []


def test_the_same_key_asks_once_and_does_not_tell_the_token_again(acme: World) -> None:
    customer, headers = a_customer(acme), {"Idempotency-Key": "k1"}
    first = acme.api.post(address(customer), {}, headers=headers)
    again = acme.api.post(address(customer), {}, headers=headers)
    assert (first.status_code, again.status_code, again["Idempotent-Replayed"]) == (201, 201, "true")
    assert again.json()["data"] == {**first.json()["data"], "token": None}
    assert len(letters(acme)) == 1
    # A refusal that was written down is the answer to its key, too: the row is there once.
    acme.api.post(f"{FEEDBACK}/{first.json()['data']['id']}", GREAT)
    for _ in range(2):
        answer = acme.api.post(address(customer), {}, headers={"Idempotency-Key": "k2"})
        assert (answer.status_code, answer.json()["reason"]) == (409, "throttled")
    with acme.scope():
        assert FeedbackRequest.objects.filter(state="skipped").count() == 1


def test_roles_and_keys_are_what_the_table_says(acme: World) -> None:
    request = requested(acme)["id"]
    reader, writer = acme.key_with("crm:feedback:read"), acme.key_with("crm:feedback:write")
    assert reader.get(f"{FEEDBACK}/analytics").status_code == 200
    assert writer.get(f"{FEEDBACK}/analytics").status_code == 403
    assert reader.post(f"{FEEDBACK}/{request}", GREAT).status_code == 403
    assert acme.key_with("crm:leads:write").post(f"{FEEDBACK}/{request}", GREAT).status_code == 403
    assert staff_api(acme, Role.ANALYST).post(f"{FEEDBACK}/{request}", GREAT).status_code == 403
    assert staff_api(acme, Role.AGENT).post(f"{FEEDBACK}/{request}", GREAT).status_code == 200
    assert Api(None).get(f"{FEEDBACK}/dashboard").status_code == 401


def test_fixed_words_are_no_ids(acme: World) -> None:
    for word in ("analytics", "themes", "dashboard"):
        assert acme.api.get(f"{FEEDBACK}/{word}").status_code == 200
        assert acme.api.post(f"{FEEDBACK}/{word}", GREAT).status_code == 405
    assert acme.api.get(f"{FEEDBACK}/process-reminders").status_code == 405
    assert acme.api.get(f"{FEEDBACK}/{uuid4()}").status_code == 405


# Reminders


def pass_days(world: World, days: int) -> None:
    with world.scope():
        move_test_clock(to=now() + timedelta(days=days))


def reminded(world: World) -> dict[str, int]:
    return data(world.api.post(f"{FEEDBACK}/process-reminders"))


def test_reminders_by_the_clock_of_test_mode(rehearsal: World) -> None:
    request = requested(rehearsal)["id"]
    nothing = {"processed": 0, "sent": 0, "expired": 0, "skipped": 0}
    assert reminded(rehearsal) == nothing
    for sent in (1, 1, 0):
        pass_days(rehearsal, 4)
        assert reminded(rehearsal) == {**nothing, "processed": sent, "sent": sent}
        assert reminded(rehearsal) == nothing
    assert [letter.cause[-1] for letter in letters(rehearsal)] == ["0", "1", "2"]
    pass_days(rehearsal, 20)
    assert reminded(rehearsal) == {**nothing, "processed": 1, "expired": 1}
    answer = rehearsal.api.post(f"{FEEDBACK}/{request}", GREAT)
    assert (answer.status_code, answer.json()) == (409, {"message": "This request is not open any more."})
