"""S3's DELETE: an entry ends; a contact left with none, who is no customer, goes with it (where-they-meet.md, "S3")."""

from typing import Any

import pytest

from crm.campaigns.errors import Ambiguous, EntryNotFound
from crm.campaigns.models import ListingEntry
from crm.campaigns.selectors import entries_of
from crm.campaigns.services import add_to_listing, end_entries_of, end_entry, open_listing
from crm.contacts.models import Contact
from crm.contacts.selectors import contacts, customers
from crm.contacts.services import update_contact
from crm.kernel.addresses import phone_from_digits
from crm.kernel.audit import events_about
from crm.kernel.errors import DomainError
from tests.builders import a_customer, an_entry
from tests.cast import World

PHONE = phone_from_digits("15551234567")


@pytest.fixture
def john(acme: World) -> int:
    return an_entry(acme, first_name="John", email="john@example.com", phone=PHONE)


def end(world: World, **which: Any) -> None:
    with world.scope():
        end_entry(listing=world.listing, **which)


def is_listed(world: World, entry_id: int) -> bool:
    with world.scope():
        return entries_of(world.listing).filter(pk=entry_id).exists()


def refused(error: type[DomainError], world: World, **which: Any) -> None:
    with pytest.raises(error):
        end(world, **which)


@pytest.mark.parametrize(
    "which",
    [{"email": "JOHN@example.com"}, {"phone": "15551234567"}, {"email": "john@example.com", "phone": "15551234567"}],
)
@pytest.mark.parametrize("with_number", [False, True])
def test_an_entry_ends_by_its_number_email_or_phone(
    acme: World, john: int, which: dict[str, str], with_number: bool
) -> None:
    other = an_entry(acme, email="ann@example.com")
    end(acme, **which, **({"entry_id": john} if with_number else {}))
    assert not is_listed(acme, john)
    assert is_listed(acme, other)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("entry_id", {"email": "ann@example.com"}), ("entry_id", {"email": "bob@example.com"}),
     ("entry_id", {"phone": "35799123834"}), ("email", {"phone": "35799123834"}),
     ("phone", {"email": "ann@example.com"}), ("phone", {"email": "bob@example.com"})],
)  # fmt: skip
def test_all_that_is_given_must_match_the_same_entry(acme: World, john: int, right: str, wrong: dict[str, str]) -> None:
    ann = an_entry(acme, email="ann@example.com")
    johns = {"entry_id": john, "email": "john@example.com", "phone": "15551234567"}
    refused(EntryNotFound, acme, **{right: johns[right]}, **wrong)
    assert is_listed(acme, john)
    assert is_listed(acme, ann)


def test_an_entry_ends_once(acme: World, john: int) -> None:
    end(acme, entry_id=john)
    refused(EntryNotFound, acme, entry_id=john)
    refused(EntryNotFound, acme, email="john@example.com")


def test_an_ended_entry_keeps_its_row_and_is_recorded(acme: World, john: int) -> None:
    with acme.scope() as scope:
        end_entry(listing=acme.listing, entry_id=john)
        row = ListingEntry.objects.get(pk=john)
        event = events_about("contact", row.contact_id).filter(name="listing_entry.ended").get()
    assert row.ended_at == scope.now
    assert event.payload["entry_id"] == john


def test_a_contact_left_with_no_entry_goes_with_it(acme: World, john: int) -> None:
    end(acme, entry_id=john)
    with acme.scope():
        assert not contacts().exists()
        assert Contact.objects.get().deleted_at is not None
    an_entry(acme, email="john@example.com", phone=PHONE)


def test_a_customer_stays_a_customer(acme: World) -> None:
    customer = a_customer(acme, email="ann@example.com")
    entry = an_entry(acme, email="ann@example.com")
    end(acme, entry_id=entry)
    assert not is_listed(acme, entry)
    with acme.scope():
        assert customers().get().pk == customer


def test_a_contact_of_another_listing_stays_there(acme: World, john: int) -> None:
    with acme.scope():
        other = open_listing(name="Other")
        second = add_to_listing(listing=other, values={"email": "john@example.com"}, ip_address=None)
        end_entry(listing=acme.listing, entry_id=john)
        assert entries_of(other).get() == second
        assert contacts().count() == 1
        end_entry(listing=other, email="john@example.com")
        assert not contacts().exists()


def test_entries_of_other_listings_and_tenants_are_not_found(acme: World, rehearsal: World, rival: World) -> None:
    john = an_entry(acme, email="john@example.com")
    with acme.scope():
        other = World(acme.organisation, acme.mode, listing=open_listing(name="Other"))
    for world in (other, rehearsal, rival):
        refused(EntryNotFound, world, entry_id=john)
        refused(EntryNotFound, world, email="john@example.com")
    assert is_listed(acme, john)


def test_a_shared_phone_alone_ends_nobodys_entry(acme: World, john: int) -> None:
    twin = an_entry(acme, email="twin@example.com")
    with acme.scope():
        update_contact(contact_id=entries_of(acme.listing).get(pk=twin).contact_id, phone=PHONE)
    refused(Ambiguous, acme, phone="15551234567")
    assert is_listed(acme, john)
    assert is_listed(acme, twin)
    end(acme, phone="15551234567", email="twin@example.com")
    assert is_listed(acme, john)
    assert not is_listed(acme, twin)


def test_every_entry_of_a_contact_ends_at_once(acme: World, john: int) -> None:
    an_entry(acme, email="ann@example.com")
    with acme.scope():
        contact_id = ListingEntry.objects.get(pk=john).contact_id
        add_to_listing(listing=open_listing(name="Other"), values={"email": "john@example.com"}, ip_address=None)
        end_entries_of(contact_id)
        end_entries_of(contact_id)
        assert ListingEntry.objects.filter(ended_at=None).count() == 1
        assert events_about("contact", contact_id).filter(name="listing_entry.ended").count() == 2


def test_with_nothing_to_go_by_no_entry_ends(acme: World, john: int) -> None:
    with acme.scope():
        for nothing in ({}, {"email": "", "phone": ""}):
            with pytest.raises(DomainError):
                end_entry(listing=acme.listing, **nothing)
    assert is_listed(acme, john)
