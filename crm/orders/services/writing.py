"""How an order is written: its fields, its lines, and the stock they take."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from django.utils.translation import gettext as _

from crm.kernel.changes import apply_changes, check_row
from crm.kernel.errors import Complaint, Invalid
from crm.kernel.money import rounded
from crm.orders.errors import DiscountTooLarge, IllegalOrderMove, OrderTooLarge, ProductNotForSale, UnknownProduct
from crm.orders.models import MOST_LINES, MOST_OF_A_LINE, MOVES, Order, OrderLine, OrderStatus, Product
from crm.orders.totals import LARGEST_TOTAL, Priced, amounts_of, subtotal_of, sum_of

Changes = dict[str, tuple[Any, Any]]
_KEPT_ELSEWHERE = (
    "number", "currency", "customer", "subtotal", "tax", "total", "refunded", "words", "search", "created_at",
    "updated_at",
)  # fmt: skip
_TEXTS = {"billing_address", "shipping_address", "notes"}


class Item(TypedDict):
    """What is ordered; several items may be of one product."""

    product_id: UUID
    quantity: int


class OrderValues(TypedDict, total=False):
    """What may be written of an order; a key that is absent leaves its field alone, and None clears a text.

    `discount` is in the order's currency, on all of it.
    """

    status: str
    ordered_at: datetime
    billing_address: str | None
    shipping_address: str | None
    notes: str | None
    discount: Decimal


def write_fields(order: Order, values: Mapping[str, Any]) -> Changes:
    """Set all but the status on the order, unsaved; returns what changed. Raises Invalid."""
    plain = {field: (value or "").strip() if field in _TEXTS else value for field, value in values.items()}
    plain.pop("status", None)
    changes = apply_changes(order, plain)
    check_row(order, exclude=_KEPT_ELSEWHERE)
    return changes


def ensure_status(status: str) -> None:
    if status not in MOVES:
        raise Invalid(_("There is no such status."), field="status")


def ensure_may_move(order: Order, status: str) -> None:
    """The same status again is no move. Raises IllegalOrderMove, Invalid for a status that does not exist."""
    ensure_status(status)
    if status != order.status and status not in MOVES[order.status]:
        raise IllegalOrderMove


def ensure_countable(items: Sequence[Item]) -> None:
    """Raises Invalid."""
    if not 1 <= len(items) <= MOST_LINES:
        raise Invalid(_("An order has 1 to %(most)s items.") % {"most": MOST_LINES}, field="items")
    bad = [at for at, item in enumerate(items) if not 1 <= item["quantity"] <= MOST_OF_A_LINE]
    if bad:
        reason = _("A whole number from 1 to %(most)s.") % {"most": MOST_OF_A_LINE}
        raise Invalid(complaints=[Complaint(f"items.{at}.quantity", reason) for at in bad])


def lines_for(
    order: Order, items: Sequence[Item], products: Mapping[UUID, Product], present: Iterable[OrderLine] = ()
) -> list[OrderLine]:
    """The order's lines for `items`, unsaved and without amounts. What it has already keeps its price.

    Raises UnknownProduct, ProductNotForSale.
    """
    rest, lines = list(present), list[OrderLine]()
    for position, item in enumerate(items):
        kept = next((line for line in rest if line.product_id == item["product_id"]), None)
        if kept is not None:
            rest.remove(kept)
        line = kept or _line_of(order, position, products.get(item["product_id"]))
        line.position, line.quantity = position, item["quantity"]
        lines.append(line)
    return lines


def _line_of(order: Order, position: int, product: Product | None) -> OrderLine:
    where = f"items.{position}.product_id"
    if product is None or product.deleted_at is not None:
        raise UnknownProduct(field=where)
    if not product.is_for_sale:
        raise ProductNotForSale(field=where)
    return OrderLine(
        order=order, product=product, name=product.name, sku=product.sku, unit_price=product.price,
        tax_rate=product.tax_rate,
    )  # fmt: skip


def write_amounts(order: Order, lines: Sequence[OrderLine]) -> None:
    """What the lines and the order come to. Raises DiscountTooLarge, OrderTooLarge, Invalid."""
    priced = [Priced(line.quantity, line.unit_price, line.tax_rate) for line in lines]
    subtotal = subtotal_of(priced)
    if subtotal > LARGEST_TOTAL:
        raise OrderTooLarge
    if order.discount > subtotal:
        raise DiscountTooLarge
    if order.discount != rounded(order.discount, order.currency):
        raise Invalid(_("The discount has more decimals than the currency."), field="discount")
    parts = amounts_of(priced, order.discount, order.currency)
    for line, amounts in zip(lines, parts, strict=True):
        line.discount, line.tax, line.total = amounts.discount, amounts.tax, amounts.total
    whole = sum_of(parts)
    order.subtotal, order.tax, order.total = whole.subtotal, whole.tax, whole.total


def units_held(status: str, lines: Iterable[OrderLine]) -> Counter[UUID]:
    """What an order has taken from stock, by product. A cancelled one has given it back."""
    held: Counter[UUID] = Counter()
    for line in lines if status != OrderStatus.CANCELLED else ():
        held[line.product_id] += line.quantity
    return held


def spelt(lines: Iterable[OrderLine]) -> str:
    """The lines in words, for the audit trail."""
    return ", ".join(map(str, lines))
