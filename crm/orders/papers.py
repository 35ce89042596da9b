"""Orders and invoices as papers; crm/files/papers.py. An invoice says what it said when it was issued."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.contacts.models import Customer
from crm.files.errors import NothingToPrint
from crm.files.papers import Column, Paper, Table, register_paper
from crm.kernel.money import spelt_out
from crm.messaging.models import MessageChannel
from crm.messaging.selectors import default_sender
from crm.orders.models import Invoice, Order, OrderLine
from crm.orders.selectors import lines_of, orders, refunds_of
from crm.organisations.selectors import organisation_of_scope

INVOICE, ORDER = "invoice", "order"


def invoice_paper(invoice_id: UUID, contact_id: UUID) -> Paper:
    """The invoice of a person's order, and what went back of it since."""
    theirs = Invoice.objects.filter(pk=invoice_id, order__customer_id=contact_id, order__deleted_at=None)
    invoice = theirs.first()
    if invoice is None:
        raise NothingToPrint
    said, buyer = invoice.snapshot, invoice.snapshot["buyer"]
    facts = [
        (_("Date"), _day(invoice.issued_at)),
        (_("Order"), said["order"]["number"]),
        (_("Ordered"), _day(datetime.fromisoformat(said["order"]["ordered_at"]))),
        (_("Tax number"), buyer["tax_id"]),
        (_("Terms"), buyer["payment_terms"]),
    ]  # fmt: skip
    return Paper(
        title=_("Invoice"), number=invoice.number, sender=_sender(said["seller"]["name"]),
        addressee=_lines_of_text(buyer["name"], buyer["company"], buyer["address"]),
        facts=[fact for fact in facts if fact[1]], lines=_lines(said["lines"], invoice.currency),
        sums=_sums(said, said["lines"], invoice.currency), more=_refunds(invoice.order_id, invoice.currency),
    )  # fmt: skip


def order_paper(order_id: UUID, contact_id: UUID) -> Paper:
    """A person's order as it stands."""
    order = orders().filter(pk=order_id, customer_id=contact_id).first()
    if order is None:
        raise NothingToPrint
    customer = Customer.objects.select_related("contact").get(pk=contact_id)
    lines = [_told(line) for line in lines_of(order.pk)]
    address = order.billing_address or customer.billing_address
    facts = [
        (_("Ordered"), _day(order.ordered_at)),
        (_("Status"), order.get_status_display()),
        (_("Delivery to"), order.shipping_address),
    ]  # fmt: skip
    return Paper(
        title=_("Order"), number=order.number, sender=_sender(organisation_of_scope().name),
        addressee=_lines_of_text(customer.contact.name, customer.contact.company_name, address),
        facts=[fact for fact in facts if fact[1]], lines=_lines(lines, order.currency),
        sums=_sums(_amounts(order), lines, order.currency), more=_refunds(order.pk, order.currency),
    )  # fmt: skip


def _sender(name: str) -> list[str]:
    """The business, and where it can be written to."""
    writes_as = default_sender(MessageChannel.EMAIL)
    return [name, writes_as.address] if writes_as else [name]


def _lines_of_text(*parts: str) -> list[str]:
    """What there is of them, each once, line by line."""
    lines = [line.strip() for part in parts for line in part.splitlines()]
    return list(dict.fromkeys(filter(None, lines)))


def _day(moment: datetime) -> str:
    """As the business's own calendar has it."""
    return date_format(moment.astimezone(ZoneInfo(organisation_of_scope().zone)), "j F Y")


def _told(line: OrderLine) -> dict[str, Any]:
    return {
        "name": line.name, "sku": line.sku, "quantity": line.quantity, "unit_price": line.unit_price,
        "tax_rate": line.tax_rate, "tax": line.tax,
    }  # fmt: skip


def _amounts(order: Order) -> dict[str, Decimal]:
    return {name: getattr(order, name) for name in ("subtotal", "discount", "tax", "total")}


def _lines(lines: Iterable[Mapping[str, Any]], currency: str) -> Table:
    columns = (
        Column(_("Item"), 44), Column(_("Quantity"), 14, is_amount=True), Column(_("Price"), 20, is_amount=True),
        Column(_("Tax"), 10, is_amount=True), Column(_("Amount"), 22, is_amount=True),
    )  # fmt: skip
    return Table(columns, [_row(line, currency) for line in lines])


def _row(line: Mapping[str, Any], currency: str) -> list[str]:
    price = Decimal(line["unit_price"])
    name = f"{line['name']}\n{line['sku']}" if line["sku"] else line["name"]
    return [
        name, f"{line['quantity']:,}", spelt_out(price, currency), _percent(line["tax_rate"]),
        spelt_out(price * line["quantity"], currency),
    ]  # fmt: skip


def _sums(amounts: Mapping[str, Any], lines: Iterable[Mapping[str, Any]], currency: str) -> list[tuple[str, str]]:
    """Subtotal, discount, the tax of each rate, and the total that they come to."""

    def spelt(amount: Any) -> str:
        return spelt_out(Decimal(amount), currency)

    discount, total = Decimal(amounts["discount"]), (_("Total"), spelt(amounts["total"]))
    taxes = [(_("Tax %(rate)s") % {"rate": _percent(rate)}, spelt(tax)) for rate, tax in _taxes(lines)]
    if not discount and not taxes:
        return [total]
    given = [(_("Discount"), f"−{spelt(discount)}")] if discount else []
    return [(_("Subtotal"), spelt(amounts["subtotal"])), *given, *taxes, total]


def _taxes(lines: Iterable[Mapping[str, Any]]) -> list[tuple[Decimal, Decimal]]:
    by_rate: dict[Decimal, Decimal] = {}
    for line in lines:
        rate = Decimal(line["tax_rate"])
        by_rate[rate] = by_rate.get(rate, Decimal(0)) + Decimal(line["tax"])
    return sorted((rate, tax) for rate, tax in by_rate.items() if rate)


def _refunds(order_id: UUID, currency: str) -> list[Table]:
    """What went back, with the numbers of the credit notes; nothing, where nothing did."""
    refunds = list(refunds_of(order_id).order_by("created_at", "pk"))
    if not refunds:
        return []
    columns = (
        Column(_("Credit note"), 26), Column(_("Date"), 24), Column(_("Reason"), 38),
        Column(_("Amount"), 22, is_amount=True),
    )  # fmt: skip
    rows = [
        [refund.number, _day(refund.created_at), refund.reason, f"−{spelt_out(refund.amount, currency)}"]
        for refund in refunds
    ]
    back = sum((refund.amount for refund in refunds), Decimal(0))
    return [Table(columns, [*rows, [_("In all"), "", "", f"−{spelt_out(back, currency)}"]], _("Refunds"))]


def _percent(rate: Any) -> str:
    return f"{Decimal(rate).normalize():f}%"


register_paper(INVOICE, invoice_paper)
register_paper(ORDER, order_paper)
