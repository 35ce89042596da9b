"""States to start a test from."""

from typing import Any
from uuid import UUID

from crm.campaigns.services import add_to_listing
from crm.contacts.models import Customer
from crm.contacts.services import create_customer
from tests.cast import World

_count = 0


def a_customer(world: World, **values: Any) -> UUID:
    """A customer of `world`, with a name and address of their own unless given; their id."""
    global _count
    _count += 1
    given = {"name": f"Person {_count}", "email": f"person{_count}@example.com", **values}
    with world.scope():
        return create_customer(**given).pk  # type: ignore[no-any-return, arg-type]


def customers_of(world: World, number: int) -> list[UUID]:
    return [a_customer(world) for _ in range(number)]


def an_entry(world: World, **values: Any) -> int:
    """An entry in `world`'s listing; its number."""
    with world.scope():
        entry = add_to_listing(listing=world.listing, values=values, ip_address="192.0.2.1")  # type: ignore[arg-type]
    return entry.pk


def stored(world: World, contact_id: UUID) -> Customer:
    """The customer's row with its contact and tier, whatever became of it."""
    with world.scope():
        return Customer.objects.select_related("contact__member__standing__tier").get(pk=contact_id)
