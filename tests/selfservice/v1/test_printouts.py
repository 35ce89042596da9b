"""S2 printouts: one's own orders and invoices, as a file or by e-mail, and nobody else's."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from crm.messaging.models import Communication
from crm.orders.models import Invoice
from tests.builders import a_product, an_order
from tests.cast import Cast, World
from tests.members import BASE, Member, a_member
from tests.selfservice.v1.sending import read

PRINTOUT = f"{BASE}/printout"


@pytest.fixture
def ann(acme: World) -> Member:
    return a_member(acme)


def an_order_of(member: Member) -> tuple[str, str]:
    """A delivered order of theirs, and its invoice."""
    order = an_order(member.world, UUID(member.id), (a_product(member.world), 1), status="delivered")
    with member.world.scope():
        return str(order), str(Invoice.objects.get(order_id=order).pk)


def ask(member: Member, format_: str, kind: str, record_id: object) -> Any:
    return member.api.post(PRINTOUT, {"format": format_, "entity": {"type": kind, "id": str(record_id)}})


@pytest.mark.parametrize("kind", ["INVOICE", "ORDER", "ORDERS"])
def test_a_printout_is_a_file_to_be_fetched(ann: Member, kind: str) -> None:
    order, invoice = an_order_of(ann)
    answer = ask(ann, "PDF", kind, invoice if kind == "INVOICE" else order)
    assert answer.status_code == 201, answer.content
    assert set(answer.json()) == {"id"}
    file = read(ann.api.get(f"{BASE}/files/{answer.json()['id']}"))
    assert (file.status_code, file["Content-Type"], file.body[:5]) == (200, "application/pdf", b"%PDF-")


def test_by_e_mail_it_leaves_as_a_letter(ann: Member) -> None:
    answer = ask(ann, "EMAIL", "INVOICE", an_order_of(ann)[1])
    assert (answer.status_code, answer.content) == (204, b"")
    with ann.world.scope():
        letter = Communication.objects.get(template__key="paper")
        assert (letter.recipient, letter.state, letter.message_class) == ("ann@example.com", "queued", "transactional")


@pytest.mark.parametrize("format_", ["PDF", "EMAIL"])
def test_papers_that_are_not_ones_own_are_not_there(cast: Cast, format_: str) -> None:
    ann, bob, far = a_member(cast.acme), a_member(cast.acme, "bob@example.com"), a_member(cast.rival)
    order, invoice = an_order_of(ann)
    told = {
        (answer.status_code, answer.content)
        for other in (bob, far)
        for kind, record_id in (("INVOICE", invoice), ("ORDER", order), ("ORDER", uuid4()), ("INVOICE", "nonsense"))
        for answer in [ask(other, format_, kind, record_id)]
    }
    assert len(told) == 1
    answer = ask(bob, format_, "INVOICE", invoice)
    assert (answer.status_code, answer.json()["error"]) == (400, "CRM.EXCEPTIONS.NOTFOUNDEXCEPTION")
    assert answer.json()["parameters"] == ["entity.id"]
    with cast.acme.scope():
        assert not Communication.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "format"), ({"format": "PNG", "entity": {"type": "ORDER", "id": "x"}}, "format"),
     ({"format": "PDF", "entity": {"type": "PASSPORT", "id": "x"}}, "entity.type"),
     ({"format": "PDF", "entity": {"type": "ORDER"}}, "entity.id"), ({"format": "PDF"}, "entity")],
)  # fmt: skip
def test_a_wrong_body_is_refused_by_its_field(ann: Member, body: Any, field: str) -> None:
    answer = ann.api.post(PRINTOUT, body)
    assert answer.status_code == 400
    assert field in answer.json()["parameters"]


def test_the_same_key_prints_and_sends_once(ann: Member) -> None:
    body = {"format": "EMAIL", "entity": {"type": "INVOICE", "id": an_order_of(ann)[1]}}
    for _ in range(2):
        assert ann.api.post(PRINTOUT, body, headers={"Idempotency-Key": "once"}).status_code == 204
    with ann.world.scope():
        assert Communication.objects.count() == 1
