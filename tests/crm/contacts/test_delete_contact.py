"""A person who is deleted leaves every API; their history stays (where-they-meet.md, "One person")."""

from uuid import UUID

import pytest

from crm.campaigns.models import ListingEntry
from crm.campaigns.services import add_to_listing, open_listing
from crm.contacts.errors import ContactNotFound
from crm.contacts.models import Contact, Customer, Identity
from crm.contacts.selectors import contact_by_id, contacts, customer_by_id, customers, with_email, with_phone
from crm.contacts.services import add_identity, create_contact, delete_contact, update_contact
from crm.kernel.audit import events_about, events_of_scope
from crm.kernel.ids import new_id
from crm.kernel.lookups import found_by
from loyalty.members.models import Member
from loyalty.tiers.models import MemberTier
from tests.builders import a_customer, an_entry
from tests.cast import World


@pytest.fixture
def ann(acme: World) -> UUID:
    return a_customer(acme, name="Ann Lee", email="ann@example.com", phone="+35799123834")


def delete(world: World, contact_id: UUID) -> None:
    with world.scope():
        delete_contact(contact_id=contact_id)


def test_nobody_finds_a_deleted_person(acme: World, ann: UUID) -> None:
    delete(acme, ann)
    with acme.scope():
        for people in (contacts(), customers(), customer_by_id(ann), found_by(contacts(), "ann")):
            assert not people.exists()
        assert not with_email(contacts(), "ann@example.com").exists()
        assert not with_phone(contacts(), "+35799123834").exists()
        with pytest.raises(ContactNotFound):
            contact_by_id(ann)


def test_the_rows_stay_with_their_date(acme: World, ann: UUID) -> None:
    with acme.scope() as scope:
        delete_contact(contact_id=ann)
        contact, customer = Contact.objects.get(pk=ann), Customer.objects.get(pk=ann)
    moments = {contact.deleted_at, contact.updated_at, customer.deleted_at, customer.updated_at}
    assert moments == {scope.now}


def test_others_are_left_alone(acme: World, rehearsal: World, ann: UUID) -> None:
    bob, twin = a_customer(acme), a_customer(rehearsal, email="ann@example.com")
    delete(acme, ann)
    with acme.scope():
        assert contacts().get().pk == customers().get().pk == bob
    with rehearsal.scope():
        assert customers().get().pk == twin


def test_a_deletion_is_recorded(acme: World, ann: UUID) -> None:
    with acme.scope():
        since = Customer.objects.get(pk=ann).created_at.date().isoformat()
    delete(acme, ann)
    with acme.scope():
        event = events_about("contact", ann).filter(name="contact.deleted").get()
    assert event.payload == {"contact_id": str(ann), "was_customer": True, "customer_since": since}


def test_a_mere_contact_is_deleted_too(acme: World) -> None:
    with acme.scope():
        contact = create_contact(email="ann@example.com")
        delete_contact(contact_id=contact.id)
        event = events_of_scope().filter(name="contact.deleted").get()
        assert not contacts().exists()
        assert not events_of_scope().filter(name="member.left").exists()
    assert event.payload == {"contact_id": str(contact.id), "was_customer": False, "customer_since": None}


def test_ways_to_sign_in_are_freed(acme: World, ann: UUID) -> None:
    bob = a_customer(acme)
    with acme.scope():
        add_identity(contact_id=ann, provider="EMAIL", value="ann@example.com")
        add_identity(contact_id=ann, provider="PHONE", value="+35799123834")
        kept = add_identity(contact_id=bob, provider="EMAIL", value="bob@example.com")
        delete_contact(contact_id=ann)
        assert Identity.objects.get() == kept
        add_identity(contact_id=bob, provider="PHONE", value="+35799123834")


def test_places_in_listings_end(acme: World, ann: UUID) -> None:
    an_entry(acme, email="ann@example.com")
    an_entry(acme, email="bob@example.com")
    with acme.scope() as scope:
        add_to_listing(listing=open_listing(name="Other"), values={"email": "ann@example.com"}, ip_address=None)
        delete_contact(contact_id=ann)
        entries = ListingEntry.objects.filter(contact_id=ann)
        assert [entry.ended_at for entry in entries] == [scope.now] * 2
        assert events_about("contact", ann).filter(name="listing_entry.ended").count() == 2
        assert ListingEntry.objects.filter(ended_at=None).count() == 1


def test_a_member_leaves_the_programme_and_keeps_their_history(acme: World, ann: UUID) -> None:
    with acme.scope() as scope:
        delete_contact(contact_id=ann)
        assert Member.objects.get(pk=ann).left_at == scope.now
        assert MemberTier.objects.get(pk=ann).tier.slug == "bronze"
        assert events_about("contact", ann).filter(name="member.left").count() == 1


def test_foreign_deleted_and_unknown_people_are_not_found(
    acme: World, rehearsal: World, rival: World, ann: UUID
) -> None:
    for world, contact_id in ((rehearsal, ann), (rival, ann), (acme, new_id())):
        with world.scope(), pytest.raises(ContactNotFound):
            delete_contact(contact_id=contact_id)
    delete(acme, ann)
    with acme.scope():
        for service in (delete_contact, update_contact):
            with pytest.raises(ContactNotFound):
                service(contact_id=ann)
        assert events_about("contact", ann).filter(name="contact.deleted").count() == 1
