"""Orders are placed: prices of the day, stock, numbers, refusals."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from crm.contacts.services import delete_contact, update_customer
from crm.kernel.clock import now
from crm.kernel.errors import DomainError, Invalid
from crm.orders.errors import (
    CustomerBlocked,
    DiscountTooLarge,
    OrderTooLarge,
    ProductNotForSale,
    StockShort,
    UnknownCustomer,
    UnknownProduct,
)
from crm.orders.models import OrderStatus
from crm.orders.services import change_product, delete_product, place_order
from tests.builders import a_customer, a_product, an_order
from tests.cast import World
from tests.crm.orders.shop import bought, lines, order_of, stock
from tests.dialects.traces import latest_events, written

pytestmark = pytest.mark.django_db


def test_an_order_copies_name_sku_and_price_of_its_day(acme: World) -> None:
    product = a_product(acme, name="Espresso", sku="E-1", price=Decimal("12.50"), tax_rate=Decimal(20))
    order_id = an_order(acme, None, (product, 3))
    with acme.scope():
        change_product(product_id=product, name="Ristretto", price=Decimal(99), sku="R-1")
    (line,) = lines(acme, order_id)
    assert (line.name, line.sku, line.quantity, line.unit_price) == ("Espresso", "E-1", 3, Decimal("12.50"))
    order = order_of(acme, order_id)
    assert (order.subtotal, order.tax, order.total, order.currency) == (Decimal("37.50"), Decimal("7.50"), 45, "USD")
    assert (order.status, order.ordered_at) == (OrderStatus.PENDING, order.created_at)


def test_orders_are_numbered_without_gaps_in_each_place(acme: World, rival: World, rehearsal: World) -> None:
    year = now().year
    for world in (acme, rival, rehearsal):
        numbers = [order_of(world, an_order(world)).number for _ in range(2)]
        assert numbers == [f"ORD-{year}-000001", f"ORD-{year}-000002"]


def test_several_lines_may_be_of_one_product_and_stock_is_taken_once_for_all(acme: World) -> None:
    beans, cups = a_product(acme, units_in_stock=10), a_product(acme, units_in_stock=5)
    order_id = an_order(acme, None, (beans, 4), (cups, 5), (beans, 6))
    assert [(line.product_id, line.quantity) for line in lines(acme, order_id)] == [(beans, 4), (cups, 5), (beans, 6)]
    assert stock(acme, beans, cups) == [0, 0]


def test_what_is_short_is_named_and_nothing_is_taken(acme: World) -> None:
    plenty, few, none = (
        a_product(acme),
        a_product(acme, name="Cup", units_in_stock=3),
        a_product(acme, units_in_stock=0),
    )
    before = written(acme)
    with pytest.raises(StockShort) as refused:
        an_order(acme, a_customer(acme), (plenty, 1), (few, 2), (few, 2), (none, 1))
    told = {complaint.field: str(complaint.message) for complaint in refused.value.complaints}
    assert told.keys() == {"items.1.quantity", "items.3.quantity"}
    assert told["items.1.quantity"] == "Only 3 of Cup are in stock."
    assert stock(acme, plenty, few, none) == [100, 3, 0]
    assert {**written(acme), "Customer": 0, "Contact": 0, "Event": 0} == {
        **before, "Customer": 0, "Contact": 0, "Event": 0,
    }  # fmt: skip


@pytest.mark.parametrize("status", OrderStatus.values)
def test_any_status_is_allowed_at_the_beginning_and_only_a_cancelled_order_takes_nothing(
    acme: World, status: str
) -> None:
    product, customer = a_product(acme, units_in_stock=9), a_customer(acme)
    an_order(acme, customer, (product, 4), status=status)
    cancelled = status == "cancelled"
    assert stock(acme, product) == [9 if cancelled else 5]
    assert bought(acme, customer) == ((0, 0) if cancelled else (1, 40))
    assert len(latest_events(acme, "order.delivered")) == (status == "delivered")
    assert len(latest_events(acme, "invoice.issued")) == (status in ("shipped", "delivered"))
    assert [event.payload["status"] for event in latest_events(acme, "order.created")] == [status]


def test_what_is_delivered_is_told_with_what_it_came_to(acme: World) -> None:
    product, customer = a_product(acme, price=Decimal("9.99"), tax_rate=Decimal(10)), a_customer(acme)
    order = order_of(acme, an_order(acme, customer, (product, 2), status="delivered", discount=Decimal("0.98")))
    assert latest_events(acme, "order.delivered")[0].payload == {
        "order_id": str(order.pk), "contact_id": str(customer), "total": "20.90", "net": "19.00", "currency": "USD",
        "ordered_at": order.ordered_at.isoformat(),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "error"),
    [("active", None), ("inactive", None), ("blocked", CustomerBlocked), ("deleted", UnknownCustomer)],
)
def test_blocked_and_deleted_customers_do_not_order(acme: World, status: str, error: type[DomainError] | None) -> None:
    customer = a_customer(acme)
    with acme.scope():
        if status == "deleted":
            delete_contact(contact_id=customer)
        else:
            update_customer(contact_id=customer, status=status)
    if error is None:
        assert an_order(acme, customer)
        return
    with pytest.raises(error) as refused:
        an_order(acme, customer)
    assert [complaint.field for complaint in refused.value.complaints] == ["customer_id"]


def test_customers_and_products_of_another_place_are_unknown(acme: World, rival: World, rehearsal: World) -> None:
    for stranger in (rival, rehearsal):
        with pytest.raises(UnknownCustomer):
            an_order(acme, a_customer(stranger))
        with pytest.raises(UnknownProduct) as refused:
            an_order(acme, None, (a_product(acme), 1), (a_product(stranger), 1))
        assert refused.value.complaints[0].field == "items.1.product_id"
    with pytest.raises(UnknownCustomer):
        an_order(acme, uuid4())


def test_what_is_deleted_is_unknown_and_what_is_not_active_is_not_for_sale(acme: World) -> None:
    gone = a_product(acme)
    with acme.scope():
        delete_product(product_id=gone)
    with pytest.raises(UnknownProduct):
        an_order(acme, None, (gone, 1))
    for status in ("inactive", "discontinued"):
        with pytest.raises(ProductNotForSale):
            an_order(acme, None, (a_product(acme, status=status), 1))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"status": "lost"}, "status"), ({"discount": Decimal(-1)}, "discount"),
        ({"discount": Decimal("0.001")}, "discount"),
        ({"shipping_address": "x" * 501}, "shipping_address"), ({"notes": "x" * 10_001}, "notes"),
        ({"billing_address": "a\0b"}, "billing_address"), ({"notes": "a\0b"}, "notes"),
        ({"ordered_at": None}, "ordered_at"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_written(acme: World, values: Any, field: str) -> None:
    customer, product = a_customer(acme), a_product(acme)
    before = written(acme)
    with pytest.raises(Invalid) as refused:
        an_order(acme, customer, (product, 1), **values)
    assert [complaint.field for complaint in refused.value.complaints] == [field]
    assert written(acme) == before
    assert stock(acme, product) == [100]


def test_a_discount_may_take_all_of_it_and_not_more(acme: World) -> None:
    product = a_product(acme, price=Decimal("9.99"))
    assert order_of(acme, an_order(acme, None, (product, 3), discount=Decimal("29.97"))).total == 0
    with pytest.raises(DiscountTooLarge):
        an_order(acme, None, (product, 3), discount=Decimal("29.98"))


@pytest.mark.parametrize("quantity", [0, -1, 1_000_001, 10**30])
def test_a_quantity_is_a_number_from_one_to_a_million(acme: World, quantity: int) -> None:
    with pytest.raises(Invalid) as refused:
        an_order(acme, None, (a_product(acme), 1), (a_product(acme), quantity))
    assert [complaint.field for complaint in refused.value.complaints] == ["items.1.quantity"]


@pytest.mark.parametrize("number", [0, 201])
def test_an_order_has_one_to_two_hundred_items(acme: World, number: int) -> None:
    product, customer = a_product(acme, units_in_stock=1_000), a_customer(acme)
    items: Any = [{"product_id": product, "quantity": 1}] * number
    with acme.scope(), pytest.raises(Invalid):
        place_order(customer_id=customer, items=items)
    with acme.scope():
        place_order(customer_id=customer, items=[{"product_id": product, "quantity": 1}] * 200)
    assert stock(acme, product) == [800]


def test_an_order_that_comes_to_more_than_can_be_kept_is_refused(acme: World) -> None:
    dear = a_product(acme, price=Decimal(1_000_000_000), units_in_stock=10**9)
    assert order_of(acme, an_order(acme, None, (dear, 1_000))).total == 10**12
    with pytest.raises(OrderTooLarge):
        an_order(acme, None, (dear, 1_000), (dear, 1))


def test_texts_are_trimmed_and_none_is_an_empty_one(acme: World) -> None:
    order = order_of(acme, an_order(acme, notes="  Rush  ", shipping_address=None))
    assert (order.notes, order.shipping_address) == ("Rush", "")
