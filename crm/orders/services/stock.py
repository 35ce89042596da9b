"""Stock: what open orders take is set aside at once. Products are locked by ascending id before anything is decided."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext as _

from crm.kernel.errors import Complaint
from crm.orders.errors import StockShort
from crm.orders.models import OrderLine, Product

Units = Mapping[UUID, int]


def locked_products(ids: Iterable[UUID]) -> dict[UUID, Product]:
    """These products under their locks, deleted ones too; foreign and unknown ids are missing."""
    rows = Product.objects.for_update().filter(pk__in=set(ids)).order_by("pk")
    return {product.pk: product for product in rows.defer("words", "search")}


def difference(before: Units, after: Units) -> dict[UUID, int]:
    """How many more of each product are taken after than before; less than none is given back."""
    change = {pk: after.get(pk, 0) - before.get(pk, 0) for pk in before.keys() | after.keys()}
    return {pk: number for pk, number in change.items() if number}


def take(units: Units) -> bool:
    """Take so many of each product, or give them back, by one statement. False when one of them is short: then the
    caller's transaction has to fail.
    """
    if not units:
        return True
    enough = Q(*[Q(pk=pk, units_in_stock__gte=number) for pk, number in units.items()], _connector=Q.OR)
    taken: Any = Case(*[When(pk=pk, then=Value(number)) for pk, number in units.items()])
    return Product.objects.filter(enough).update(units_in_stock=F("units_in_stock") - taken) == len(units)


def take_for(lines: Sequence[OrderLine], units: Units, products: Mapping[UUID, Product]) -> None:
    """The same for lines of an order. Raises StockShort, which names the first item of each product that is short."""
    if take(units):
        return
    complaints = []
    for pk, number in units.items():
        product = products[pk]
        if product.units_in_stock < number:
            at = next(line.position for line in lines if line.product_id == pk)
            told = {"left": product.units_in_stock, "product": product.name}
            reason = _("Only %(left)s of %(product)s are in stock.") % told
            complaints.append(Complaint(f"items.{at}.quantity", reason))
    raise StockShort(complaints=complaints)
