"""States to start a test from."""

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

from crm.campaigns.services import add_to_listing, create_campaign
from crm.contacts.models import Customer
from crm.contacts.services import add_interaction as note_with_customer
from crm.contacts.services import add_own_email, create_customer, register_device
from crm.imports.services import import_file
from crm.leads.services import add_interaction, capture_lead
from crm.orders.services import add_payment_method, define_product, open_account, place_order
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


def a_campaign(world: World, **values: Any) -> UUID:
    """A campaign of `world`, called Spring unless given; its id."""
    with world.scope():
        return create_campaign(**{"name": "Spring", **values}).pk  # type: ignore[no-any-return, arg-type, misc]


def a_lead(world: World, **values: Any) -> UUID:
    """A lead of `world`, with a name and address of their own unless given; their id."""
    global _count
    _count += 1
    given = {"name": f"Lead {_count}", "email": f"lead{_count}@example.com", **values}
    with world.scope():
        return capture_lead(**given).pk  # type: ignore[no-any-return, arg-type, misc]


def an_interaction(world: World, lead_id: UUID, **values: Any) -> UUID:
    """A call with a lead unless given otherwise; its id."""
    with world.scope():
        return add_interaction(lead_id=lead_id, **{"type": "call", **values}).pk  # type: ignore[no-any-return, arg-type, misc]


def an_interaction_with(world: World, contact_id: UUID, **values: Any) -> UUID:
    """A call with a customer in 2024 unless given otherwise; its id."""
    given = {
        "type": "call",
        "subject": "Product Discussion",
        "happened_at": datetime(2024, 1, 15, tzinfo=UTC),
        **values,
    }
    with world.scope():
        return note_with_customer(contact_id=contact_id, **given).pk  # type: ignore[no-any-return, arg-type, misc]


def a_product(world: World, **values: Any) -> UUID:
    """A product of `world` with a name of its own, a hundred of them at 10 each, unless given otherwise; its id."""
    global _count
    _count += 1
    given = {"name": f"Product {_count}", "price": Decimal(10), "units_in_stock": 100, **values}
    with world.scope():
        return define_product(**given).pk  # type: ignore[no-any-return, arg-type, misc]


def an_order(world: World, customer_id: UUID | None = None, *items: tuple[UUID, int], **values: Any) -> UUID:
    """An order of `world`: of a customer and two pieces of a product of their own, unless given otherwise; its id."""
    whose = customer_id or a_customer(world)
    wanted = [{"product_id": product, "quantity": number} for product, number in items or [(a_product(world), 2)]]
    with world.scope():
        return place_order(customer_id=whose, items=wanted, **values).pk  # type: ignore[no-any-return, arg-type, misc]


def stored(world: World, contact_id: UUID) -> Customer:
    """The customer's row with its contact and tier, whatever became of it."""
    with world.scope():
        return Customer.objects.select_related("contact__member__standing__tier").get(pk=contact_id)


def an_import(world: World, mark: str) -> UUID:
    """A finished import of one bad row, which bears `mark`; its id."""
    file = BytesIO(f"name,email\n{mark},none\n".encode())
    with world.scope():
        return import_file(noun="customers", file=file, file_name=f"{mark}.csv").pk


def a_push_device(world: World, contact_id: UUID, serial_number: str = "S-1", **values: Any) -> UUID:
    """A device on which a person of `world` has the app; its id."""
    given = {"registration_type": "FCM", "registration_token": f"token of {serial_number}", **values}
    with world.scope():
        return register_device(contact_id=contact_id, serial_number=serial_number, **given).pk


def an_account(world: World, contact_id: UUID, **values: Any) -> UUID:
    """What a customer of `world` is billed to, in euros; its id."""
    with world.scope():
        return open_account(contact_id=contact_id, **{"name": "Home", "currency": "EUR", **values}).pk  # type: ignore[no-any-return, arg-type]


def a_payment_method(world: World, contact_id: UUID, **values: Any) -> UUID:
    """A card of a customer of `world`; its id."""
    given = {"kind": "card", "card": {"last_digits": "4242", "brand": "VISA"}, **values}
    with world.scope():
        return add_payment_method(contact_id=contact_id, **given).pk  # type: ignore[no-any-return, arg-type, misc]


def an_own_email(world: World, contact_id: UUID, **values: Any) -> UUID:
    """An address that a member of `world` says is theirs; its id."""
    with world.scope():
        return add_own_email(contact_id=contact_id, **{"email": "second@example.com", **values}).pk  # type: ignore[no-any-return, arg-type]
