"""Customers from files, a chunk at a time: new ones by COPY, changed ones by one UPDATE for each table.

New customers are members at once, as ever; no mail goes out. A person whom a listing knows by the e-mail address is
promoted.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.contacts.errors import EmailTaken
from crm.contacts.events import CustomersLoaded
from crm.contacts.models import Contact, Customer
from crm.contacts.models.contact import Source, no_control_characters
from crm.contacts.services.consent_entries import keep_decided
from crm.contacts.services.people import KEPT_ELSEWHERE, write_person
from crm.imports.nouns import Batch, Change, New, Refused, Written
from crm.imports.row_checks import row_check
from crm.kernel.changes import apply_changes
from crm.kernel.clock import now, utc_day
from crm.kernel.copying import another, copy_rows, update_rows
from crm.kernel.errors import DomainError
from crm.kernel.events import record, to_json
from crm.kernel.ids import new_id
from crm.organisations.custom_fields import merged_custom_fields

TRADE = ("type", "status", "billing_address", "shipping_address", "payment_terms", "credit_limit", "tax_id", "notes")

# What an import may change of a person and of their customer row: what undoing gives back.
OF_CONTACT = (
    "kind", "name", "first_name", "middle_name", "last_name", "company_name", "email", "email_key", "phone",
    "phone_key", "custom_fields",
)  # fmt: skip
OF_CUSTOMER = (*TRADE, "assigned_to_id")


@dataclass(frozen=True, slots=True)
class CustomerReading:
    """A row as a new customer, and, for a change, the values that it gives."""

    id: str
    customer: Customer
    person: dict[str, Any]
    trade: dict[str, Any]
    custom: dict[str, Any]


def write_imported(batch: Batch) -> dict[int, Written | Refused]:
    """Write one chunk; what became of each row. Raises IntegrityError when somebody took an address meanwhile."""
    return {**_add(batch.new), **_change(batch)}


def customer_maker() -> Callable[[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]], Customer]:
    """`make(person, trade, custom)`, for a chunk: the customer that a row would become, unsaved.

    It raises Invalid, BadEmail, BadPhone.
    """
    nobody = Contact(created_at=now(), updated_at=now())
    blank = Customer(created_at=now(), updated_at=now())
    checks = _Checks()

    def make(person: Mapping[str, Any], trade: Mapping[str, Any], custom: Mapping[str, Any]) -> Customer:
        contact, customer = another(nobody), another(blank)
        contact.id = new_id()
        write_person(contact, {**person, "source": Source.IMPORT}, check=checks.contact)
        contact.custom_fields = {key: value for key, value in custom.items() if value is not None}
        customer.contact = contact
        _write_trade(customer, trade, checks)
        return customer

    return make


class _Checks:
    """What the models say of each row of a chunk; addresses and custom fields are checked where they are set."""

    def __init__(self) -> None:
        kept, printable = ("email", "custom_fields"), (no_control_characters,)
        self.contact = row_check(Contact, exclude=KEPT_ELSEWHERE, vouched=kept, passed_by_printable=printable)
        self.customer = row_check(Customer, exclude=("contact", "assigned_to", "created_at", "updated_at"))


def _write_trade(customer: Customer, trade: Mapping[str, Any], checks: _Checks) -> None:
    """Raises Invalid."""
    apply_changes(customer, trade)
    checks.customer(customer)


def _add(rows: Sequence[New]) -> dict[int, Written | Refused]:
    """New customers. Who is in a listing under the e-mail address keeps their row, and what the file says wins."""
    keys = [new.reading.customer.contact.email_key for new in rows]
    listed = Contact.objects.for_update().filter(email_key__in=[key for key in keys if key], deleted_at=None)
    known = {contact.email_key: contact for contact in listed.order_by("pk")}
    customers_already = set(
        Customer.objects.filter(pk__in=[it.pk for it in known.values()]).values_list("pk", flat=True)
    )
    results: dict[int, Written | Refused] = {}
    added: list[Customer] = []
    checks = _Checks()
    promoted: list[Contact] = []
    for new, key in zip(rows, keys, strict=True):
        reading, contact = new.reading, known.get(key) if key else None
        if contact is not None:
            refused = _promote(contact, reading, checks, is_customer=contact.pk in customers_already)
            if refused:
                results[new.row] = refused
                continue
            reading.customer.contact = contact
            promoted.append(contact)
        added.append(reading.customer)
        results[new.row] = Written(reading.customer.contact_id, now())
    _save_new(added, promoted)
    return results


def _promote(contact: Contact, reading: CustomerReading, checks: _Checks, *, is_customer: bool) -> Refused | None:
    if is_customer:
        return Refused("email", EmailTaken.message)
    try:
        _write_contact(contact, reading.person, reading.custom, checks)
    except DomainError as error:
        return _refused(error)
    contact.updated_at = now()
    return None


def _save_new(customers: Sequence[Customer], promoted: Sequence[Contact]) -> None:
    if not customers:
        return
    there = {contact.pk for contact in promoted}
    copy_rows(Contact, (customer.contact for customer in customers if customer.contact_id not in there))
    update_rows(Contact, promoted, [*OF_CONTACT, "updated_at"])
    copy_rows(Customer, customers)
    per_day = Counter(utc_day(customer.created_at).isoformat() for customer in customers)
    ids = tuple(customer.contact_id for customer in customers)
    keep_decided(customer.contact for customer in customers)
    record(CustomersLoaded(batch_id=new_id(), per_day=dict(per_day), contact_ids=ids))


def _change(batch: Batch) -> dict[int, Written | Refused]:
    """Rows written onto the customers they were matched with, all by two statements."""
    if not batch.changes:
        return {}
    people, checks = locked_customers([change.record_id for change in batch.changes]), _Checks()
    results: dict[int, Written | Refused] = {}
    changed: list[Contact] = []
    for change in batch.changes:
        contact = people.get(change.record_id)
        if contact is None:
            results[change.row] = Refused("", _("The record was deleted meanwhile."))
            continue
        result = _changed(contact, change, checks, fill_only=batch.fill_only)
        if isinstance(result, Written) and result.before:
            changed.append(contact)
        results[change.row] = result
    save_both(changed)
    return results


def save_both(people: Sequence[Contact]) -> None:
    """Changed people and their customer rows, by two statements."""
    update_rows(Contact, people, [*OF_CONTACT, "updated_at"])
    update_rows(Customer, [contact.customer for contact in people], [*TRADE, "assigned_to", "updated_at"])
    keep_decided(people)


def locked_customers(ids: Collection[UUID]) -> dict[UUID, Contact]:
    """The living customers among `ids`, under their locks, each contact with its customer."""
    contacts = Contact.objects.for_update().filter(pk__in=ids, deleted_at=None).order_by("pk").in_bulk()
    people: dict[UUID, Contact] = {}
    for customer in Customer.objects.for_update().filter(pk__in=contacts, deleted_at=None).order_by("pk"):
        people[customer.pk] = customer.contact = contacts[customer.pk]
    return people


def _changed(contact: Contact, change: Change, checks: _Checks, *, fill_only: bool) -> Written | Refused:
    """The values set on the contact and its customer, unsaved."""
    customer, reading = contact.customer, change.reading
    person, trade, custom = reading.person, reading.trade, reading.custom
    if fill_only:
        person, trade = _blank_in(contact, person), _blank_in(customer, trade)
        custom = {key: value for key, value in custom.items() if key not in contact.custom_fields}
    before = _held(contact, customer)
    try:
        _write_contact(contact, person, custom, checks)
        _write_trade(customer, trade, checks)
    except DomainError as error:
        return _refused(error)
    after = _held(contact, customer)
    former = {
        part: {name: value for name, value in values.items() if after[part][name] != value}
        for part, values in before.items()
    }
    if not any(former.values()):
        return Written(contact.pk, contact.updated_at, {})
    contact.updated_at = customer.updated_at = now()
    return Written(contact.pk, now(), former)


def _write_contact(contact: Contact, person: Mapping[str, Any], custom: Mapping[str, Any], checks: _Checks) -> None:
    """Raises Invalid, BadEmail, BadPhone, BadCustomValue."""
    write_person(contact, person, check=checks.contact)
    contact.custom_fields = merged_custom_fields(contact.custom_fields, custom, are_checked=True)


def _blank_in(row: Contact | Customer, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if getattr(row, name) in ("", None)}


def _held(contact: Contact, customer: Customer) -> dict[str, dict[str, Any]]:
    """What the two rows hold, as undoing keeps it."""
    return {
        "contact": to_json({name: getattr(contact, name) for name in OF_CONTACT}),
        "customer": to_json({name: getattr(customer, name) for name in OF_CUSTOMER}),
    }


def _refused(error: DomainError) -> Refused:
    field = error.complaints[0].field if error.complaints else ""
    return Refused(field, error.complaints[0].message if error.complaints else error.message)
