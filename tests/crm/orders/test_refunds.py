"""Money goes back: by item, by amount, in full; many refunds add up to the order exactly."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.kernel.clock import now
from crm.kernel.errors import DomainError, Invalid
from crm.orders.errors import NothingToRefund, NotRefundable, RefundTooLarge, UnknownLine
from crm.orders.models import Order, OrderLine, Refund, RefundLine
from crm.orders.selectors import refunds_of
from crm.orders.services import delete_order
from tests.builders import a_customer, a_product, an_order
from tests.cast import World
from tests.crm.orders.shop import bought, lines, order_of, refund, stock
from tests.dialects.traces import latest_events, written

pytestmark = pytest.mark.django_db


def crooked(world: World, customer: UUID | None = None, **more: Any) -> UUID:
    """A delivered order whose tax and discount do not divide: 3, 1 and 7 pieces for 99.90 less 10.00, taxed apart."""
    products = [
        a_product(world, price=Decimal("9.99"), tax_rate=Decimal(19)), a_product(world, price=Decimal("48.86")),
        a_product(world, price=Decimal("3.01"), tax_rate=Decimal(7)),
    ]  # fmt: skip
    wanted = zip(products, (3, 1, 7), strict=True)
    return an_order(world, customer, *wanted, **{"status": "delivered", "discount": Decimal("10.00"), **more})


def items(*parts: tuple[OrderLine, int]) -> list[dict[str, Any]]:
    return [{"id": line.pk, "quantity": quantity} for line, quantity in parts]


def test_one_line_and_then_the_rest_is_the_whole_order(acme: World) -> None:
    customer = a_customer(acme)
    order_id = crooked(acme, customer)
    order, (first, *_rest) = order_of(acme, order_id), lines(acme, order_id)
    one = refund(acme, order_id, items=items((first, 3)))
    assert (one.amount, one.tax) == (first.total, first.tax)
    rest = refund(acme, order_id)
    assert (one.amount + rest.amount, one.tax + rest.tax) == (order.total, order.tax)
    assert bought(acme, customer) == (1, 0)
    with pytest.raises(NothingToRefund):
        refund(acme, order_id)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_refunds_in_any_order_and_of_any_kind_add_up_to_the_whole(acme: World, data: Any) -> None:
    order_id = crooked(acme)
    while True:
        order, left = order_of(acme, order_id), [line for line in lines(acme, order_id) if line.left_quantity]
        kind = data.draw(st.sampled_from(["items", "amount", "rest"])) if left and order.is_refundable else "rest"
        try:
            if kind == "items":
                line = data.draw(st.sampled_from(left))
                refund(acme, order_id, items=items((line, data.draw(st.integers(1, line.left_quantity)))))
            elif kind == "amount":
                cents = int((order.total - order.refunded) * 100)
                refund(acme, order_id, amount=Decimal(data.draw(st.integers(1, cents))) / 100)
            else:
                refund(acme, order_id)
        except NothingToRefund:
            if kind == "rest":
                break
    sums_are_right(acme, order_id)
    assert order_of(acme, order_id).refunded == order_of(acme, order_id).total


def sums_are_right(world: World, order_id: UUID) -> None:
    """What orders and lines keep is what the rows of the refunds say, and the tax that went back is all of it."""
    order, kept = order_of(world, order_id), {line.pk: line for line in lines(world, order_id)}
    with world.scope():
        made = list(Refund.objects.filter(order_id=order_id))
        parts = list(RefundLine.objects.filter(refund__order_id=order_id))
    assert sum(one.amount for one in made) == sum(part.amount for part in parts) == order.refunded
    assert sum(one.tax for one in made) == sum(part.tax for part in parts)
    for pk, line in kept.items():
        own = [part for part in parts if part.line_id == pk]
        assert sum(part.amount for part in own) == line.refunded <= line.total
        assert sum(part.tax for part in own) == line.refunded_tax <= line.tax
        assert sum(part.quantity for part in own) == line.refunded_quantity <= line.quantity
        assert line.refunded < line.total or line.refunded_tax == line.tax


def test_thirds_of_a_line_are_rounded_so_that_they_add_up(acme: World) -> None:
    order_id = an_order(
        acme, None, (a_product(acme, price=Decimal("3.33")), 3), status="shipped", discount=Decimal("0.01")
    )
    (line,) = lines(acme, order_id)
    amounts = [refund(acme, order_id, items=items((line, 1))).amount for _ in range(3)]
    assert (amounts, sum(amounts)) == ([Decimal("3.33"), Decimal("3.32"), Decimal("3.33")], Decimal("9.98"))


def test_an_amount_is_shared_out_over_the_lines_by_what_is_left_of_each(acme: World) -> None:
    order_id = an_order(acme, None, (a_product(acme, price=Decimal(30)), 1), (a_product(acme), 1), status="shipped")
    refund(acme, order_id, amount=Decimal("10.00"))
    assert [line.refunded for line in lines(acme, order_id)] == [Decimal("7.50"), Decimal("2.50")]
    assert [line.refunded_quantity for line in lines(acme, order_id)] == [0, 0]
    # The goods come back later: what they came to, less what went back without them.
    dear, _cheap = lines(acme, order_id)
    assert refund(acme, order_id, items=items((dear, 1))).amount == Decimal("22.50")


def test_goods_that_come_back_are_in_stock_again(acme: World) -> None:
    beans, cups = a_product(acme, units_in_stock=10), a_product(acme, units_in_stock=10)
    order_id = an_order(acme, None, (beans, 4), (cups, 2), (beans, 1), status="delivered")
    first, second, third = lines(acme, order_id)
    refund(acme, order_id, items=items((first, 3), (third, 1)), restock=True)
    assert stock(acme, beans, cups) == [9, 8]
    refund(acme, order_id, items=items((second, 1)))
    assert stock(acme, beans, cups) == [9, 8]
    refund(acme, order_id, restock=True)
    assert stock(acme, beans, cups) == [10, 9]


def test_a_refund_bears_the_number_of_its_credit_note_its_reason_and_who_made_it(acme: World) -> None:
    order_id = crooked(acme)
    made = refund(acme, order_id, amount=Decimal("5.00"), reason="  Came late ")
    assert (made.number, made.reason, made.restocked) == (f"CRN-{now().year}-000001", "Came late", False)
    assert (made.actor_kind, made.actor_id) == ("job", "test")
    with acme.scope():
        assert list(refunds_of(order_id)) == [made]


def test_a_refund_is_told_with_what_went_back_in_all(acme: World) -> None:
    customer = a_customer(acme)
    order_id = crooked(acme, customer)
    order = order_of(acme, order_id)
    first, last = refund(acme, order_id, amount=Decimal("40.00")), refund(acme, order_id)
    told, before = (event.payload for event in latest_events(acme, "order.refunded"))
    assert before == {
        "order_id": str(order_id), "contact_id": str(customer), "refund_id": str(first.pk), "amount": "40.00",
        "net": order.digits(first.net), "refunded_net": order.digits(first.net),
        "order_net": order.digits(order.net), "currency": "USD",
    }  # fmt: skip
    assert (told["net"], told["refunded_net"]) == (order.digits(last.net), order.digits(order.net))


@pytest.mark.parametrize("status", ["pending", "processing", "cancelled"])
def test_money_goes_back_for_what_was_sent_only(acme: World, status: str) -> None:
    with pytest.raises(NotRefundable):
        refund(acme, an_order(acme, status=status))


def test_an_order_that_cost_nothing_has_nothing_to_give_back(acme: World) -> None:
    order_id = an_order(acme, None, (a_product(acme, price=Decimal(0)), 1), status="delivered")
    for way in ({}, {"items": items((lines(acme, order_id)[0], 1))}, {"amount": Decimal(1)}):
        with pytest.raises(NothingToRefund):
            refund(acme, order_id, **way)


@pytest.mark.parametrize(
    ("way", "error", "field"),
    [
        ({"amount": Decimal("104.30")}, RefundTooLarge, "amount"), ({"amount": Decimal(0)}, Invalid, "amount"),
        ({"amount": Decimal(-1)}, Invalid, "amount"), ({"amount": Decimal("0.001")}, Invalid, "amount"),
        ({"amount": Decimal(10**15)}, RefundTooLarge, "amount"), ({"items": []}, Invalid, "items"),
        ({"items": [(0, 4)]}, RefundTooLarge, "items.0.quantity"),
        ({"items": [(0, 0)]}, RefundTooLarge, "items.0.quantity"),
        ({"items": [(0, 10**30)]}, RefundTooLarge, "items.0.quantity"),
        ({"items": [(1, 1), (None, 1)]}, UnknownLine, "items.1.id"),
        ({"items": [(0, 1), (0, 1)]}, UnknownLine, "items.1.id"),
        ({"items": [(0, 1)], "amount": Decimal(1)}, Invalid, "amount"),
        ({"amount": Decimal(1), "restock": True}, Invalid, "restock"), ({"reason": "x" * 501}, Invalid, "reason"),
        ({"reason": "a\0b"}, Invalid, "reason"),
    ],
)  # fmt: skip
def test_what_cannot_go_back_is_refused_and_nothing_is_written(
    acme: World, way: Any, error: type[DomainError], field: str
) -> None:
    order_id = crooked(acme)
    known = lines(acme, order_id)
    if "items" in way:
        way = way | {"items": [
            {"id": uuid4() if at is None else known[at].pk, "quantity": number} for at, number in way["items"]
        ]}  # fmt: skip
    before = written(acme)
    with pytest.raises(error) as refused:
        refund(acme, order_id, **way)
    assert [complaint.field for complaint in refused.value.complaints] == [field]
    assert (written(acme), order_of(acme, order_id).refunded) == (before, 0)


def test_the_items_of_another_order_are_unknown(acme: World) -> None:
    order_id, other = crooked(acme), crooked(acme)
    with pytest.raises(UnknownLine):
        refund(acme, order_id, items=items((lines(acme, other)[0], 1)))


def test_a_deleted_orders_refunds_are_not_shown(acme: World) -> None:
    order_id = crooked(acme)
    refund(acme, order_id)
    with acme.scope():
        delete_order(order_id=order_id)
        assert not refunds_of(order_id).exists()


def test_the_database_itself_lets_no_more_go_back_than_was_paid(acme: World) -> None:
    order_id = crooked(acme)
    with acme.scope():
        for rows, values in (
            (Order.objects.filter(pk=order_id), {"refunded": Decimal(10**6)}),
            (OrderLine.objects.filter(order_id=order_id), {"refunded": Decimal(10**6)}),
            (OrderLine.objects.filter(order_id=order_id), {"refunded_quantity": 8}),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.update(**values)
