"""Listings, and who is found in them (s3 §3, §10, §15, §30)."""

from dataclasses import replace
from typing import Any

import pytest

from crm.campaigns.errors import ListingClosed, ListingNameTaken
from crm.campaigns.models import Listing, ListingEntry
from crm.campaigns.selectors import (
    Wanted,
    entries_asked_for,
    entries_matching,
    entries_of,
    listing_by_id,
    listings,
    with_status,
)
from crm.campaigns.services import end_entry, open_listing
from crm.contacts.services import delete_contact, update_contact
from crm.kernel.addresses import phone_from_digits
from crm.kernel.audit import events_about
from crm.kernel.errors import Invalid
from crm.kernel.tenancy import answers_to
from crm.kernel.tenancy.statements import _statement
from crm.messaging.services import suppress
from tests.builders import an_entry
from tests.cast import World


@pytest.fixture
def listed(acme: World) -> World:
    """acme, with Ann Lee, Bob Annan and somebody without a name in its listing."""
    an_entry(acme, first_name="Ann", last_name="Lee", email="Ann@example.com", phone=phone_from_digits("15551234567"))
    an_entry(acme, first_name="Bob", last_name="Annan", email="bob@example.com")
    an_entry(acme, phone=phone_from_digits("35799123834"))
    return acme


def found(world: World, **wanted: Any) -> list[str]:
    """What those found are called, in their order; `-` for those without a first name."""
    with world.scope():
        entries = entries_matching(world.listing, **wanted).select_related("contact")
        return [entry.contact.first_name or "-" for entry in entries]


def statuses(world: World) -> dict[str, str]:
    with world.scope():
        rows = with_status(entries_of(world.listing))
        return {row.contact.first_name or "-": row.status for row in rows.select_related("contact")}


def test_a_look_up_compiled_once_finds_who_is_asked_for_and_nobody_of_others(listed: World, rival: World) -> None:
    an_entry(rival, first_name="Ann", last_name="Lee", email="ann@example.com")
    wanted: tuple[tuple[Wanted, list[str]], ...] = (
        ({"first_name": "ann"}, ["Ann"]), ({"first_name": "b"}, ["Bob"]), ({"name": "ann"}, ["Bob", "Ann"]),
        ({"name": "ann", "email": "bob@example.com"}, ["Bob"]), ({"name": "ann", "email": "ann@example.com"}, ["Ann"]),
        ({"first_name": "!"}, []), ({"email": "bob@example.com", "phone": ""}, ["Bob"]),
        ({"phone": "15551234567"}, ["Ann"]),
    )  # fmt: skip
    for given, names in wanted:
        with listed.scope():
            question = entries_asked_for(listed.listing, **given)
            rows = answers_to(question, ("contact__first_name", "status")) if question else []
            assert [*rows] == [(name, "active") for name in names]


@pytest.mark.parametrize(("few", "some", "near"), [(0, 5, 1), (0, 5, 100), (0, 1, 1)])
def test_few_or_some_or_many_of_a_name_are_the_same_entries(
    listed: World, monkeypatch: pytest.MonkeyPatch, few: int, some: int, near: int
) -> None:
    _statement.cache_clear()
    for name, value in (("FEW", few), ("SOME", some), ("NEAR", near)):
        monkeypatch.setattr(f"crm.kernel.lookups.{name}", value)
    with listed.scope():
        question = entries_asked_for(listed.listing, name="ann")
        assert question is not None
        first_two = replace(question, order=("-id",), stop=2)
        assert [row[0] for row in answers_to(first_two, ("contact__first_name",))] == ["Bob", "Ann"]
    _statement.cache_clear()


def test_a_listing_is_opened_and_that_is_recorded(acme: World) -> None:
    with acme.scope() as scope:
        listing = open_listing(name="Spring")
        (event,) = events_about("listing", listing.id)
        assert set(listings()) == {acme.listing, listing}
        assert listing_by_id(listing.id) == listing
    assert listing.created_at == scope.now
    assert (event.name, event.payload) == ("listing.opened", {"listing_id": listing.id})


def test_a_name_belongs_to_one_listing_of_a_tenant(acme: World, rehearsal: World, rival: World) -> None:
    with acme.scope():
        with pytest.raises(ListingNameTaken):
            open_listing(name="Newsletter")
        assert Listing.objects.count() == 1
    for world in (acme, rehearsal, rival):
        with world.scope():
            open_listing(name="Spring")


@pytest.mark.parametrize("name", ["", "x" * 101])
def test_a_listing_has_a_name(acme: World, name: str) -> None:
    with acme.scope(), pytest.raises(Invalid) as refusal:
        open_listing(name=name)
    assert refusal.value.complaints[0].field == "name"


def test_foreign_and_unknown_listings_are_closed(acme: World, rehearsal: World, rival: World) -> None:
    for world, number in ((rehearsal, acme.listing.id), (rival, acme.listing.id), (acme, 2**62)):
        with world.scope(), pytest.raises(ListingClosed):
            listing_by_id(number)


def test_the_newest_entry_comes_first(listed: World) -> None:
    assert found(listed) == ["-", "Bob", "Ann"]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [({"first_name": "ann"}, ["Ann"]), ({"first_name": "AN"}, ["Ann"]), ({"last_name": "ann"}, ["Bob"]),
     ({"name": "ann"}, ["Bob", "Ann"]), ({"name": "lee ann"}, ["Ann"]), ({"name": "nn"}, []),
     ({"first_name": "ann", "last_name": "annan"}, []), ({"first_name": "bob", "last_name": "an"}, ["Bob"]),
     ({"first_name": "!"}, []), ({"first_name": "ánn"}, ["Ann"])],
)  # fmt: skip
def test_names_are_found_by_word_prefix(listed: World, wanted: dict[str, str], names: list[str]) -> None:
    assert found(listed, **wanted) == names


@pytest.mark.parametrize(
    ("wanted", "names"),
    [({"email": "ann@example.com"}, ["Ann"]), ({"email": " ANN@EXAMPLE.com"}, ["Ann"]), ({"email": "ann@exa"}, []),
     ({"phone": "15551234567"}, ["Ann"]), ({"phone": "+1 (555) 123-4567"}, ["Ann"]), ({"phone": "5551234567"}, []),
     ({"phone": "1555"}, []), ({"email": "ann@example.com", "phone": "35799123834"}, []),
     ({"email": "ann@example.com", "phone": "15551234567", "name": "lee"}, ["Ann"])],
)  # fmt: skip
def test_addresses_are_found_exactly_and_filters_narrow_together(
    listed: World, wanted: dict[str, str], names: list[str]
) -> None:
    assert found(listed, **wanted) == names


def test_an_entry_is_found_by_its_number_in_its_own_listing(listed: World, rival: World) -> None:
    with listed.scope():
        other = World(listed.organisation, listed.mode, listing=open_listing(name="Other"))
    number = an_entry(other, first_name="Cid", email="cid@example.com")
    assert found(other, entry_id=number) == ["Cid"]
    assert found(other, entry_id=number, first_name="bob") == []
    assert found(listed, entry_id=number) == found(rival, entry_id=number) == []
    assert found(other, first_name="ann") == []


def test_who_left_the_listing_or_was_deleted_is_not_found(listed: World) -> None:
    with listed.scope():
        end_entry(listing=listed.listing, email="bob@example.com")
        delete_contact(contact_id=entries_of(listed.listing).get(contact__first_name="Ann").contact_id)
    assert found(listed) == ["-"]
    assert found(listed, email="bob@example.com") == found(listed, email="ann@example.com") == []


def test_an_entry_shows_its_contact_as_it_is_now(listed: World) -> None:
    with listed.scope():
        ann = entries_of(listed.listing).get(contact__first_name="Ann").contact_id
        update_contact(contact_id=ann, first_name="Anna", email="anna@example.com", phone="+35799123834")
    assert found(listed, email="anna@example.com") == ["Anna"]
    assert found(listed, email="ann@example.com") == []
    assert found(listed, phone="35799123834") == ["-", "Anna"]


@pytest.mark.parametrize(
    ("reason", "status"),
    [("blacklisted", "blacklisted"), ("bounce", "unsubscribed"), ("complaint", "unsubscribed"),
     ("unsubscribe", "unsubscribed"), ("erased", "unsubscribed")],
)  # fmt: skip
@pytest.mark.parametrize(("channel", "address"), [("email", "ANN@example.com"), ("phone", "+15551234567")])
def test_a_status_is_read_from_the_suppression_list(
    listed: World, reason: str, status: str, channel: str, address: str
) -> None:
    with listed.scope():
        suppress(channel=channel, address=address, reason=reason)
    assert statuses(listed) == {"Ann": status, "Bob": "active", "-": "active"}


def test_the_blacklist_outweighs_other_reasons(listed: World) -> None:
    with listed.scope():
        suppress(channel="email", address="ann@example.com", reason="bounce")
        suppress(channel="phone", address="+15551234567", reason="blacklisted")
    assert statuses(listed)["Ann"] == "blacklisted"


def test_suppressions_of_others_and_of_the_other_channel_do_not_count(listed: World, rival: World) -> None:
    with rival.scope():
        suppress(channel="email", address="ann@example.com")
    assert set(statuses(listed).values()) == {"active"}


def test_listings_of_others_are_empty_here(listed: World, rehearsal: World) -> None:
    with rehearsal.scope():
        assert not entries_matching(listed.listing).exists()
        assert not ListingEntry.objects.exists()
