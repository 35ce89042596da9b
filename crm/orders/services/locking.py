from uuid import UUID

from crm.orders.errors import OrderNotFound
from crm.orders.models import Order
from crm.orders.selectors import order_by_id
from crm.orders.services.customers import hold_customers


def locked_order(order_id: UUID) -> Order:
    """A living order under its lock, and before it that of its customer. Raises OrderNotFound."""
    whose = _customer_of(order_id)
    hold_customers([whose])
    order = Order.objects.for_update().filter(pk=order_id, deleted_at=None).first()
    if order is None:
        raise OrderNotFound
    if order.customer_id != whose:
        # They were merged into somebody while we waited.
        hold_customers([order.customer_id])
    return order


def _customer_of(order_id: UUID) -> UUID:
    whose: UUID | None = order_by_id(order_id).values_list("customer_id", flat=True).first()
    if whose is None:
        raise OrderNotFound
    return whose
