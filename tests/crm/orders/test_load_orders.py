"""Many delivered orders at once: exact amounts, real days, nothing twice."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from crm.kernel.errors import Invalid
from crm.orders.models import Invoice, Order
from crm.orders.services import OrderRow, delete_order, load_orders, refund_order
from crm.organisations.models import Organisation
from tests.builders import a_customer, a_product
from tests.cast import World
from tests.crm.orders.shop import bought, lines, order_of, stock
from tests.dialects.traces import latest_events, written

pytestmark = pytest.mark.django_db


def rows_of(world: World, number: int = 3) -> list[OrderRow]:
    customer, product = a_customer(world), a_product(world, name="Record", sku="R")
    return [
        OrderRow(f"shop:{n}", customer, product, datetime(1997, 1, n, tzinfo=UTC), 3, Decimal("10.00"))
        for n in range(1, number + 1)
    ]


def load(world: World, rows: list[OrderRow]) -> int:
    with world.scope():
        number = load_orders(rows)
        connection.check_constraints()
    return number


def test_orders_come_with_their_days_and_exact_amounts(acme: World) -> None:
    rows = rows_of(acme)
    assert load(acme, rows) == 3
    with acme.scope():
        orders = list(Order.objects.order_by("number"))
    assert [(order.reference, order.ordered_at, order.total, order.status) for order in orders] == [
        (row.reference, row.ordered_at, row.amount, "delivered") for row in rows
    ]
    (line,) = lines(acme, orders[0].pk)
    assert (line.name, line.sku, line.quantity) == ("Record", "R", 3)
    assert (line.unit_price, line.discount, line.total) == (Decimal("3.34"), Decimal("0.02"), Decimal("10.00"))
    assert bought(acme, rows[0].customer_id) == (3, 30)


def test_loading_takes_no_stock_and_issues_no_invoices(acme: World) -> None:
    rows = rows_of(acme)
    load(acme, rows)
    assert stock(acme, rows[0].product_id) == [100]
    with acme.scope():
        assert not Invoice.objects.exists()


def test_one_event_tells_of_all_by_day(acme: World) -> None:
    rows = rows_of(acme)
    load(acme, [*rows, replace(rows[0], reference="shop:again", amount=Decimal("0.50"))])
    assert not latest_events(acme, "order.created", "order.delivered")
    (event,) = latest_events(acme, "orders.loaded")
    assert event.payload["per_day"] == {"1997-01-01": 2, "1997-01-02": 1, "1997-01-03": 1}
    assert event.payload["total_per_day"] == {"1997-01-01": "10.50", "1997-01-02": "10.00", "1997-01-03": "10.00"}
    assert "contact_ids" not in event.payload


def test_what_is_there_is_not_loaded_again_not_even_when_it_was_deleted(acme: World, rival: World) -> None:
    rows = rows_of(acme)
    load(acme, rows[:2])
    with acme.scope():
        delete_order(order_id=Order.objects.get(reference="shop:1").pk)
    before = written(acme)
    assert load(acme, rows[:2]) == 0
    assert written(acme) == before
    assert load(acme, rows) == 1
    assert load(rival, rows_of(rival)) == 3


def test_a_bad_row_among_good_ones_loads_nothing(acme: World) -> None:
    rows = rows_of(acme)
    before = written(acme)
    for bad, error in (
        (replace(rows[1], amount=Decimal("10.001")), Invalid),
        (replace(rows[1], customer_id=rows[1].product_id), IntegrityError),
        (replace(rows[1], reference=rows[0].reference), IntegrityError),
    ):
        with pytest.raises(error), transaction.atomic():
            load(acme, [rows[0], bad, rows[2]])
    assert written(acme) == before


def test_amounts_are_in_the_organisations_currency(acme: World) -> None:
    Organisation.objects.filter(pk=acme.organisation.pk).update(currency="JPY")
    rows = [replace(row, amount=Decimal(1000)) for row in rows_of(acme, 1)]
    load(acme, rows)
    with acme.scope():
        order = Order.objects.get()
    assert (order.currency, lines(acme, order.pk)[0].unit_price, order.discount) == ("JPY", 334, 2)


def test_what_was_loaded_can_be_refunded_to_the_cent(acme: World) -> None:
    load(acme, rows_of(acme, 1))
    with acme.scope():
        order = Order.objects.get()
    (line,) = lines(acme, order.pk)
    with acme.scope():
        amounts = [refund_order(order_id=order.pk, items=[{"id": line.pk, "quantity": 1}]).amount for _ in range(3)]
    assert sum(amounts) == order_of(acme, order.pk).refunded == Decimal("10.00")
