"""S4 `/orders` on the wire: both forms, the whole object, filters, refusals (s4 §4, §6)."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from crm.contacts.services import delete_contact
from tests.backoffice.dev.wire import complaints, data, message, staff_api
from tests.builders import a_customer, a_product, an_order
from tests.cast import World
from tests.crm.orders.shop import bought, stock
from tests.crm_web.documented import operations
from tests.dialects.traces import written

ORDERS, CUSTOMERS = "/dev/crm/orders", "/dev/crm/customers"
SENT = {
    "status": "pending", "order_date": "2024-01-15T10:00:00.000Z", "shipping_address": "123 Main St",
    "billing_address": "123 Main St", "notes": "Rush delivery",
}  # fmt: skip
FIELDS = [
    "id", "customer_id", "total_amount", "status", "order_date", "shipping_address", "billing_address", "notes",
    "project_id", "createdAt", "updatedAt", "customer", "orderItems",
]  # fmt: skip
pytestmark = pytest.mark.django_db


def placed(world: World, **body: Any) -> dict[str, Any]:
    return data(world.api.post(ORDERS, body), 201)


def test_the_form_of_one_product_becomes_one_item(acme: World) -> None:
    customer = a_customer(acme, name="Jane Smith", email="jane@example.com", phone="+1234567890", company_name="Tech")
    product = a_product(acme, name="Cup", sku="C-1", price=Decimal("12.50"))
    order = placed(acme, customer_id=str(customer), product_id=str(product), quantity=2, **SENT)
    assert list(order) == FIELDS
    assert {name: order[name] for name in SENT} == SENT
    assert (order["customer_id"], order["total_amount"]) == (str(customer), 25)
    assert order["project_id"] == str(acme.organisation.id)
    assert order["customer"] == {
        "id": str(customer), "name": "Jane Smith", "email": "jane@example.com", "phone": "+1234567890",
        "company": "Tech",
    }  # fmt: skip
    (item,) = order["orderItems"]
    assert item == {
        "id": item["id"], "order_id": order["id"], "product_id": str(product), "quantity": 2, "unit_price": 12.5,
        "total_amount": 25, "product": {"id": str(product), "name": "Cup", "sku": "C-1", "price": 12.5, "images": []},
    }  # fmt: skip
    assert data(acme.api.get(f"{ORDERS}/{order['id']}")) == data(acme.api.get(f"/v1{ORDERS}/{order['id']}")) == order
    assert acme.api.get(ORDERS).json() == {"data": [order], "pagination": {"total": 1, "page": 1, "limit": 10}}


def test_each_of_several_orders_has_its_own_items(acme: World) -> None:
    cup, beans = a_product(acme, name="Cup"), a_product(acme, name="Beans")
    one, other = an_order(acme, None, (cup, 1), (beans, 2)), an_order(acme, None, (beans, 3))
    listed = acme.api.get(ORDERS).json()["data"]
    items = {order["id"]: [(item["product"]["name"], item["quantity"]) for item in order["orderItems"]]
             for order in listed}  # fmt: skip
    assert items == {str(one): [("Cup", 1), ("Beans", 2)], str(other): [("Beans", 3)]}


def test_the_form_of_several_items_is_ordered_now_at_todays_prices(acme: World) -> None:
    cup, beans = a_product(acme, price=Decimal("0.10")), a_product(acme, price=Decimal("8.50"))
    items = [{"product_id": str(cup), "quantity": 3}, {"product_id": str(beans), "quantity": 1},
             {"product_id": str(cup), "quantity": 1}]  # fmt: skip
    answer = acme.api.post(ORDERS, {"customer_id": str(a_customer(acme)), "items": items, "order_date": None})
    order = data(answer, 201)
    assert b'"total_amount":8.90,' in answer.content
    assert [(item["product_id"], item["quantity"]) for item in order["orderItems"]] == [
        (str(cup), 3), (str(beans), 1), (str(cup), 1),
    ]  # fmt: skip
    assert (order["order_date"], order["status"]) == (order["createdAt"], "pending")
    assert {order[name] for name in ("shipping_address", "billing_address", "notes")} == {None}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"product_id": "P", "quantity": 1, "items": [{"product_id": "P", "quantity": 1}]}, {"items"}),
        ({"quantity": 1, "items": [{"product_id": "P", "quantity": 1}]}, {"items"}),
        ({}, {"product_id", "quantity"}), ({"product_id": "P"}, {"quantity"}), ({"quantity": 1}, {"product_id"}),
        ({"items": []}, {"items"}), ({"items": [{"product_id": "P"}]}, {"items.0.quantity"}),
        ({"items": [{"product_id": "P", "quantity": 1, "price": 1}]}, {"items.0.price"}),
        ({"items": [{"product_id": "P", "quantity": 1}] * 201}, {"items"}), ({"items": "P"}, {"items"}),
        ({"product_id": "P", "quantity": 0}, {"quantity"}), ({"product_id": "P", "quantity": 1.5}, {"quantity"}),
        ({"product_id": "P", "quantity": 10**40}, {"quantity"}), ({"product_id": "x", "quantity": 1}, {"product_id"}),
        ({"product_id": "P", "quantity": 101}, {"quantity"}), ({"product_id": "U", "quantity": 1}, {"product_id"}),
        ({"product_id": "F", "quantity": 1}, {"product_id"}), ({"product_id": "O", "quantity": 1}, {"product_id"}),
        ({"items": [{"product_id": "P", "quantity": 1}, {"product_id": "P", "quantity": 100}]}, {"items.0.quantity"}),
        ({"items": [{"product_id": "P", "quantity": 1}, {"product_id": "U", "quantity": 1}]}, {"items.1.product_id"}),
    ],
)  # fmt: skip
def test_what_cannot_be_ordered_is_named_in_the_form_that_was_sent(
    acme: World, rival: World, body: Any, fields: set[str]
) -> None:
    ids = {"P": str(a_product(acme)), "U": str(uuid4()), "F": str(a_product(rival)),
           "O": str(a_product(acme, status="discontinued"))}  # fmt: skip

    def named(part: Any) -> Any:
        if isinstance(part, list):
            return [named(one) for one in part]
        if isinstance(part, dict):
            return {key: named(one) for key, one in part.items()}
        return ids.get(part, part) if isinstance(part, str) else part

    customer = str(a_customer(acme))
    before = written(acme)
    assert set(complaints(acme.api.post(ORDERS, {"customer_id": customer, **named(body)}))) == fields
    assert written(acme) == before


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"status": "lost"}, "status"), ({"order_date": "yesterday"}, "order_date"),
        ({"order_date": "0001-01-01"}, "order_date"),
        ({"shipping_address": "x" * 501}, "shipping_address"), ({"billing_address": "a\0b"}, "billing_address"),
        ({"notes": "x" * 10_001}, "notes"), ({"colour": "red"}, "colour"), ({"total_amount": 5}, "total_amount"),
        ({"customer_id": "x"}, "customer_id"), ({"customer_id": str(uuid4())}, "customer_id"),
    ],
)  # fmt: skip
def test_a_bad_field_is_named(acme: World, sent: Any, field: str) -> None:
    order_id = an_order(acme)
    body = {"customer_id": str(a_customer(acme)), "product_id": str(a_product(acme)), "quantity": 1}
    before = written(acme)
    assert set(complaints(acme.api.post(ORDERS, {**body, **sent}))) == {field}
    assert set(complaints(acme.api.put(f"{ORDERS}/{order_id}", sent))) == {field}
    assert written(acme) == before


def test_customers_who_are_blocked_or_of_another_place_do_not_order(acme: World, rival: World) -> None:
    product = str(a_product(acme))
    for customer in (a_customer(acme, status="blocked"), a_customer(rival)):
        refused = acme.api.post(ORDERS, {"customer_id": str(customer), "product_id": product, "quantity": 1})
        assert set(complaints(refused)) == {"customer_id"}


def test_put_changes_what_is_sent_and_null_clears(acme: World) -> None:
    order_id = an_order(acme, notes="Rush", shipping_address="123 Main St")
    changed = data(
        acme.api.put(f"{ORDERS}/{order_id}", {"status": "shipped", "notes": None, "order_date": "2024-02-01"})
    )
    assert (changed["status"], changed["notes"], changed["shipping_address"], changed["order_date"]) == (
        "shipped", None, "123 Main St", "2024-02-01T00:00:00.000Z",
    )  # fmt: skip
    assert set(complaints(acme.api.put(f"{ORDERS}/{order_id}", {"status": "pending"}))) == {"status"}
    assert set(complaints(acme.api.put(f"{ORDERS}/{order_id}", {"order_date": None}))) == {"order_date"}
    assert set(complaints(acme.api.put(f"{ORDERS}/{order_id}", {"quantity": 3}))) == {"items"}


def test_what_is_ordered_changes_while_the_order_is_pending(acme: World) -> None:
    cup, beans = a_product(acme, units_in_stock=5), a_product(acme, units_in_stock=5)
    order_id = an_order(acme, None, (cup, 2))
    assert data(acme.api.put(f"{ORDERS}/{order_id}", {"quantity": 5}))["total_amount"] == 50
    assert set(complaints(acme.api.put(f"{ORDERS}/{order_id}", {"quantity": 6}))) == {"quantity"}
    items = [{"product_id": str(beans), "quantity": 1}, {"product_id": str(cup), "quantity": 1}]
    changed = data(acme.api.put(f"{ORDERS}/{order_id}", {"items": items}))
    assert [item["product_id"] for item in changed["orderItems"]] == [str(beans), str(cup)]
    assert stock(acme, cup, beans) == [4, 4]
    assert set(complaints(acme.api.put(f"{ORDERS}/{order_id}", {"quantity": 2}))) == {"items"}
    short = [items[0], {"product_id": str(cup), "quantity": 9}]
    assert set(complaints(acme.api.put(f"{ORDERS}/{order_id}", {"items": short}))) == {"items.1.quantity"}


def test_an_order_that_is_sent_back_as_it_was_read_stays_with_its_customer(acme: World) -> None:
    customer = a_customer(acme)
    order_id = an_order(acme, customer)
    assert data(acme.api.put(f"{ORDERS}/{order_id}", {"customer_id": str(customer)}))
    refused = acme.api.put(f"{ORDERS}/{order_id}", {"customer_id": str(a_customer(acme))})
    assert set(complaints(refused)) == {"customer_id"}


def test_a_deleted_order_is_gone_and_its_goods_are_back(acme: World) -> None:
    cup, customer = a_product(acme, units_in_stock=5), a_customer(acme)
    order_id = an_order(acme, customer, (cup, 2))
    deleted = acme.api.delete(f"{ORDERS}/{order_id}")
    assert (deleted.status_code, deleted.json()) == (200, {"success": True, "message": "Order deleted successfully"})
    assert (stock(acme, cup), bought(acme, customer)) == ([5], (0, 0))
    assert acme.api.get(ORDERS).json()["pagination"]["total"] == 0
    for verb in ("get", "put", "delete"):
        assert message(getattr(acme.api, verb)(f"{ORDERS}/{order_id}"), 404) == "Resource not found"


def test_orders_of_others_and_such_as_never_were_are_not_found(acme: World, rival: World, rehearsal: World) -> None:
    for id_ in (an_order(rival), an_order(rehearsal), uuid4(), "none"):
        for verb in ("get", "put", "delete"):
            assert message(getattr(acme.api, verb)(f"{ORDERS}/{id_}"), 404) == "Resource not found"


def test_of_a_deleted_customer_nothing_is_told(acme: World) -> None:
    customer = a_customer(acme, name="Jane Smith", email="jane@example.com", phone="+1234567890")
    order_id = an_order(acme, customer)
    with acme.scope():
        delete_contact(contact_id=customer)
    answer = acme.api.get(f"{ORDERS}/{order_id}")
    assert data(answer)["customer"] == {
        "id": str(customer), "name": "Deleted customer", "email": None, "phone": None, "company": None,
    }  # fmt: skip
    assert b"Jane" not in answer.content


def test_orders_are_filtered_and_sorted(acme: World, rival: World) -> None:
    cup, beans, ann, ben = a_product(acme), a_product(acme), a_customer(acme), a_customer(acme)
    first = str(an_order(acme, ann, (cup, 1), notes="Rush délivery", ordered_at="2024-01-15T00:00:00Z"))
    second = str(an_order(acme, ben, (beans, 5), (cup, 1), status="shipped", shipping_address="9 Harbour Rd"))
    an_order(rival, notes="Rush")

    def found(**asked: Any) -> list[str]:
        answer = acme.api.get(ORDERS, **asked)
        assert answer.status_code == 200, answer.content
        assert answer.json()["pagination"]["total"] == len(answer.json()["data"])
        return [order["id"] for order in answer.json()["data"]]

    assert found() == [second, first]
    assert found(search="DELIV rush") == [first]
    assert found(search="harb") == [second]
    assert found(search="ORD-") == found(search="???") == []
    assert found(status="pending") == found(customer_id=str(ann)) == [first]
    assert found(status="pending,shipped", product_id=str(cup)) == [second, first]
    assert found(product_id=str(beans)) == [second]
    assert found(customer_id=str(uuid4())) == found(product_id=str(uuid4())) == []
    assert found(sort="order_date") == found(sort="total_amount:asc") == [first, second]
    for asked, field in (
        ({"status": "lost"}, "status"), ({"customer_id": "x"}, "customer_id"), ({"product_id": "x"}, "product_id"),
        ({"sort": "notes"}, "sort"), ({"page": 0}, "page"),
    ):  # fmt: skip
        assert set(complaints(acme.api.get(ORDERS, **asked))) == {field}


def test_the_same_order_sent_twice_with_one_key_is_one_order(acme: World) -> None:
    cup = a_product(acme, units_in_stock=5)
    body = {"customer_id": str(a_customer(acme)), "product_id": str(cup), "quantity": 2}
    answers = [acme.api.post(ORDERS, body, headers={"Idempotency-Key": "one"}) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert stock(acme, cup) == [3]


def test_a_customer_with_orders_is_not_deleted(acme: World) -> None:
    customer = a_customer(acme)
    order_id = an_order(acme, customer, status="delivered")
    before = written(acme)
    assert message(acme.api.delete(f"{CUSTOMERS}/{customer}"), 409) == "This customer has orders."
    assert written(acme) == before
    acme.api.delete(f"{ORDERS}/{order_id}")
    assert acme.api.delete(f"{CUSTOMERS}/{customer}").status_code == 200
    assert acme.api.delete(f"{CUSTOMERS}/{customer}").status_code == 404


def test_keys_and_staff_need_the_grant_for_orders(acme: World) -> None:
    order_id = an_order(acme)
    reader, other = acme.key_with("crm:orders:read"), acme.key_with("crm:products:read", "crm:products:write")
    assert reader.get(ORDERS).status_code == 200
    assert message(reader.put(f"{ORDERS}/{order_id}", {}), 403)
    assert message(other.get(ORDERS), 403)
    assert staff_api(acme, "agent").put(f"{ORDERS}/{order_id}", {"notes": "Mine"}).status_code == 200
    assert message(staff_api(acme, "analyst").put(f"{ORDERS}/{order_id}", {}), 403)


def test_the_documents_own_example_is_an_order(acme: World) -> None:
    content = operations("dev")[f"POST {ORDERS}"]["requestBody"]["content"]
    ids = {"customer_id": str(a_customer(acme)), "product_id": str(a_product(acme))}
    assert data(acme.api.post(ORDERS, {**content["application/json"]["example"], **ids}), 201)


def test_a_body_of_ten_megabytes_is_refused(acme: World) -> None:
    before = written(acme)
    assert message(acme.api.post(ORDERS, {"notes": "x" * (10 * 1024 * 1024)}), 413)
    assert written(acme) == before


@pytest.mark.parametrize("body", [b"null", b"[]", b'"items"', b"7", b""])
def test_what_is_no_object_is_refused(acme: World, body: bytes) -> None:
    order = an_order(acme)
    for verb, path in (("post", ORDERS), ("put", f"{ORDERS}/{order}")):
        answer = getattr(acme.api.client, verb)(path, body, content_type="application/json")
        assert answer.status_code == 400 or (verb == "put" and not body), answer.content
