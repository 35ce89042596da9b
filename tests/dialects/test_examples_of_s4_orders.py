"""The requests about orders that S4's document prints, sent as printed (see test_examples.py)."""

from typing import Any

import pytest

from tests.builders import a_customer, a_product
from tests.cast import Cast, World
from tests.dialects.http_file import RawRequest, read
from tests.dialects.test_examples import FOLDER, PRINTED_KEYS, send

ORDERS = read(FOLDER / "s4-orders.http")
SAMPLE = {
    "status": "pending", "order_date": "2024-01-15T10:00:00.000Z", "shipping_address": "123 Main St",
    "billing_address": "123 Main St", "notes": "Rush delivery",
}  # fmt: skip


@pytest.fixture(params=["live", "test"])
def world(cast: Cast, request: pytest.FixtureRequest) -> World:
    return cast.acme if request.param == "live" else cast.rehearsal


def test_every_printed_request_is_here_and_names_a_key_to_replace() -> None:
    one = "/dev/crm/orders/:orderId"
    assert [(request.verb, request.path, bool(request.body)) for request in ORDERS] == [
        ("GET", "/dev/crm/orders", False), ("GET", one, False), ("POST", "/dev/crm/orders", True), ("PUT", one, True),
        ("DELETE", one, False),
    ]  # fmt: skip
    for request in ORDERS:
        assert [name for name, value in request.headers if PRINTED_KEYS.search(value)] == ["Authorization"]


def printed(title: str) -> RawRequest:
    (request,) = [request for request in ORDERS if request.title == title]
    return request


def test_the_document_from_a_new_order_to_its_deletion(world: World) -> None:
    def sent(title: str, ids: dict[str, object] | None = None) -> Any:
        return send(printed(title), world.secret_key, ids)

    # The same text stands for a customer and for a product: each is replaced by its own id, at its own key.
    customer, product = a_customer(world), a_product(world)
    own = {
        '"customer_id": "uuid-here"': f'"customer_id": "{customer}"',
        '"product_id": "uuid-here"': f'"product_id": "{product}"',
    }
    created = sent("Create Order", own)
    assert created.status_code == 201, created.content
    order = created.json()["data"]
    assert {name: order[name] for name in SAMPLE} == SAMPLE
    assert (order["customer"]["id"], order["total_amount"]) == (str(customer), 20)
    assert [(item["product_id"], item["quantity"]) for item in order["orderItems"]] == [(str(product), 2)]

    ids: dict[str, object] = {":orderId": order["id"]}
    assert sent("Get Order", ids).json()["data"] == order
    updated = sent("Update Order", ids)
    assert updated.status_code == 200, updated.content
    changed = updated.json()["data"]
    assert (changed["status"], changed["notes"]) == ("shipped", "Order shipped via express")
    assert sent("List Orders").json() == {"data": [changed], "pagination": {"total": 1, "page": 1, "limit": 10}}
    deleted = sent("Delete Order", ids)
    assert (deleted.status_code, deleted.json()["success"]) == (200, True)
    assert sent("Get Order", ids).status_code == 404
