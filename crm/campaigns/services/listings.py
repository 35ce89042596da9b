"""Listings as s3 speaks of them: an entry is found by its number, else by e-mail, else by phone, within its listing."""

from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.campaigns.errors import (
    AddressOfAnother,
    AlreadyListed,
    Ambiguous,
    EntryNotFound,
    ListingNameTaken,
    PhoneOfAnother,
    TwoContacts,
)
from crm.campaigns.events import EntryAdded, EntryEnded, ListingOpened
from crm.campaigns.models import Listing, ListingEntry
from crm.campaigns.selectors import entries_matching
from crm.contacts.errors import AddressMissing, EmailTaken
from crm.contacts.models import Contact
from crm.contacts.selectors import contacts, customers, with_email
from crm.contacts.services import create_contact, delete_contact, update_contact
from crm.kernel.addresses import Phone, checked_email, email_key
from crm.kernel.changes import check_row
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.locks import hold_names
from crm.kernel.transactions import atomic
from crm.messaging.selectors import ensure_not_blacklisted


class EntryValues(TypedDict, total=False):
    """What s3 writes of a contact. An empty text clears a field, an absent key leaves it alone."""

    first_name: str
    last_name: str
    email: str
    phone: Phone | None


@dataclass(frozen=True)
class PutOutcome:
    entry: ListingEntry
    created: bool


@atomic
def open_listing(*, name: str) -> Listing:
    """Raises ListingNameTaken, Invalid."""
    listing = Listing(name=name, created_at=now())
    check_row(listing, exclude=("id",))
    try:
        with transaction.atomic():
            listing.save(force_insert=True)
    except IntegrityError:
        raise ListingNameTaken from None
    record(ListingOpened(listing_id=listing.id))
    return listing


@atomic
def add_to_listing(
    *, listing: Listing, values: EntryValues, ip_address: str | None, source: str = "api"
) -> ListingEntry:
    """A new entry (s3 POST). A contact outside the listing who has this e-mail address is linked, and only what is
    blank of theirs is filled; a phone links nobody.

    Raises AlreadyListed, TwoContacts, PhoneOfAnother, Suppressed, AddressMissing, Invalid, BadEmail.
    """
    _check_addresses(listing, values)
    by_email, by_phone = _holders(listing, values)
    if by_email and by_phone and by_email != by_phone[0]:
        raise TwoContacts
    if by_email or by_phone:
        raise AlreadyListed
    contact = _linked_or_new(values)
    _ensure_phone_is_free(listing, contact)
    entry = ListingEntry(listing=listing, contact=contact, source=source, ip_address=ip_address, created_at=now())
    entry.save(force_insert=True)
    record(EntryAdded(contact_id=contact.id, listing_id=listing.id, entry_id=entry.id))
    return entry


@atomic
def put_into_listing(
    *, listing: Listing, entry_id: int | None, values: EntryValues, ip_address: str | None
) -> PutOutcome:
    """Change the entry that is meant, or add one (s3 PUT, §4 to §8).

    Raises EntryNotFound, TwoContacts, Ambiguous, AddressOfAnother, PhoneOfAnother, AlreadyListed, Suppressed,
    AddressMissing, Invalid, BadEmail.
    """
    has_address = bool(values.get("email") or values.get("phone"))
    if entry_id is None and not has_address:
        raise AddressMissing
    _check_addresses(listing, values, needed=False)
    entry = _meant(listing, values) if entry_id is None else entries_matching(listing, entry_id=entry_id).first()
    if entry is not None:
        _change(listing, entry, values)
        return PutOutcome(entry, created=False)
    if not has_address:
        raise EntryNotFound
    return PutOutcome(add_to_listing(listing=listing, values=values, ip_address=ip_address), created=True)


@atomic
def end_entry(*, listing: Listing, entry_id: int | None = None, email: str = "", phone: str = "") -> None:
    """Take a contact out of the listing; one with no entry left who is no customer goes with it (s3 DELETE).

    All that is given must match the same entry. Raises EntryNotFound, Ambiguous.
    """
    if entry_id is None and not email and not phone:
        raise EntryNotFound
    found = list(entries_matching(listing, entry_id=entry_id, email=email, phone=phone)[:2])
    if not found:
        raise EntryNotFound
    if len(found) > 1:
        raise Ambiguous
    entry = ListingEntry.objects.for_update().filter(pk=found[0].pk, ended_at=None).first()
    if entry is None:
        raise EntryNotFound
    _end(entry)
    others = ListingEntry.objects.filter(contact_id=entry.contact_id, ended_at=None).exists()
    if not others and not customers().filter(pk=entry.contact_id).exists():
        delete_contact(contact_id=entry.contact_id)


def end_entries_of(contact_id: UUID) -> None:
    """Every open entry of a contact."""
    for entry in ListingEntry.objects.for_update().filter(contact_id=contact_id, ended_at=None).order_by("id"):
        _end(entry)


def _end(entry: ListingEntry) -> None:
    entry.ended_at = now()
    entry.save(update_fields=["ended_at"])
    record(EntryEnded(contact_id=entry.contact_id, listing_id=entry.listing_id, entry_id=entry.id))


def _check_addresses(listing: Listing, values: EntryValues, *, needed: bool = True) -> None:
    """The addresses given are well formed and not blacklisted; nobody else writes them into this listing meanwhile."""
    email, phone = values.get("email", ""), values.get("phone")
    if needed and not email and not phone:
        raise AddressMissing
    key = email_key(checked_email(email)) if email else ""
    phone_key = phone.key if phone else ""
    ensure_not_blacklisted(email_key=key, phone_key=phone_key)
    hold_names(*(f"listing:{listing.id}:{address}" for address in (key, phone_key) if address))


def _holders(listing: Listing, values: EntryValues) -> tuple[ListingEntry | None, list[ListingEntry]]:
    """Who in the listing has the e-mail address given, and who has the phone given."""
    email, phone = values.get("email"), values.get("phone")
    by_email = entries_matching(listing, email=email).select_related("contact").first() if email else None
    by_phone = list(entries_matching(listing, phone=phone.key)[:2]) if phone else []
    return by_email, by_phone


def _meant(listing: Listing, values: EntryValues) -> ListingEntry | None:
    """The entry a PUT without number means: by e-mail, then by phone."""
    by_email, by_phone = _holders(listing, values)
    if by_email:
        phone = values.get("phone")
        if by_phone and phone and by_email.contact.phone_key != phone.key:
            raise TwoContacts
        return by_email
    if len(by_phone) > 1:
        raise Ambiguous
    return by_phone[0] if by_phone else None


def _change(listing: Listing, entry: ListingEntry, values: EntryValues) -> None:
    former = entry.contact.phone_key
    try:
        contact = update_contact(contact_id=entry.contact_id, **values)
    except EmailTaken:
        raise AddressOfAnother from None
    if contact.phone_key != former:
        _ensure_phone_is_free(listing, contact)


def _linked_or_new(values: EntryValues) -> Contact:
    email = values.get("email")
    known = with_email(contacts(), email).first() if email else None
    if known is None:
        try:
            with transaction.atomic():
                return create_contact(**values)
        except EmailTaken:
            # Somebody else wrote this address a moment ago; it is theirs that is linked.
            known = with_email(contacts(), email or "").get()
    blanks: EntryValues = {field: value for field, value in values.items() if value and not getattr(known, field)}  # type: ignore[assignment]
    return update_contact(contact_id=known.id, **blanks)


def _ensure_phone_is_free(listing: Listing, contact: Contact) -> None:
    if contact.phone_key:
        hold_names(f"listing:{listing.id}:{contact.phone_key}")
        others = entries_matching(listing, phone=contact.phone_key).exclude(contact=contact)
        if others.exists():
            raise PhoneOfAnother
