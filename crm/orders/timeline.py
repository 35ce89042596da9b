"""Orders and refunds in the timeline of a person; crm/contacts/timeline.py."""

from collections.abc import Iterator
from uuid import UUID

from django.utils.translation import gettext as _

from crm.contacts.timeline import Entry, Place, latest_before, register_source
from crm.kernel.money import spelt_out
from crm.orders.models import Refund
from crm.orders.selectors import orders

ORDERS, REFUNDS = "order", "refund"
GRANT = "crm:orders:read"


def ordered(contact_id: UUID, before: Place | None, limit: int) -> Iterator[Entry]:
    """What a customer ordered, at the time of the order."""
    rows = orders().filter(customer_id=contact_id).defer("words", "search")
    for order in latest_before(rows, ORDERS, before, limit, at="ordered_at"):
        told = {"number": order.number, "status": order.get_status_display()}
        yield Entry(
            at=order.ordered_at, key=f"{ORDERS}:{order.pk}", title=_("Order %(number)s, %(status)s") % told,
            text=spelt_out(order.total, order.currency), record=("orders.Order", str(order.pk)),
        )  # fmt: skip


def refunded(contact_id: UUID, before: Place | None, limit: int) -> Iterator[Entry]:
    """What money went back to them, and by whom."""
    rows = Refund.objects.filter(order__customer_id=contact_id, order__deleted_at=None).select_related("order")
    for refund in latest_before(rows.defer("order__words", "order__search"), REFUNDS, before, limit, at="created_at"):
        amount = spelt_out(refund.amount, refund.order.currency)
        yield Entry(
            at=refund.created_at, key=f"{REFUNDS}:{refund.pk}",
            title=_("Refund %(number)s of order %(order)s") % {"number": refund.number, "order": refund.order.number},
            text=f"{amount}: {refund.reason}" if refund.reason else amount,
            record=("orders.Order", str(refund.order_id)), actor=(refund.actor_kind, refund.actor_id),
        )  # fmt: skip


register_source(ORDERS, ordered, grant=GRANT)
register_source(REFUNDS, refunded, grant=GRANT)
