from collections.abc import Mapping, Sequence
from typing import Unpack
from uuid import UUID

from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.orders.errors import ItemsFixed, OtherCustomer, SeveralItems
from crm.orders.events import OrderDeleted, OrderUpdated
from crm.orders.models import Order, OrderLine, OrderStatus, Product
from crm.orders.selectors import lines_of
from crm.orders.services.approvals import mind_approval, recall_with, release_for
from crm.orders.services.locking import locked_order
from crm.orders.services.moving import follow_status
from crm.orders.services.purchases import recount_purchases
from crm.orders.services.stock import Units, difference, locked_products, take, take_for
from crm.orders.services.writing import (
    Changes,
    Item,
    OrderValues,
    ensure_countable,
    ensure_may_move,
    lines_for,
    spelt,
    units_held,
    write_amounts,
    write_fields,
)


@atomic
def change_order(
    *,
    order_id: UUID,
    customer_id: UUID | None = None,
    items: Sequence[Item] | None = None,
    product_id: UUID | None = None,
    quantity: int | None = None,
    **values: Unpack[OrderValues],
) -> Order:
    """Write an order; what is not given stays. While it is pending its items and its discount may change, and stock
    with them; what it has already keeps its price. `product_id` or `quantity` alone is about its only item. While it
    waits for approval it can only be cancelled.

    Raises OrderNotFound, OtherCustomer, RecordLocked, ItemsFixed, SeveralItems, UnknownProduct, ProductNotForSale,
    StockShort, DiscountTooLarge, OrderTooLarge, IllegalOrderMove, ApprovalNeeded, Invalid.
    """
    order = locked_order(order_id)
    before, status, ordered_at = order.status, values.get("status", order.status), order.ordered_at
    _ensure_open_to(order, status, customer_id)
    present = list(lines_of(order.pk))
    held = units_held(before, present)
    changes = write_fields(order, values)
    wanted = _wanted(present, items, product_id, quantity)
    products = _products_for(held, wanted) if wanted != _items_of(present) or status == OrderStatus.CANCELLED else {}
    lines = _rewritten(order, present, wanted, products, changes)
    take_for(lines, difference(held, units_held(status, lines)), products)
    if changes or status != before:
        order.status, order.updated_at = status, now()
        order.save()
        recount_purchases([order.customer_id])
    if changes:
        record(OrderUpdated(
            order_id=order.id, contact_id=order.customer_id, total=order.digits(order.total), currency=order.currency,
            formerly_ordered_at=ordered_at.isoformat() if ordered_at != order.ordered_at else "",
        ), changes=changes)  # fmt: skip
    follow_status(order, lines, before=before)
    if not changes.keys().isdisjoint(("total", "discount")):
        mind_approval(order, lines)
    return order


@atomic
def delete_order(*, order_id: UUID) -> None:
    """The order disappears from every list. What it holds goes back to stock, unless it has left the house: a record
    that is deleted brings no goods back. Raises OrderNotFound.
    """
    order = locked_order(order_id)
    recall_with(order, "deleted")
    order.deleted_at = order.updated_at = now()
    order.save(update_fields=["deleted_at", "updated_at"])
    if order.is_open:
        held = units_held(order.status, lines_of(order.pk))
        locked_products(held)
        take(difference(held, {}))
    recount_purchases([order.customer_id])
    record(OrderDeleted(
        order_id=order.id, contact_id=order.customer_id, status=order.status, total=order.digits(order.total),
        currency=order.currency,
    ))  # fmt: skip


def _ensure_open_to(order: Order, status: str, customer_id: UUID | None) -> None:
    """Raises OtherCustomer, RecordLocked, IllegalOrderMove, Invalid."""
    if customer_id not in (None, order.customer_id):
        raise OtherCustomer
    release_for(order, status)
    ensure_may_move(order, status)


def _wanted(
    present: Sequence[OrderLine], items: Sequence[Item] | None, product_id: UUID | None, quantity: int | None
) -> list[Item]:
    """The items that the order is to have. Raises SeveralItems."""
    if items is not None:
        return list(items)
    if product_id is None and quantity is None:
        return _items_of(present)
    if len(present) > 1:
        raise SeveralItems
    return [Item(product_id=product_id or present[0].product_id, quantity=quantity or present[0].quantity)]


def _products_for(held: Units, wanted: Sequence[Item]) -> dict[UUID, Product]:
    """The products that the order has and is to have, under their locks."""
    return locked_products(held.keys() | {item["product_id"] for item in wanted})


def _items_of(lines: Sequence[OrderLine]) -> list[Item]:
    return [Item(product_id=line.product_id, quantity=line.quantity) for line in lines]


def _rewritten(
    order: Order, present: list[OrderLine], wanted: Sequence[Item], products: Mapping[UUID, Product], changes: Changes
) -> list[OrderLine]:
    """The order's lines as they are wanted, saved, and what it comes to; `changes` tells of both. Raises ItemsFixed."""
    other = wanted != _items_of(present)
    if not other and "discount" not in changes:
        return present
    if order.status != OrderStatus.PENDING:
        raise ItemsFixed(field="items" if other else "discount")
    ensure_countable(wanted)
    told, total = spelt(present), order.total
    lines = lines_for(order, wanted, products, present)
    write_amounts(order, lines)
    OrderLine.objects.filter(order_id=order.pk).delete()
    OrderLine.objects.bulk_create(lines)
    changes |= {"items": (told, spelt(lines))} if other else {}
    changes |= {"total": (order.digits(total), order.digits(order.total))} if total != order.total else {}
    return lines
