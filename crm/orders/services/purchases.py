"""What customers have bought in all, counted from their orders."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, F, Max, Min, Sum

from crm.contacts.models import Customer
from crm.kernel.transactions import atomic
from crm.orders.models import Purchases
from crm.orders.selectors import counted_orders
from crm.orders.services.customers import hold_customers

CHUNK = 5_000
_FIELDS = ("number", "spent", "first_at", "last_at")


class Checked(NamedTuple):
    """`reached` is the last customer looked at, None at the end; `number` were looked at, `mended` of them wrong."""

    reached: UUID | None
    number: int
    mended: int


def recount_purchases(contact_ids: Collection[UUID]) -> None:
    """Write anew what these customers bought, by a constant number of statements. Their locks are held: whoever else
    writes an order of theirs waits, so nobody writes what was counted before another's order.
    """
    counted = _counted(contact_ids)
    Purchases.objects.bulk_create(
        [counted[contact_id] for contact_id in sorted(counted)],
        batch_size=CHUNK, update_conflicts=True, unique_fields=["contact"], update_fields=_FIELDS,
    )  # fmt: skip
    if nothing := set(contact_ids) - counted.keys():
        Purchases.objects.filter(pk__in=nothing).delete()


@atomic
def verify_purchases(*, after: UUID | None) -> Checked:
    """Compare what is kept of the next customers by id with their orders, and put right what is wrong.

    It is compared without locks; whoever seems wrong is locked, and counted anew from what is true then.
    """
    customers = Customer.objects.order_by("pk")
    rest = customers.filter(pk__gt=after) if after else customers
    ids = list(rest.values_list("pk", flat=True)[:CHUNK])
    counted = {pk: _values(row) for pk, row in _counted(ids).items()}
    kept = {row.pk: _values(row) for row in Purchases.objects.filter(pk__in=ids)}
    wrong = [pk for pk in ids if kept.get(pk) != counted.get(pk)]
    if wrong:
        hold_customers(wrong)
        recount_purchases(wrong)
    return Checked(ids[-1] if ids else None, len(ids), len(wrong))


def _counted(contact_ids: Collection[UUID]) -> dict[UUID, Purchases]:
    orders = counted_orders().filter(customer_id__in=contact_ids).order_by().values("customer_id")
    sums = orders.annotate(
        number=Count("pk"), spent=Sum(F("total") - F("refunded")), first_at=Min("ordered_at"), last_at=Max("ordered_at")
    )
    return {
        contact_id: Purchases(contact_id=contact_id, **dict(zip(_FIELDS, values, strict=True)))
        for contact_id, *values in sums.values_list("customer_id", *_FIELDS)
    }


def _values(row: Purchases) -> tuple[object, ...]:
    return tuple(getattr(row, field) for field in _FIELDS)
