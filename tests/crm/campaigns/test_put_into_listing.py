"""S3's PUT: change the entry that is meant, or add one (s3 §4 to §8; where-they-meet.md, "S3")."""

from typing import Any

import pytest

from crm.campaigns.errors import AddressOfAnother, Ambiguous, EntryNotFound, PhoneOfAnother, TwoContacts
from crm.campaigns.selectors import entries_of
from crm.campaigns.services import PutOutcome, end_entry, open_listing, put_into_listing
from crm.contacts.errors import AddressMissing
from crm.contacts.models import Contact
from crm.contacts.selectors import contact_by_id
from crm.contacts.services import update_contact
from crm.kernel.addresses import BadEmail, phone_from_digits
from crm.kernel.audit import events_about
from crm.kernel.errors import DomainError, Invalid
from crm.messaging.errors import Suppressed
from crm.messaging.services import suppress
from tests.builders import a_customer, an_entry, stored
from tests.cast import World

PHONE = phone_from_digits("15551234567")
OTHER_PHONE = phone_from_digits("35799123834")
UNKNOWN = 2**62


@pytest.fixture
def john(acme: World) -> int:
    return an_entry(acme, first_name="John", last_name="Doe", email="john@example.com", phone=PHONE)


def put(world: World, entry_id: int | None = None, **values: Any) -> PutOutcome:
    with world.scope():
        return put_into_listing(
            listing=world.listing, entry_id=entry_id, values=values, ip_address="192.0.2.2"  # type: ignore[arg-type]
        )  # fmt: skip


def shown(world: World, entry_id: int) -> tuple[str, str, str, str]:
    with world.scope():
        contact = entries_of(world.listing).select_related("contact").get(pk=entry_id).contact
        return contact.first_name, contact.last_name, contact.email, contact.phone


def contact_of(world: World, entry_id: int) -> Any:
    with world.scope():
        return entries_of(world.listing).get(pk=entry_id).contact_id


def count(world: World) -> int:
    with world.scope():
        return entries_of(world.listing).count()


def refused(error: type[DomainError], world: World, entry_id: int | None = None, **values: Any) -> str | None:
    with pytest.raises(error) as refusal:
        put(world, entry_id, **values)
    return refusal.value.field


@pytest.mark.parametrize(
    "means", [{"email": "JOHN@example.com"}, {"phone": PHONE}, {"email": "john@example.com", "phone": PHONE}]
)
def test_an_entry_is_meant_by_its_email_or_phone(acme: World, john: int, means: dict[str, Any]) -> None:
    outcome = put(acme, **means, first_name="Johnny")
    assert (outcome.entry.id, outcome.created) == (john, False)
    assert shown(acme, john)[:2] == ("Johnny", "Doe")


def test_an_entry_is_meant_by_its_number_first_of_all(acme: World, john: int) -> None:
    outcome = put(acme, john, email="johnny@example.com", phone=OTHER_PHONE)
    assert (outcome.entry.id, outcome.created) == (john, False)
    assert shown(acme, john) == ("John", "Doe", "johnny@example.com", "+35799123834")


@pytest.mark.parametrize(
    ("values", "expected"),
    [({}, ("John", "Doe", "john@example.com", "+15551234567")),
     ({"first_name": "Jo"}, ("Jo", "Doe", "john@example.com", "+15551234567")),
     ({"first_name": ""}, ("", "Doe", "john@example.com", "+15551234567")),
     ({"first_name": "", "last_name": ""}, ("", "", "john@example.com", "+15551234567")),
     ({"email": ""}, ("John", "Doe", "", "+15551234567")), ({"phone": None}, ("John", "Doe", "john@example.com", ""))],
)  # fmt: skip
def test_only_what_is_sent_changes_and_an_empty_text_clears(
    acme: World, john: int, values: dict[str, Any], expected: tuple[str, str, str, str]
) -> None:
    put(acme, john, **values)
    assert shown(acme, john) == expected


@pytest.mark.parametrize("values", [{"email": "", "phone": None}, {"phone": None}])
def test_the_last_address_cannot_be_cleared(acme: World, john: int, values: dict[str, Any]) -> None:
    if "email" not in values:
        put(acme, john, email="")
    before = shown(acme, john)
    assert refused(AddressMissing, acme, john, **values) == "email"
    assert shown(acme, john) == before


def test_the_phone_of_whoever_the_email_means_is_changed(acme: World, john: int) -> None:
    outcome = put(acme, email="john@example.com", phone=OTHER_PHONE)
    assert (outcome.entry.id, shown(acme, john)[3]) == (john, "+35799123834")


def test_the_email_of_whoever_the_phone_means_is_changed(acme: World, john: int) -> None:
    outcome = put(acme, email="johnny@example.com", phone=PHONE)
    assert (outcome.entry.id, shown(acme, john)[2]) == (john, "johnny@example.com")


def test_an_email_and_a_phone_of_two_contacts_are_refused(acme: World, john: int) -> None:
    an_entry(acme, email="ann@example.com")
    assert refused(TwoContacts, acme, email="ann@example.com", phone=PHONE) == "phone"


def test_without_number_email_and_phone_nobody_is_meant(acme: World, john: int) -> None:
    assert refused(AddressMissing, acme, first_name="Jo") == "email"
    assert refused(AddressMissing, acme, email="", phone=None) == "email"


@pytest.mark.parametrize("values", [{"email": "ann@example.com"}, {"phone": OTHER_PHONE}])
@pytest.mark.parametrize("entry_id", [None, UNKNOWN])
def test_whoever_is_not_listed_is_added(acme: World, john: int, entry_id: int | None, values: dict[str, Any]) -> None:
    outcome = put(acme, entry_id, first_name="Ann", **values)
    assert outcome.created
    assert outcome.entry.id not in (john, entry_id)
    assert outcome.entry.ip_address == "192.0.2.2"
    assert shown(acme, outcome.entry.id)[0] == "Ann"
    assert count(acme) == 2


@pytest.mark.parametrize("values", [{}, {"first_name": "Jo"}, {"email": "", "phone": None}])
def test_an_unknown_number_without_an_address_is_not_found(acme: World, values: dict[str, Any]) -> None:
    assert refused(EntryNotFound, acme, UNKNOWN, **values) is None


def test_a_number_of_another_listing_is_unknown_here(acme: World, rival: World, john: int) -> None:
    with acme.scope():
        other = World(acme.organisation, acme.mode, listing=open_listing(name="Other"))
    for world in (other, rival):
        refused(EntryNotFound, world, john, first_name="Jo")
    outcome = put(other, john, first_name="Jo", email="john@example.com")
    assert outcome.created
    assert contact_of(other, outcome.entry.id) == contact_of(acme, john)
    assert shown(acme, john)[0] == "John", "a link fills blanks only"


def test_an_entry_that_ended_is_unknown(acme: World, john: int) -> None:
    with acme.scope():
        end_entry(listing=acme.listing, entry_id=john)
    refused(EntryNotFound, acme, john, first_name="Jo")
    assert put(acme, john, email="john@example.com").created


def test_adding_links_by_email_and_fills_blanks_only(acme: World) -> None:
    customer = a_customer(acme, name="Ann", email="ann@example.com")
    outcome = put(acme, first_name="John", last_name="Doe", email="ann@example.com")
    assert (outcome.created, contact_of(acme, outcome.entry.id)) == (True, customer)
    assert stored(acme, customer).contact.name == "Ann Doe"


def test_a_change_reaches_the_customer_behind_the_entry(acme: World) -> None:
    customer = a_customer(acme, name="Ann Lee", email="ann@example.com")
    entry = an_entry(acme, email="ann@example.com")
    before = stored(acme, customer)
    put(acme, entry, last_name="Smith")
    after = stored(acme, customer)
    assert after.contact.name == "Ann Smith"
    assert after.updated_at > before.updated_at
    with acme.scope():
        assert events_about("contact", customer).filter(name="contact.updated").count() == 1


@pytest.mark.parametrize("whose", ["listed", "customer"])
def test_an_entry_does_not_get_the_email_of_another_contact(acme: World, john: int, whose: str) -> None:
    if whose == "listed":
        an_entry(acme, email="ann@example.com")
    else:
        a_customer(acme, email="ann@example.com")
    assert refused(AddressOfAnother, acme, john, email="ANN@example.com") == "email"
    assert shown(acme, john)[2] == "john@example.com"


def test_whoever_the_phone_means_does_not_get_the_email_of_another_contact(acme: World, john: int) -> None:
    a_customer(acme, email="ann@example.com")
    assert refused(AddressOfAnother, acme, email="ann@example.com", phone=PHONE) == "email"


def test_an_entry_does_not_get_the_phone_of_another_entry(acme: World, john: int) -> None:
    ann = an_entry(acme, email="ann@example.com")
    assert refused(PhoneOfAnother, acme, ann, phone=PHONE) == "phone"
    assert shown(acme, ann)[3] == ""


def test_an_entry_may_get_the_phone_of_somebody_outside_the_listing(acme: World) -> None:
    a_customer(acme, phone="+15551234567")
    ann = an_entry(acme, email="ann@example.com")
    put(acme, ann, phone=PHONE)
    assert shown(acme, ann)[3] == "+15551234567"


@pytest.mark.parametrize(("channel", "address"), [("email", "bad@example.com"), ("phone", "+35799123834")])
@pytest.mark.parametrize("entry_id", ["by number", "by address", "unknown"])
def test_a_blacklisted_address_is_neither_written_nor_added(
    acme: World, john: int, channel: str, address: str, entry_id: str
) -> None:
    with acme.scope():
        suppress(channel=channel, address=address)
    new: dict[str, Any] = {"email": address} if channel == "email" else {"phone": OTHER_PHONE}
    means: dict[str, Any] = {"phone": PHONE} if channel == "email" else {"email": "john@example.com"}
    before = shown(acme, john)
    if entry_id == "by number":
        assert refused(Suppressed, acme, john, **new) == channel
    elif entry_id == "by address":
        assert refused(Suppressed, acme, first_name="Jo", **means, **new) == channel
    else:
        assert refused(Suppressed, acme, UNKNOWN, **new) == channel
    assert (shown(acme, john), count(acme)) == (before, 1)


@pytest.mark.parametrize(
    ("values", "error", "field"),
    [({"email": "john@"}, BadEmail, "email"), ({"first_name": "x" * 101}, Invalid, "first_name")],
)
def test_what_cannot_be_is_refused(
    acme: World, john: int, values: dict[str, str], error: type[Invalid], field: str
) -> None:
    before = shown(acme, john)
    with pytest.raises(error) as refusal:
        put(acme, john, **values)
    assert refusal.value.complaints[0].field == field
    assert shown(acme, john) == before


@pytest.fixture
def twins(acme: World, john: int) -> list[int]:
    """Three entries whose phone another API made the same."""
    others = [an_entry(acme, email=f"twin{number}@example.com") for number in (1, 2)]
    for entry in others:
        with acme.scope():
            update_contact(contact_id=contact_of_open(acme, entry), phone=PHONE)
    return [john, *others]


def contact_of_open(world: World, entry_id: int) -> Any:
    return entries_of(world.listing).get(pk=entry_id).contact_id


def test_a_shared_phone_alone_means_nobody(acme: World, twins: list[int]) -> None:
    assert refused(Ambiguous, acme, phone=PHONE, first_name="Jo") == "phone"
    assert refused(Ambiguous, acme, phone=PHONE, email="new@example.com") == "phone"
    with acme.scope():
        assert Contact.objects.count() == 3
        assert contact_by_id(contact_of_open(acme, twins[0])).first_name == "John"


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("by", ["email", "number"])
def test_a_shared_phone_sent_with_more_means_one_entry(acme: World, twins: list[int], which: int, by: str) -> None:
    email = shown(acme, twins[which])[2]
    outcome = put(acme, twins[which] if by == "number" else None, email=email, phone=PHONE, first_name="Jo")
    assert outcome.entry.id == twins[which]
    assert [shown(acme, entry)[0] == "Jo" for entry in twins] == [number == which for number in range(3)]
