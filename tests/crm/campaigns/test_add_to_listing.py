"""S3's POST: a new entry, linked by e-mail only (s3 §7, §8; where-they-meet.md, "S3")."""

from typing import Any

import pytest

from crm.campaigns.errors import AlreadyListed, PhoneOfAnother, TwoContacts
from crm.campaigns.models import ListingEntry
from crm.campaigns.selectors import entries_of
from crm.campaigns.services import add_to_listing, end_entry, open_listing
from crm.contacts.errors import AddressMissing
from crm.contacts.models import Contact
from crm.contacts.services import delete_contact
from crm.kernel.addresses import BadEmail, phone_from_digits
from crm.kernel.audit import events_about, events_of_scope
from crm.kernel.errors import Invalid
from crm.messaging.errors import Suppressed
from crm.messaging.services import suppress
from tests.builders import a_customer, stored
from tests.cast import World

PHONE = phone_from_digits("15551234567")
OTHER_PHONE = phone_from_digits("35799123834")
JOHN: dict[str, Any] = {"first_name": "John", "last_name": "Doe", "email": "johndoe@example.com", "phone": PHONE}


def added(world: World, **values: Any) -> ListingEntry:
    with world.scope():
        entry = add_to_listing(listing=world.listing, values=values, ip_address="192.0.2.1")  # type: ignore[arg-type]
        return ListingEntry.objects.select_related("contact").get(pk=entry.pk)


def other_listing(world: World) -> World:
    with world.scope():
        return World(world.organisation, world.mode, listing=open_listing(name="Other"))


def people(world: World) -> int:
    with world.scope():
        return Contact.objects.count()


def test_a_new_entry_is_a_new_contact(acme: World) -> None:
    entry = added(acme, **JOHN)
    contact = entry.contact
    assert (contact.first_name, contact.last_name, contact.name) == ("John", "Doe", "John Doe")
    assert (contact.email, contact.phone, contact.source) == ("johndoe@example.com", "+15551234567", "api")
    assert (entry.source, entry.ip_address, entry.ended_at) == ("api", "192.0.2.1", None)
    with acme.scope():
        assert not Contact.objects.filter(customer__isnull=False).exists()


def test_a_new_entry_is_recorded_on_its_contact(acme: World) -> None:
    entry = added(acme, **JOHN)
    with acme.scope():
        event = events_about("contact", entry.contact_id).first()
    assert event is not None
    assert event.name == "listing_entry.added"
    assert event.payload == {
        "contact_id": str(entry.contact_id), "listing_id": acme.listing.id, "entry_id": entry.id,
    }  # fmt: skip


@pytest.mark.parametrize("values", [{"email": "a@example.com"}, {"phone": PHONE}, {"email": "", "phone": PHONE}])
def test_one_address_is_enough(acme: World, values: dict[str, Any]) -> None:
    assert added(acme, **values).contact.is_reachable


@pytest.mark.parametrize("values", [{}, {"first_name": "John"}, {"email": "", "phone": None}])
def test_an_address_is_needed(acme: World, values: dict[str, Any]) -> None:
    with pytest.raises(AddressMissing):
        added(acme, **values)


@pytest.mark.parametrize(
    ("values", "error", "field"),
    [({"email": "john@"}, BadEmail, "email"), ({**JOHN, "first_name": "x" * 101}, Invalid, "first_name"),
     ({**JOHN, "last_name": "a\0b"}, Invalid, "last_name")],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_leaves_nothing(
    acme: World, values: dict[str, Any], error: type[Invalid], field: str
) -> None:
    with pytest.raises(error) as refusal:
        added(acme, **values)
    assert refusal.value.complaints[0].field == field
    assert people(acme) == 0


@pytest.mark.parametrize(
    "values",
    [{"email": "johndoe@example.com"}, {"email": "JohnDoe@Example.com"}, {"phone": PHONE}, JOHN,
     {"email": "johndoe@example.com", "phone": OTHER_PHONE}, {"email": "new@example.com", "phone": PHONE}],
)  # fmt: skip
def test_somebody_who_is_listed_is_not_listed_again(acme: World, values: dict[str, Any]) -> None:
    entry = added(acme, **JOHN)
    with pytest.raises(AlreadyListed) as refusal:
        added(acme, **{**values, "first_name": "Johnny"})
    assert str(refusal.value) == "Contact already exists."
    assert people(acme) == 1
    with acme.scope():
        assert entries_of(acme.listing).get().contact.first_name == entry.contact.first_name


def test_an_email_and_a_phone_of_two_contacts_of_the_listing_are_refused(acme: World) -> None:
    added(acme, email="ann@example.com")
    added(acme, phone=PHONE)
    with pytest.raises(TwoContacts):
        added(acme, email="ann@example.com", phone=PHONE)


def test_a_listing_may_hold_whom_another_listing_holds(acme: World) -> None:
    other = other_listing(acme)
    first, second = added(acme, **JOHN), added(other, **JOHN)
    assert first.contact_id == second.contact_id
    assert first.id != second.id
    assert people(acme) == 1


def test_each_tenant_has_contacts_of_its_own(acme: World, rehearsal: World, rival: World) -> None:
    ids = {added(world, **JOHN).contact_id for world in (acme, rehearsal, rival)}
    assert len(ids) == 3


def test_an_email_links_to_whoever_has_it(acme: World) -> None:
    customer = a_customer(acme, name="Ann Lee", email="Ann@example.com")
    entry = added(acme, email="ANN@example.com")
    assert entry.contact_id == customer
    assert people(acme) == 1


def test_only_blanks_of_a_linked_contact_are_filled(acme: World) -> None:
    customer = a_customer(acme, name="Ann", email="Ann@example.com")
    added(acme, first_name="John", last_name="Doe", email="ANN@example.com", phone=PHONE)
    contact = stored(acme, customer).contact
    assert (contact.first_name, contact.last_name, contact.name) == ("Ann", "Doe", "Ann Doe")
    assert (contact.email, contact.phone) == ("Ann@example.com", "+15551234567")


def test_what_a_linked_contact_has_is_left_alone(acme: World) -> None:
    customer = a_customer(acme, name="Ann Lee", email="ann@example.com", phone="+35799123834")
    before = stored(acme, customer)
    added(acme, **{**JOHN, "email": "ann@example.com"})
    after = stored(acme, customer)
    assert (after.contact.name, after.contact.phone) == ("Ann Lee", "+35799123834")
    assert after.updated_at == before.updated_at
    with acme.scope():
        assert not events_about("contact", customer).filter(name="contact.updated").exists()


def test_filling_blanks_is_recorded(acme: World) -> None:
    customer = a_customer(acme, name="Ann Lee", email="ann@example.com")
    added(acme, email="ann@example.com", phone=PHONE)
    with acme.scope():
        event = events_about("contact", customer).filter(name="contact.updated").get()
    assert event.changes == {"phone": ["", "+15551234567"]}


def test_a_phone_never_links(acme: World) -> None:
    customer = a_customer(acme, name="Ann Lee", phone="+15551234567")
    assert added(acme, phone=PHONE).contact_id != customer
    assert people(acme) == 2


def test_a_linked_contacts_own_phone_must_be_free_in_the_listing(acme: World) -> None:
    a_customer(acme, name="Ann Lee", email="ann@example.com", phone="+15551234567")
    added(acme, phone=PHONE)
    with pytest.raises(PhoneOfAnother):
        added(acme, email="ann@example.com")
    with acme.scope():
        assert entries_of(acme.listing).count() == 1


def test_the_email_of_a_deleted_contact_links_to_nobody(acme: World) -> None:
    customer = a_customer(acme, email="ann@example.com")
    with acme.scope():
        delete_contact(contact_id=customer)
    assert added(acme, email="ann@example.com").contact_id != customer


def test_who_was_taken_out_of_the_listing_may_come_back(acme: World) -> None:
    first = added(acme, **JOHN)
    with acme.scope():
        end_entry(listing=acme.listing, entry_id=first.id)
    second = added(acme, **JOHN)
    assert second.id > first.id
    assert second.contact_id != first.contact_id


@pytest.mark.parametrize(("channel", "address"), [("email", "JohnDoe@example.com"), ("phone", "+1 555 123 4567")])
def test_a_blacklisted_address_is_not_written_down(acme: World, channel: str, address: str) -> None:
    with acme.scope():
        suppress(channel=channel, address=address)
    with pytest.raises(Suppressed) as refusal:
        added(acme, **JOHN)
    assert refusal.value.field == channel
    assert people(acme) == 0
    with acme.scope():
        assert not events_of_scope().filter(subject_kind="contact").exists()


@pytest.mark.parametrize("reason", ["bounce", "complaint", "unsubscribe", "erased"])
def test_other_reasons_on_the_list_refuse_nobody(acme: World, reason: str) -> None:
    with acme.scope():
        suppress(channel="email", address="johndoe@example.com", reason=reason)
    assert added(acme, **JOHN).contact.email == "johndoe@example.com"


def test_the_blacklist_of_another_tenant_does_not_count(acme: World, rival: World) -> None:
    with rival.scope():
        suppress(channel="email", address="johndoe@example.com")
    assert added(acme, **JOHN)


def test_an_entry_may_come_from_elsewhere(acme: World) -> None:
    with acme.scope():
        entry = add_to_listing(listing=acme.listing, values={"phone": PHONE}, ip_address=None, source="import")
        entry.refresh_from_db()
    assert (entry.source, entry.ip_address) == ("import", None)
