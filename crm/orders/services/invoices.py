from collections.abc import Sequence
from typing import Any
from uuid import UUID

from crm.contacts.models import Customer
from crm.kernel.clock import now
from crm.kernel.events import record, to_json
from crm.kernel.transactions import atomic
from crm.orders.errors import NotInvoiceable
from crm.orders.events import InvoiceIssued
from crm.orders.models import Invoice, Order, OrderLine, Series
from crm.orders.selectors import lines_of
from crm.orders.services.locking import locked_order
from crm.orders.services.numbering import next_numbers
from crm.organisations.models import Organisation
from crm.organisations.selectors import organisation_of_scope


@atomic
def issue_invoice(*, order_id: UUID) -> Invoice:
    """The invoice of a shipped or delivered order: the one that it has, else a new one.

    Raises OrderNotFound, NotInvoiceable.
    """
    order = locked_order(order_id)
    if not order.is_sent:
        raise NotInvoiceable
    return issued(order, list(lines_of(order.pk)))


def issued(order: Order, lines: Sequence[OrderLine]) -> Invoice:
    """The same for an order that is locked, or new."""
    invoice = Invoice.objects.filter(order_id=order.pk).first()
    if invoice is None:
        organisation = organisation_of_scope()
        (number,) = next_numbers(Series.INVOICE, organisation)
        invoice = Invoice.objects.create(
            order=order, number=number, currency=order.currency, total=order.total, issued_at=now(),
            snapshot=_snapshot(order, lines, organisation),
        )  # fmt: skip
        record(InvoiceIssued(
            order_id=order.id, contact_id=order.customer_id, number=number, total=order.digits(order.total),
            currency=order.currency,
        ))  # fmt: skip
    return invoice


_AMOUNTS = ("subtotal", "discount", "tax", "total")
_AMOUNTS_OF_LINE = ("unit_price", "discount", "tax", "total")


def _snapshot(order: Order, lines: Sequence[OrderLine], seller: Organisation) -> Any:
    """Everything that a paper says, so that it says the same whatever changes later."""
    customer = Customer.objects.select_related("contact").get(pk=order.customer_id)
    buyer = {
        "name": customer.contact.name, "company": customer.contact.company_name, "email": customer.contact.email,
        "tax_id": customer.tax_id, "address": order.billing_address or customer.billing_address,
        "payment_terms": customer.payment_terms,
    }  # fmt: skip
    return to_json({
        "seller": {"name": seller.name},
        "buyer": buyer,
        "order": {"number": order.number, "ordered_at": order.ordered_at},
        "lines": [_told(order, line) for line in lines],
        **{name: order.digits(getattr(order, name)) for name in _AMOUNTS},
    })  # fmt: skip


def _told(order: Order, line: OrderLine) -> dict[str, Any]:
    amounts = {name: order.digits(getattr(line, name)) for name in _AMOUNTS_OF_LINE}
    return {"name": line.name, "sku": line.sku, "quantity": line.quantity, "tax_rate": str(line.tax_rate), **amounts}
