"""Orders that need somebody's leave (docs/approvals.md): asked for when one is placed or comes to something else, and
locked until it is decided.
"""

from collections.abc import Sequence
from decimal import Decimal

from crm.approvals.errors import ApprovalNeeded
from crm.approvals.selectors import policy_for
from crm.approvals.services import ask_for_approval, ensure_free, recall_approval
from crm.orders.models import Order, OrderLine, OrderStatus
from crm.orders.totals import percentage_of

ORDER = "order"


def mind_approval(order: Order, lines: Sequence[OrderLine]) -> None:
    """Ask where a policy says so. The caller holds the order's lock, and has saved it. Raises ApprovalNeeded for one
    that is already past pending.
    """
    facts = {
        "total": order.total, "discount": order.discount, "items": Decimal(sum(line.quantity for line in lines)),
        "discount_percent": percentage_of(order.discount, order.subtotal),
    }  # fmt: skip
    if order.status == OrderStatus.PENDING:
        ask_for_approval(
            kind=ORDER, record_id=order.pk, reference=order.number, contact_id=order.customer_id, facts=facts
        )
    elif order.status != OrderStatus.CANCELLED and policy_for(ORDER, facts) is not None:
        raise ApprovalNeeded


def release_for(order: Order, status: str) -> None:
    """An order that waits is locked; to cancel it takes the question back. Raises RecordLocked."""
    if order.status == OrderStatus.PENDING:
        if status == OrderStatus.CANCELLED:
            recall_with(order, "cancelled")
        else:
            ensure_free(ORDER, order.pk)


def recall_with(order: Order, reason: str) -> None:
    recall_approval(kind=ORDER, record_id=order.pk, reason=reason)
