from typing import Unpack
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.contacts.errors import ContactNotFound, EmailTaken
from crm.contacts.events import ContactCreated, ContactDeleted, ContactUpdated
from crm.contacts.models import ConsentCause, Contact, Customer, Identity, OwnEmail, PushDevice
from crm.contacts.services.consent_entries import keep_decided
from crm.contacts.services.people import PersonValues, ensure_reachable, write_person
from crm.kernel.addresses import email_key
from crm.kernel.clock import now, utc_day
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.organisations.models import SessionKind
from crm.organisations.services import end_sessions_of


@atomic
def create_contact(**values: Unpack[PersonValues]) -> Contact:
    """A person who is no customer (s3). Raises EmailTaken, AddressMissing, Invalid, BadEmail, BadPhone."""
    contact = Contact(created_at=now(), updated_at=now())
    write_person(contact, values)
    ensure_reachable(contact)
    save_person(contact)
    record(ContactCreated(contact_id=contact.id))
    return contact


@atomic
def update_contact(*, contact_id: UUID, consent_wording: str = "", **values: Unpack[PersonValues]) -> Contact:
    """Write a living contact, customer or not; what is not given stays. `consent_wording` names the text that they were
    shown who decided.

    Raises ContactNotFound, EmailTaken, AddressMissing, NotAccepted, Invalid, BadEmail, BadPhone.
    """
    contact = locked_contact(contact_id)
    changes = write_person(contact, values)
    if changes:
        ensure_reachable(contact)
        touch(contact, wording=consent_wording)
        record(ContactUpdated(contact_id=contact.id), changes=changes)
    return contact


def touch(contact: Contact, *, wording: str = "") -> None:
    """Save a changed person; their customer row changes its date with them. Raises EmailTaken."""
    contact.updated_at = now()
    save_person(contact, wording=wording)
    Customer.objects.filter(pk=contact.pk).update(updated_at=contact.updated_at)


@atomic
def delete_contact(*, contact_id: UUID) -> None:
    """The person leaves every API; their address is free again, their history stays. Raises ContactNotFound."""
    contact = locked_contact(contact_id)
    customer = Customer.objects.for_update().filter(pk=contact.pk).first()
    contact.deleted_at = contact.updated_at = now()
    contact.save(update_fields=["deleted_at", "updated_at"])
    if customer:
        customer.deleted_at = customer.updated_at = now()
        customer.save(update_fields=["deleted_at", "updated_at"])
    for theirs in (Identity, OwnEmail, PushDevice):
        theirs.objects.filter(contact=contact).delete()
    end_sessions_of(kind=SessionKind.MEMBER, subject_id=contact.pk, because="deleted")
    since = utc_day(customer.created_at).isoformat() if customer else None
    record(ContactDeleted(contact_id=contact.id, was_customer=customer is not None, customer_since=since))


def locked_contact(contact_id: UUID) -> Contact:
    """A living contact under its lock; raises ContactNotFound."""
    contact = Contact.objects.for_update().filter(pk=contact_id, deleted_at=None).first()
    if contact is None:
        raise ContactNotFound
    return contact


def locked_contact_with_email(email: str) -> Contact | None:
    """The living contact who has this address, under its lock."""
    key = email_key(email)
    return Contact.objects.for_update().filter(email_key=key, deleted_at=None).first() if key else None


def save_person(contact: Contact, *, cause: str = ConsentCause.WRITTEN, wording: str = "") -> None:
    """Save, with the proof of what was decided about consent, telling a second person with the same e-mail address from
    other faults. Raises EmailTaken.
    """
    try:
        with transaction.atomic():
            contact.save()
    except IntegrityError as error:
        if "contact_email_once" in str(error):
            raise EmailTaken from None
        raise
    keep_decided([contact], cause=cause, wording=wording)
