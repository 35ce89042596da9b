"""S2 approval requests: listed, decided in the app, by the token of a mail in each of its forms (s2 §B1)."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from crm.approvals.models import ApprovalRequest
from tests.builders import an_order
from tests.cast import World
from tests.crm.approvals.asked import a_policy, again, letters, request_about, tokens_in
from tests.crm.orders.shop import change, order_of
from tests.members import BASE, Member, a_member, app

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(rehearsal: World) -> Member:
    a_policy(rehearsal)
    return a_member(rehearsal, "ann@example.com")


def waiting(member: Member) -> ApprovalRequest:
    request = request_about(member.world, an_order(member.world, UUID(member.id)))
    assert request is not None
    return request


def token_of(member: Member, request: ApprovalRequest, word: str = "accept") -> str:
    (letter,) = letters(member.world, request)
    return tokens_in(letter)[word]


def nobody() -> Client:
    return Client(raise_request_exception=False)


def pressed(page: str, form: str = "") -> Any:
    """The button of a link's page, as a browser sends it."""
    return nobody().post(f"{page}/action", form, content_type="application/x-www-form-urlencoded")


def act(member: Member, request_id: Any, body: Any) -> Any:
    return member.api.post(f"{BASE}/approval_requests/{request_id}/actions", body)


def listed(member: Member, **query: str) -> list[dict[str, Any]]:
    answer = member.api.get(f"{member.path}/approval_requests", **query)
    assert answer.status_code == 200, answer.content
    rows: list[dict[str, Any]] = answer.json()["content"]
    return rows


def test_what_waits_for_a_member_is_listed(ann: Member) -> None:
    request = waiting(ann)
    entity = {"id": str(request.record_id), "type": "ORDER", "reference": request.reference}
    assert listed(ann) == [{"id": str(request.pk), "state": "PENDING", "entity": entity}]
    assert listed(ann, state="APPROVED") == []
    assert len(listed(ann, state="PENDING", entity_types="ORDERS")) == len(listed(ann, entity_types="ORDER")) == 1
    assert listed(ann, entity_types="SERVICE_REQUESTS") == []
    assert listed(a_member(ann.world, "bob@example.com")) == []
    answer = ann.api.get(f"{ann.path}/approval_requests", state="LOST")
    assert (answer.status_code, answer.json()["parameters"]) == (400, ["state"])


@pytest.mark.parametrize(("word", "state"), [("ACCEPT", "APPROVED"), ("REJECT", "REJECTED")])
def test_a_member_decides_in_the_app(ann: Member, word: str, state: str) -> None:
    request = waiting(ann)
    answer = act(ann, request.pk, {"action": word})
    assert (answer.status_code, answer.json()) == (200, {"id": str(request.pk)})
    assert listed(ann)[0]["state"] == state
    second = act(ann, request.pk, {"action": "REJECT"})
    assert (second.status_code, second.json()["error"]) == (400, "CRM.EXCEPTIONS.INVALIDPARAMETEREXCEPTION")
    assert order_of(ann.world, request.record_id).status == {"ACCEPT": "processing", "REJECT": "cancelled"}[word]


def test_requests_of_others_and_of_nobody_look_alike(ann: Member) -> None:
    bob = a_member(ann.world, "bob@example.com")
    answers = [act(ann, id_, {"action": "ACCEPT"}) for id_ in (waiting(bob).pk, uuid4(), "no-id")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("body", [{}, {"action": "PERHAPS"}, {"action": None}])
def test_an_answer_that_is_none_is_refused(ann: Member, body: Any) -> None:
    answer = act(ann, waiting(ann).pk, body)
    assert (answer.status_code, answer.json()["parameters"]) == (400, ["action"])


def test_without_a_token_of_a_person_the_document_s_other_form_is_read(ann: Member) -> None:
    request = waiting(ann)
    path, token = f"{BASE}/approval_requests/{request.pk}/actions", token_of(ann, request)
    bad = nobody().post(path, {"token": token}, content_type="application/json")
    assert (bad.status_code, bad.json()["parameters"]) == (400, ["response"])
    answer = nobody().post(path, {"token": token, "response": "REJECT"}, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert again(ann.world, request).state == "rejected"


def test_a_refused_token_of_a_person_is_no_other_form(ann: Member) -> None:
    request = waiting(ann)
    client = Client(headers={"Authorization": "Bearer nonsense"}, raise_request_exception=False)
    body = {"token": token_of(ann, request), "response": "ACCEPT"}
    answer = client.post(f"{BASE}/approval_requests/{request.pk}/actions", body, content_type="application/json")
    assert answer.status_code == 401
    assert again(ann.world, request).is_pending


@pytest.mark.parametrize(("word", "state"), [("accept", "approved"), ("reject", "rejected")])
def test_a_token_is_posted_by_itself(ann: Member, word: str, state: str) -> None:
    request = waiting(ann)
    path, body = f"{BASE}/approval_requests/{word}", {"token": token_of(ann, request)}
    assert app(ann.world).post(path, body).status_code == 200
    assert again(ann.world, request).state == state
    spent = nobody().post(path, body, content_type="application/json")
    assert spent.status_code == 400
    assert "has been used" in spent.content.decode()


@pytest.mark.parametrize(("word", "state"), [("accept", "approved"), ("reject", "rejected")])
def test_the_page_of_a_link_asks_and_its_button_decides(ann: Member, word: str, state: str) -> None:
    request = waiting(ann)
    path = f"{BASE}/approval_requests/{word}/{token_of(ann, request)}"
    for _ in range(10):
        page = nobody().get(path)
        assert page.status_code == 200
        assert request.reference in page.content.decode()
        assert nobody().head(path).status_code == 200
    assert again(ann.world, request).is_pending
    answer = pressed(path, "comments=Gladly")
    assert answer.status_code == 200
    assert again(ann.world, request).state == state
    for spent in (nobody().get(path), pressed(path)):
        assert (spent.status_code, spent["Content-Type"]) == (400, "text/html; charset=utf-8")


@pytest.mark.parametrize("token", ["x", "a.b", "0" * 300])
def test_a_made_up_token_is_a_page_that_says_so(ann: Member, token: str) -> None:
    for answer in (
        nobody().get(f"{BASE}/approval_requests/accept/{token}"),
        pressed(f"{BASE}/approval_requests/accept/{token}"),
        nobody().post(f"{BASE}/approval_requests/accept", {"token": token}, content_type="application/json"),
    ):
        assert answer.status_code == 400
        assert "has been used, or is too old" in answer.content.decode()


def test_a_link_to_what_was_cancelled_is_spent(ann: Member) -> None:
    request = waiting(ann)
    token = token_of(ann, request)
    change(ann.world, request.record_id, status="cancelled")
    assert nobody().get(f"{BASE}/approval_requests/accept/{token}").status_code == 400
    assert order_of(ann.world, request.record_id).status == "cancelled"


def test_the_other_api_is_told_that_the_order_waits(ann: Member) -> None:
    request = waiting(ann)
    answer = ann.world.api.put(f"/dev/crm/orders/{request.record_id}", {"status": "shipped"})
    assert answer.status_code == 409
    assert "waits for approval" in answer.content.decode()
