"""E-mail addresses that members say are theirs, beside the one that they are written to."""

from typing import TypedDict, Unpack
from uuid import UUID

from crm.contacts.errors import OwnEmailNotFound, OwnEmailTwice, TooManyEmails
from crm.contacts.events import OwnEmailAdded, OwnEmailChanged
from crm.contacts.models import Contact, OwnEmail
from crm.contacts.models.own_email import MOST_EMAILS
from crm.contacts.services.contacts import locked_contact, update_contact
from crm.contacts.services.sign_in_links import ask_to_verify
from crm.kernel.addresses import checked_email, email_key
from crm.kernel.changes import check_row
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.transactions import atomic


class OwnEmailValues(TypedDict, total=False):
    """What may be written of an address; a key that is absent leaves its field alone."""

    kind: str
    email: str


@atomic
def add_own_email(
    *, contact_id: UUID, is_primary: bool = False, to_be_verified: bool = False, **values: Unpack[OwnEmailValues]
) -> OwnEmail:
    """Another address; one that they have said before is written anew. A primary one is where they are written to from
    now on; to one that is to be verified, the link goes by which they show that it is theirs.

    Raises ContactNotFound, TooManyEmails, EmailTaken, BadEmail, Invalid.
    """
    contact = locked_contact(contact_id)
    email = checked_email(values.get("email", ""))
    known = OwnEmail.objects.filter(contact=contact)
    row = known.filter(key=email_key(email)).first()
    if row is None:
        if known.count() >= MOST_EMAILS:
            raise TooManyEmails
        row = OwnEmail(contact=contact, created_at=now())
    _write(row, {**values, "email": email})
    record(OwnEmailAdded(contact_id=contact.pk, own_email_id=row.pk))
    _use(row, is_primary=is_primary, to_be_verified=to_be_verified)
    return row


@atomic
def change_own_email(
    *, contact_id: UUID, own_email_id: UUID, is_primary: bool = False, to_be_verified: bool = False,
    **values: Unpack[OwnEmailValues],
) -> OwnEmail:  # fmt: skip
    """Write an address of this member; what is not given stays. Where they were written to by it, they are by the new
    one.

    Raises ContactNotFound, OwnEmailNotFound, for somebody else's too, OwnEmailTwice, EmailTaken, BadEmail, Invalid.
    """
    contact = locked_contact(contact_id)
    row = OwnEmail.objects.filter(contact=contact, pk=own_email_id).first()
    if row is None:
        raise OwnEmailNotFound
    was_primary = _is_written_to(contact, row)
    if values:
        _write(row, values)
        record(OwnEmailChanged(contact_id=contact.pk, own_email_id=row.pk))
    _use(row, is_primary=is_primary or was_primary, to_be_verified=to_be_verified)
    return row


def _write(row: OwnEmail, values: OwnEmailValues) -> None:
    if "kind" in values:
        row.kind = values["kind"]
    if "email" in values:
        row.value = checked_email(values["email"])
        row.key = email_key(row.value)
        if OwnEmail.objects.filter(contact_id=row.contact_id, key=row.key).exclude(pk=row.pk).exists():
            raise OwnEmailTwice
    check_row(row, exclude=("contact",))
    row.save()


def _is_written_to(contact: Contact, row: OwnEmail) -> bool:
    return contact.email_key == row.key


def _use(row: OwnEmail, *, is_primary: bool, to_be_verified: bool) -> None:
    if is_primary:
        update_contact(contact_id=row.contact_id, email=row.value)
    if to_be_verified:
        ask_to_verify(contact_id=row.contact_id, email=row.value)
