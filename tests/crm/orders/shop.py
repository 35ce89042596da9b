"""What the tests of orders look at: rows as they are stored, in whichever place."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from crm.orders.models import Order, OrderLine, Product, Purchases
from crm.orders.selectors import lines_of, purchases_of
from crm.orders.services import change_order, delete_order, refund_order
from tests.cast import World


def order_of(world: World, order_id: UUID) -> Order:
    """The order's row, whatever became of it."""
    with world.scope():
        return Order.objects.get(pk=order_id)


def lines(world: World, order_id: UUID) -> list[OrderLine]:
    with world.scope():
        return list(lines_of(order_id))


def stock(world: World, *product_ids: UUID) -> list[int]:
    with world.scope():
        products = Product.objects.in_bulk(product_ids)
    return [products[id_].units_in_stock for id_ in product_ids]


def bought(world: World, contact_id: UUID) -> tuple[int, Decimal]:
    """How many orders count of a customer, and what they spent."""
    with world.scope():
        purchases: Purchases = purchases_of(contact_id)
    return purchases.number, purchases.spent


def change(world: World, order_id: UUID, **values: Any) -> Order:
    with world.scope():
        return change_order(order_id=order_id, **values)


def delete(world: World, order_id: UUID) -> None:
    with world.scope():
        delete_order(order_id=order_id)


def refund(world: World, order_id: UUID, **values: Any) -> Any:
    with world.scope():
        return refund_order(order_id=order_id, **values)


def new_number() -> str:
    """In place of the next number of a series, where numbers that wait for each other would be a guard, too."""
    return f"T-{uuid4().hex[:12]}"
