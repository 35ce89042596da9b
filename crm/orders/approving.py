"""Orders among what may need approval; crm/approvals/kinds.py."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.approvals.kinds import Kind, register_kind
from crm.kernel.money import spelt_out
from crm.orders.models import Order, OrderStatus
from crm.orders.selectors import lines_of
from crm.orders.services import change_order
from crm.orders.services.approvals import ORDER
from crm.orders.services.locking import locked_order


def snapshot(order_id: UUID) -> Mapping[str, Any] | None:
    """What is agreed to: what is ordered, and what it comes to."""
    order = Order.objects.filter(pk=order_id, deleted_at=None).defer("words", "search").first()
    if order is None:
        return None
    items = [{"product_id": str(line.product_id), "name": line.name, "quantity": line.quantity,
              "unit_price": order.digits(line.unit_price)} for line in lines_of(order_id)]  # fmt: skip
    return {
        "status": order.status, "currency": order.currency, "discount": order.digits(order.discount),
        "total": order.digits(order.total), "items": items,
    }  # fmt: skip


def hold(order_id: UUID) -> None:
    locked_order(order_id)


def carry_out(order_id: UUID, approved: bool) -> None:
    """An order that is agreed to goes to work; one that is not is cancelled, and its goods go back to stock."""
    change_order(order_id=order_id, status=OrderStatus.PROCESSING if approved else OrderStatus.CANCELLED)


def told(reference: str, said: Mapping[str, Any]) -> str:
    total = spelt_out(Decimal(said["total"]), said["currency"])
    return _("order %(number)s for %(total)s") % {"number": reference, "total": total}


register_kind(
    Kind(
        key=ORDER,
        label=gettext_lazy("Order"),
        facts={
            "total": gettext_lazy("what it comes to"),
            "discount": gettext_lazy("discount"),
            "discount_percent": gettext_lazy("discount in per cent"),
            "items": gettext_lazy("number of pieces"),
        },
        hold=hold,
        snapshot=snapshot,
        carry_out=carry_out,
        told=told,
        wire="ORDER",
        page="orders_order_change",
    )
)
