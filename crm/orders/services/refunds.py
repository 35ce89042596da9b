"""Money that goes back. The order is locked, so that two refunds cannot give back the same."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple, TypedDict
from uuid import UUID

from django.utils.translation import gettext as _

from crm.kernel.changes import check_row
from crm.kernel.clock import now
from crm.kernel.copying import update_rows
from crm.kernel.errors import Invalid
from crm.kernel.events import record
from crm.kernel.money import rounded
from crm.kernel.tenancy import current_scope
from crm.kernel.transactions import atomic
from crm.orders.errors import NothingToRefund, NotRefundable, RefundTooLarge, UnknownLine
from crm.orders.events import OrderRefunded
from crm.orders.models import Order, OrderLine, Refund, RefundLine, Series
from crm.orders.selectors import lines_of
from crm.orders.services.locking import locked_order
from crm.orders.services.numbering import next_numbers
from crm.orders.services.purchases import recount_purchases
from crm.orders.services.stock import locked_products, take
from crm.orders.totals import due_by_now, shared_out
from crm.organisations.selectors import organisation_of_scope


class RefundItem(TypedDict):
    """So many of one line of the order."""

    id: UUID
    quantity: int


class _Part(NamedTuple):
    line: OrderLine
    quantity: int
    amount: Decimal
    tax: Decimal


@atomic
def refund_order(
    *,
    order_id: UUID,
    items: Sequence[RefundItem] | None = None,
    amount: Decimal | None = None,
    restock: bool = False,
    reason: str = "",
) -> Refund:
    """Give money back for a shipped or delivered order: for so many of its lines, or an amount, which is shared out
    over them, or, when neither is said, all that is left. `restock`: the goods came back, too.

    Many refunds of an order add up to it exactly, tax and discount included (semantics §3.1). Raises OrderNotFound,
    NotRefundable, NothingToRefund, RefundTooLarge, UnknownLine, Invalid.
    """
    _ensure_one_way(items, amount, restock)
    order = locked_order(order_id)
    if not order.is_sent:
        raise NotRefundable
    lines = list(lines_of(order.pk))
    parts = _by_items(order, lines, items) if amount is None else _by_amount(order, lines, amount)
    if not sum(part.amount for part in parts):
        raise NothingToRefund
    if restock:
        _put_back(parts)
    before = order.refunded
    refund = _made(order, parts, restock=restock, reason=reason)
    recount_purchases([order.customer_id])
    record(_event(order, refund, lines), changes={"refunded": (order.digits(before), order.digits(order.refunded))})
    return refund


def _ensure_one_way(items: Sequence[RefundItem] | None, amount: Decimal | None, restock: bool) -> None:
    if amount is not None and items is not None:
        raise Invalid(_("Send either items or an amount."), field="amount")
    if amount is not None and restock:
        raise Invalid(_("Name the items that came back."), field="restock")
    if items is not None and not items:
        raise Invalid(_("Name at least one item."), field="items")


def _by_items(order: Order, lines: Sequence[OrderLine], items: Sequence[RefundItem] | None) -> list[_Part]:
    """What so many of these lines came to; of all that is left, when none are named."""
    if items is None:
        return [_part(order, line, line.left_quantity, line.left) for line in lines if line.left or line.left_quantity]
    by_id, parts = {line.pk: line for line in lines}, list[_Part]()
    for at, item in enumerate(items):
        line = by_id.pop(item["id"], None)
        if line is None:
            raise UnknownLine(field=f"items.{at}.id")
        if not 1 <= item["quantity"] <= line.left_quantity:
            raise RefundTooLarge(field=f"items.{at}.quantity")
        by_now = due_by_now(line.total, line.refunded_quantity + item["quantity"], line.quantity, order.currency)
        # An amount may have gone back before without goods, and more than is due by now.
        parts.append(_part(order, line, item["quantity"], max(by_now - line.refunded, Decimal(0))))
    return parts


def _by_amount(order: Order, lines: Sequence[OrderLine], amount: Decimal) -> list[_Part]:
    """`amount` over the lines, by what is left of each."""
    if amount <= 0 or amount != rounded(amount, order.currency):
        raise Invalid(_("An amount above 0, in whole units of the currency."), field="amount")
    if not order.is_refundable:
        raise NothingToRefund
    if amount > order.total - order.refunded:
        raise RefundTooLarge
    shares = shared_out(amount, [line.left for line in lines], order.currency)
    return [_part(order, line, 0, share) for line, share in zip(lines, shares, strict=True) if share]


def _part(order: Order, line: OrderLine, quantity: int, amount: Decimal) -> _Part:
    tax = due_by_now(line.tax, line.refunded + amount, line.total, order.currency) - line.refunded_tax
    return _Part(line, quantity, amount, tax)


def _put_back(parts: Sequence[_Part]) -> None:
    back: Counter[UUID] = Counter()
    for part in parts:
        back[part.line.product_id] -= part.quantity
    locked_products(back)
    take({pk: number for pk, number in back.items() if number})


def _made(order: Order, parts: Sequence[_Part], *, restock: bool, reason: str) -> Refund:
    """The refund's rows, and what the order and its lines keep of it."""
    actor = current_scope().actor
    refund = Refund(
        order=order, amount=sum((part.amount for part in parts), Decimal(0)),
        tax=sum((part.tax for part in parts), Decimal(0)), reason=reason.strip(), restocked=restock,
        actor_kind=actor.kind, actor_id=actor.id, created_at=now(),
    )  # fmt: skip
    check_row(refund, exclude=("number", "order", "created_at"))
    (refund.number,) = next_numbers(Series.CREDIT_NOTE, organisation_of_scope())
    refund.save(force_insert=True)
    RefundLine.objects.bulk_create([
        RefundLine(refund=refund, line=part.line, quantity=part.quantity, amount=part.amount, tax=part.tax)
        for part in parts
    ])  # fmt: skip
    for part in parts:
        part.line.refunded_quantity += part.quantity
        part.line.refunded += part.amount
        part.line.refunded_tax += part.tax
    update_rows(OrderLine, [part.line for part in parts], ["refunded_quantity", "refunded", "refunded_tax"])
    order.refunded += refund.amount
    order.updated_at = now()
    order.save(update_fields=["refunded", "updated_at"])
    return refund


def _event(order: Order, refund: Refund, lines: Sequence[OrderLine]) -> OrderRefunded:
    gone = sum((line.refunded - line.refunded_tax for line in lines), Decimal(0))
    return OrderRefunded(
        order_id=order.id, contact_id=order.customer_id, refund_id=refund.id, amount=order.digits(refund.amount),
        net=order.digits(refund.net), refunded_net=order.digits(gone),
        order_net=order.digits(order.net), currency=order.currency,
    )  # fmt: skip
