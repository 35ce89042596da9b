"""What follows from where an order stands."""

from collections.abc import Sequence

from crm.kernel.events import record
from crm.orders.events import OrderDelivered, OrderStatusChanged
from crm.orders.models import Order, OrderLine, OrderStatus
from crm.orders.services.invoices import issued


def follow_status(order: Order, lines: Sequence[OrderLine], *, before: str | None = None) -> None:
    """Of a saved order that came from the status `before`, or is new: its goods are on their way with an invoice, and
    that they arrived is told, once.
    """
    if order.status == before:
        return
    if before is not None:
        record(OrderStatusChanged(
            order_id=order.id, contact_id=order.customer_id, from_status=before, to_status=order.status,
        ), changes={"status": (before, order.status)})  # fmt: skip
    if order.is_sent:
        issued(order, lines)
    if order.status == OrderStatus.DELIVERED:
        record(OrderDelivered(
            order_id=order.id, contact_id=order.customer_id, total=order.digits(order.total),
            net=order.digits(order.net), currency=order.currency, ordered_at=order.ordered_at,
        ))  # fmt: skip
