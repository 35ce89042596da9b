from collections.abc import Sequence
from typing import Unpack
from uuid import UUID

from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.orders.events import OrderCreated
from crm.orders.models import Order, OrderLine, OrderStatus, Series
from crm.orders.services.approvals import mind_approval
from crm.orders.services.customers import ordering_customer
from crm.orders.services.moving import follow_status
from crm.orders.services.numbering import next_numbers
from crm.orders.services.purchases import recount_purchases
from crm.orders.services.stock import locked_products, take_for
from crm.orders.services.writing import (
    Item,
    OrderValues,
    ensure_countable,
    ensure_status,
    lines_for,
    units_held,
    write_amounts,
    write_fields,
)
from crm.organisations.selectors import organisation_of_scope


@atomic
def place_order(*, customer_id: UUID, items: Sequence[Item], **values: Unpack[OrderValues]) -> Order:
    """A customer's order, at today's prices; what it holds is taken from stock, unless it is written down as cancelled.
    It may begin in any status (where-they-meet.md); one that needs approval begins as pending, and waits.

    Raises UnknownCustomer, CustomerBlocked, UnknownProduct, ProductNotForSale, StockShort, DiscountTooLarge,
    OrderTooLarge, ApprovalNeeded, Invalid.
    """
    organisation = organisation_of_scope()
    order = Order(ordered_at=now(), currency=organisation.currency, created_at=now(), updated_at=now())
    order.status = values.get("status") or OrderStatus.PENDING
    ensure_status(order.status)
    ensure_countable(items)
    write_fields(order, values)
    order.customer = ordering_customer(customer_id)
    products = locked_products(item["product_id"] for item in items)
    lines = lines_for(order, items, products)
    write_amounts(order, lines)
    take_for(lines, units_held(order.status, lines), products)
    (order.number,) = next_numbers(Series.ORDER, organisation)
    order.save(force_insert=True)
    OrderLine.objects.bulk_create(lines)
    recount_purchases([customer_id])
    record(OrderCreated(
        order_id=order.id, contact_id=customer_id, status=order.status, total=order.digits(order.total),
        currency=order.currency,
    ))  # fmt: skip
    follow_status(order, lines)
    mind_approval(order, lines)
    return order
