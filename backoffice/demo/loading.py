"""Purchases become customers and their delivered orders, some hundred customers in each transaction.

What was loaded before is known by its reference, so a run that was stopped is carried on by running it again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from uuid import UUID

from backoffice.demo.people import Person, person
from backoffice.demo.purchases import Purchase, by_customer
from crm.contacts.models import Customer
from crm.contacts.services import CustomerRow, load_customers
from crm.kernel.addresses import email_key
from crm.kernel.transactions import atomic
from crm.orders.selectors import products, references_known
from crm.orders.services import OrderRow, define_product, load_orders
from loyalty.tiers.services import place_by_spend

CUSTOMERS_AT_ONCE = 500
SKU = "RECORD"


@dataclass
class Loaded:
    """How many of each are new, and how many purchases were there already."""

    customers: int = 0
    orders: int = 0
    known: int = 0


def load_purchases(purchases: Sequence[Purchase], loaded: Loaded) -> Iterator[int]:
    """Load them into the open scope, a chunk at each step, and note in `loaded` how far it has come."""
    rest = iter(by_customer(purchases).items())
    while chunk := dict(islice(rest, CUSTOMERS_AT_ONCE)):
        _load_chunk(chunk, loaded)
        yield len(chunk)


@atomic
def _load_chunk(chunk: Mapping[int, list[Purchase]], loaded: Loaded) -> None:
    """All of these customers' purchases, or none. Who is new begins in the tier that their spend reaches."""
    known = references_known([purchase.reference for bought in chunk.values() for purchase in bought])
    fresh = {number: [one for one in bought if one.reference not in known] for number, bought in chunk.items()}
    wanted = {number: bought for number, bought in fresh.items() if bought}
    ids, made = _customers(wanted)
    product_id = _record()
    rows = [_row(purchase, ids[number], product_id) for number, bought in wanted.items() for purchase in bought]
    load_orders(rows)
    spent = {ids[number]: sum((one.amount for one in wanted[number]), Decimal(0)) for number in made}
    place_by_spend(spent)
    loaded.customers += len(made)
    loaded.orders += len(rows)
    loaded.known += len(known)


def _row(purchase: Purchase, customer_id: UUID, product_id: UUID) -> OrderRow:
    return OrderRow(purchase.reference, customer_id, product_id, purchase.at, purchase.count, purchase.amount)


def _customers(wanted: Mapping[int, list[Purchase]]) -> tuple[dict[int, UUID], list[int]]:
    """The ids of these customers by number, and who of them is new: a customer since their first purchase."""
    people = {number: person(number) for number in wanted}
    keys = {email_key(somebody.email): number for number, somebody in people.items()}
    living = Customer.objects.filter(contact__email_key__in=keys, deleted_at=None)
    ids = {keys[key]: pk for pk, key in living.values_list("pk", "contact__email_key")}
    new = [number for number in people if number not in ids]
    rows = [_customer_row(people[number], wanted[number]) for number in new]
    ids |= {number: customer.pk for number, customer in zip(new, load_customers(rows) if rows else [], strict=True)}
    return ids, new


def _customer_row(somebody: Person, bought: Sequence[Purchase]) -> CustomerRow:
    return CustomerRow(somebody.name, somebody.email, somebody.phone, min(purchase.at for purchase in bought))


def _record() -> UUID:
    """The one product that all of them bought."""
    product_id = products().filter(sku=SKU).values_list("pk", flat=True).first()
    if product_id is not None:
        return product_id
    return define_product(
        name="Record", sku=SKU, category="Music", description="One CD, whichever it was.", price=Decimal("14.99"),
        units_in_stock=10_000,
    ).pk  # fmt: skip
