"""Many delivered orders at once, from data that the platform's operator trusts."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from crm.kernel.bulk import analyse
from crm.kernel.clock import utc_day
from crm.kernel.copying import copy_rows
from crm.kernel.errors import Invalid
from crm.kernel.events import record
from crm.kernel.ids import new_id
from crm.kernel.locks import hold_names
from crm.kernel.money import rounded
from crm.kernel.transactions import atomic
from crm.orders.events import OrdersLoaded
from crm.orders.models import Order, OrderLine, OrderStatus, Product, Purchases, Series
from crm.orders.selectors import references_known
from crm.orders.services.customers import hold_customers
from crm.orders.services.numbering import next_numbers
from crm.orders.services.purchases import recount_purchases
from crm.orders.totals import price_of_each
from crm.organisations.models import Organisation
from crm.organisations.selectors import organisation_of_scope


@dataclass(frozen=True)
class OrderRow:
    """So many of one product for `amount` in all, in the organisation's currency. `reference` is what the order is
    called where it comes from: the same one is never loaded twice.
    """

    reference: str
    customer_id: UUID
    product_id: UUID
    ordered_at: datetime
    quantity: int
    amount: Decimal


@atomic
def load_orders(rows: Sequence[OrderRow]) -> int:
    """Delivered orders with their own dates; how many were not there yet. One event stands for all. They take nothing
    from stock and get no invoices: goods and papers went their way when it happened.

    Raises Invalid for an amount with more decimals than the currency has, IntegrityError for what no order can have;
    then nothing is loaded.
    """
    hold_names("load orders")
    known = references_known([row.reference for row in rows])
    fresh = [row for row in rows if row.reference not in known]
    if not fresh:
        return 0
    organisation = organisation_of_scope()
    if any(row.amount != rounded(row.amount, organisation.currency) for row in fresh):
        raise Invalid(_("An amount has more decimals than %(currency)s.") % {"currency": organisation.currency})
    buyers = tuple({row.customer_id for row in fresh})
    hold_customers(buyers)
    orders = [_order(row, number, organisation) for row, number in _numbered(fresh, organisation)]
    products = Product.objects.in_bulk({row.product_id for row in fresh})
    copy_rows(Order, orders)
    lines = (_line(order, row, products[row.product_id]) for order, row in zip(orders, fresh, strict=True))
    copy_rows(OrderLine, lines)
    recount_purchases(buyers)
    record(_event(orders, organisation, buyers))
    analyse(Order, OrderLine, Purchases)
    return len(orders)


def _numbered(rows: Sequence[OrderRow], organisation: Organisation) -> Iterator[tuple[OrderRow, str]]:
    return zip(rows, next_numbers(Series.ORDER, organisation, len(rows)), strict=True)


def _order(row: OrderRow, number: str, organisation: Organisation) -> Order:
    subtotal = row.quantity * price_of_each(row.amount, row.quantity, organisation.currency)
    return Order(
        number=number, reference=row.reference, customer_id=row.customer_id, status=OrderStatus.DELIVERED,
        ordered_at=row.ordered_at, currency=organisation.currency, subtotal=subtotal, discount=subtotal - row.amount,
        total=row.amount, created_at=row.ordered_at, updated_at=row.ordered_at,
    )  # fmt: skip


def _line(order: Order, row: OrderRow, product: Product) -> OrderLine:
    return OrderLine(
        order=order, position=0, product=product, name=product.name, sku=product.sku, quantity=row.quantity,
        unit_price=order.subtotal / row.quantity, discount=order.discount, total=order.total,
    )  # fmt: skip


def _event(orders: Sequence[Order], organisation: Organisation, buyers: tuple[UUID, ...]) -> OrdersLoaded:
    number, total = defaultdict[str, int](int), defaultdict[str, Decimal](Decimal)
    for order in orders:
        day = utc_day(order.ordered_at).isoformat()
        number[day] += 1
        total[day] += order.total
    return OrdersLoaded(
        batch_id=new_id(), per_day=dict(number), total_per_day={day: str(sum_) for day, sum_ in total.items()},
        currency=organisation.currency, contact_ids=buyers,
    )  # fmt: skip
