"""Refunds and invoices of orders over S4, our additions."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from crm.kernel.clock import now
from crm.orders.models import Invoice
from tests.backoffice.dev.wire import complaints, data, message, staff_api
from tests.builders import a_customer, a_product, an_order
from tests.cast import World
from tests.crm.orders.shop import lines, stock
from tests.crm_web.documented import operations
from tests.dialects.traces import written

ORDERS = "/dev/crm/orders"
pytestmark = pytest.mark.django_db


def test_items_and_then_the_rest_go_back(acme: World) -> None:
    cup, beans = a_product(acme, units_in_stock=9), a_product(acme, price=Decimal("3.33"), tax_rate=Decimal(19))
    order_id = an_order(acme, None, (cup, 2), (beans, 3), status="delivered")
    first, second = lines(acme, order_id)
    body = {"items": [{"id": str(first.pk), "quantity": 2}], "restock": True, "reason": "Broken"}
    refund = data(acme.api.post(f"{ORDERS}/{order_id}/refunds", body), 201)
    assert list(refund) == [
        "id", "order_id", "number", "amount", "tax", "reason", "restocked", "createdAt", "items",
    ]  # fmt: skip
    assert (refund["number"], refund["amount"], refund["tax"]) == (f"CRN-{now().year}-000001", 20, 0)
    assert (refund["reason"], refund["restocked"], stock(acme, cup)) == ("Broken", True, [9])
    assert refund["items"] == [{"id": str(first.pk), "quantity": 2, "amount": 20, "tax": 0}]
    rest = data(acme.api.post(f"{ORDERS}/{order_id}/refunds", {"all": True}), 201)
    assert (rest["amount"], rest["tax"], rest["items"][0]["id"]) == (11.89, 1.9, str(second.pk))
    listed = acme.api.get(f"{ORDERS}/{order_id}/refunds").json()
    assert (listed["data"], listed["pagination"]["total"]) == ([rest, refund], 2)
    assert message(acme.api.post(f"{ORDERS}/{order_id}/refunds", {"all": True}), 409)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "items"), ({"all": False}, "items"), ({"items": []}, "items"), ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"), ({"amount": 20.01}, "amount"), ({"amount": "much"}, "amount"),
        ({"amount": 1.005}, "amount"),
        ({"amount": 10**30}, "amount"), ({"items": [{"id": "L", "quantity": 3}]}, "items.0.quantity"),
        ({"items": [{"id": "L", "quantity": 0}]}, "items.0.quantity"),
        ({"items": [{"id": "x", "quantity": 1}]}, "items.0.id"),
        ({"items": [{"id": str(uuid4()), "quantity": 1}]}, "items.0.id"),
        ({"items": [{"id": "L", "quantity": 1}] * 2}, "items.1.id"),
        ({"items": [{"id": "L", "quantity": 1}], "amount": 1}, "amount"), ({"amount": 1, "restock": True}, "restock"),
        ({"all": True, "reason": "x" * 501}, "reason"), ({"all": True, "reason": "a\0b"}, "reason"),
        ({"all": True, "why": 1}, "why"),
    ],
)  # fmt: skip
def test_what_cannot_go_back_is_named_and_nothing_is_written(acme: World, body: Any, field: str) -> None:
    order_id = an_order(acme, status="shipped")
    (line,) = lines(acme, order_id)
    if body.get("items"):
        body = body | {
            "items": [{**item, "id": str(line.pk) if item["id"] == "L" else item["id"]} for item in body["items"]]
        }
    before = written(acme)
    assert set(complaints(acme.api.post(f"{ORDERS}/{order_id}/refunds", body))) == {field}
    assert written(acme) == before


def test_money_for_what_was_not_sent_does_not_go_back(acme: World) -> None:
    assert message(acme.api.post(f"{ORDERS}/{an_order(acme)}/refunds", {"all": True}), 409)


def test_an_invoice_is_read_as_it_was_issued(acme: World) -> None:
    cup = a_product(acme, name="Cup", sku="C-1", price=Decimal("12.50"), tax_rate=Decimal(19))
    customer = a_customer(acme, name="Jane Smith", email="jane@example.com", billing_address="123 Main St")
    order_id = an_order(acme, customer, (cup, 2), ordered_at="2024-01-15T10:00:00Z")
    assert message(acme.api.get(f"{ORDERS}/{order_id}/invoice"), 404) == "Resource not found"
    assert message(acme.api.post(f"{ORDERS}/{order_id}/invoice"), 409)
    acme.api.put(f"{ORDERS}/{order_id}", {"status": "shipped"})
    answer = acme.api.get(f"{ORDERS}/{order_id}/invoice")
    invoice = data(answer)
    assert b'"total":29.75}' in answer.content
    assert (invoice["number"], invoice["order_id"], invoice["currency"]) == (
        f"INV-{now().year}-000001", str(order_id), "USD",
    )  # fmt: skip
    assert (invoice["seller"], invoice["buyer"]["name"], invoice["buyer"]["address"]) == (
        {"name": "Acme"}, "Jane Smith", "123 Main St",
    )  # fmt: skip
    assert (invoice["buyer"]["tax_id"], invoice["order"]["order_date"]) == (None, "2024-01-15T10:00:00.000Z")
    assert invoice["items"] == [
        {"name": "Cup", "sku": "C-1", "quantity": 2, "tax_rate": 19, "unit_price": 12.5, "discount": 0, "tax": 4.75,
         "total": 29.75},
    ]  # fmt: skip
    assert [invoice[name] for name in ("subtotal", "discount", "tax", "total")] == [25, 0, 4.75, 29.75]
    assert data(acme.api.post(f"{ORDERS}/{order_id}/invoice")) == invoice


def test_looking_at_an_invoice_writes_nothing(acme: World) -> None:
    order_id = an_order(acme, status="delivered")
    with acme.scope():
        Invoice.objects.all().delete()
    before = written(acme)
    assert acme.api.get(f"{ORDERS}/{order_id}/invoice").status_code == 404
    assert written(acme) == before
    assert data(acme.api.post(f"{ORDERS}/{order_id}/invoice"))["number"] == f"INV-{now().year}-000002"


def test_the_papers_of_others_and_of_deleted_orders_are_not_found(acme: World, rival: World) -> None:
    deleted = an_order(acme, status="delivered")
    acme.api.delete(f"{ORDERS}/{deleted}")
    for id_ in (an_order(rival, status="delivered"), deleted, uuid4()):
        for verb, paper in (("get", "refunds"), ("post", "refunds"), ("get", "invoice"), ("post", "invoice")):
            answer = getattr(acme.api, verb)(
                f"{ORDERS}/{id_}/{paper}", **({"body": {"all": True}} if verb == "post" else {})
            )
            assert message(answer, 404) == "Resource not found"


def test_the_documents_own_example_is_a_refund(acme: World) -> None:
    order_id = an_order(acme, status="delivered")
    content = operations("dev")[f"POST {ORDERS}/{{order_id}}/refunds"]["requestBody"]["content"]
    example = content["application/json"]["example"]
    example["items"][0]["id"] = str(lines(acme, order_id)[0].pk)
    assert data(acme.api.post(f"{ORDERS}/{order_id}/refunds", example), 201)


def test_who_only_reads_gives_nothing_back(acme: World) -> None:
    order_id = an_order(acme, status="delivered")
    reader = staff_api(acme, "analyst")
    assert reader.get(f"{ORDERS}/{order_id}/refunds").status_code == 200
    for paper in ("refunds", "invoice"):
        assert message(reader.post(f"{ORDERS}/{order_id}/{paper}", {"all": True}), 403)
