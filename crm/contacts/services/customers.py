from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Unpack
from uuid import UUID

from crm.contacts.errors import ContactNotFound, EmailTaken, UnknownAssignee
from crm.contacts.events import ContactUpdated, CustomerCreated
from crm.contacts.models import Contact, Customer
from crm.contacts.services.contacts import locked_contact, locked_contact_with_email, save_person, touch
from crm.contacts.services.people import PersonValues, ensure_named, ensure_reachable, write_person
from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import now, utc_day
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.organisations.selectors import staff_of_organisation


class CustomerValues(PersonValues, total=False):
    """A person's values and those of the trade with them (s4 §3)."""

    type: str
    status: str
    billing_address: str
    shipping_address: str
    payment_terms: str
    credit_limit: Decimal | None
    tax_id: str
    notes: str
    assigned_to_id: UUID | None


_OF_CUSTOMER = CustomerValues.__annotations__.keys() - PersonValues.__annotations__.keys()


@atomic
def create_customer(**values: Unpack[CustomerValues]) -> Customer:
    """A new customer. A person whom a listing knows by this e-mail is promoted: values given win, the rest stays.

    Raises EmailTaken, AddressMissing, NameMissing, UnknownAssignee, Invalid, BadEmail, BadPhone.
    """
    person, trade = _parted(values)
    contact = locked_contact_with_email(values.get("email") or "")
    if contact and Customer.objects.filter(pk=contact.pk).exists():
        raise EmailTaken
    try:
        return _become_customer(contact, person, trade)
    except EmailTaken:
        # Somebody wrote this address since we looked; if it was a listing, the person can still be promoted.
        known = locked_contact_with_email(values.get("email") or "")
        if contact or known is None or Customer.objects.filter(pk=known.pk).exists():
            raise
        return _become_customer(known, person, trade)


def _become_customer(contact: Contact | None, person: Mapping[str, Any], trade: Mapping[str, Any]) -> Customer:
    promoted = contact is not None
    contact = contact or Contact(created_at=now())
    changes = write_person(contact, person)
    ensure_named(contact)
    ensure_reachable(contact)
    contact.updated_at = now()
    save_person(contact)
    customer = Customer(contact=contact, created_at=now(), updated_at=now())
    apply_changes(customer, trade)
    _check(customer)
    customer.save(force_insert=True)
    day = utc_day(customer.created_at).isoformat()
    event = CustomerCreated(contact_id=contact.id, promoted=promoted, day=day)
    record(event, changes=changes if promoted else None)
    return customer


@atomic
def update_customer(*, contact_id: UUID, **values: Unpack[CustomerValues]) -> Customer:
    """Write a living customer; what is not given stays.

    Raises ContactNotFound, EmailTaken, AddressMissing, NameMissing, UnknownAssignee, Invalid, BadEmail, BadPhone.
    """
    customer = locked_customer(contact_id)
    contact = customer.contact
    person, trade = _parted(values)
    changes = write_person(contact, person) | apply_changes(customer, trade)
    if changes:
        if "name" in changes:
            ensure_named(contact)
        ensure_reachable(contact)
        _check(customer, new_assignee="assigned_to_id" in changes)
        customer.save()
        touch(contact)
        customer.updated_at = contact.updated_at
        record(ContactUpdated(contact_id=contact.id), changes=changes)
    return customer


def locked_customer(contact_id: UUID) -> Customer:
    """A living customer, with its contact, under the locks of both; raises ContactNotFound."""
    contact = locked_contact(contact_id)
    customer = Customer.objects.for_update().filter(pk=contact.pk, deleted_at=None).first()
    if customer is None:
        raise ContactNotFound
    customer.contact = contact
    return customer


def touch_customer(*, contact_id: UUID) -> None:
    """Note that something about a customer changed that is kept elsewhere, such as their tier."""
    Customer.objects.filter(pk=contact_id).update(updated_at=now())


def _check(customer: Customer, *, new_assignee: bool = True) -> None:
    check_row(customer, exclude=("contact", "assigned_to", "created_at", "updated_at"))
    assignee = customer.assigned_to_id if new_assignee else None
    if assignee and not staff_of_organisation().filter(pk=assignee, is_active=True).exists():
        raise UnknownAssignee


def _parted(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    trade = {field: value for field, value in values.items() if field in _OF_CUSTOMER}
    return {field: value for field, value in values.items() if field not in _OF_CUSTOMER}, trade
