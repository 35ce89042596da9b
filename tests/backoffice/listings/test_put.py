"""S3 `PUT /crm/{listing_id}`: change a contact, or add one (s3, the table and its numbered rows)."""

import pytest

from crm.campaigns.models import ListingEntry
from crm.messaging.models import Channel
from crm.messaging.services import suppress
from tests.backoffice.listings.wire import (
    ADDED,
    JOHN,
    UNKNOWN,
    UPDATED,
    add,
    done,
    found,
    numbers,
    path,
    phone,
    refusal,
)
from tests.builders import a_customer, an_entry
from tests.cast import World
from tests.dialects.traces import written


def _put(world: World, **fields: object) -> object:
    return world.api.form("put", path(world), **fields)


def _row(world: World, number: int) -> dict[str, str]:
    (row,) = found(world, id=number)
    return {name: row[f"contact_{name}"] for name in ("first_name", "last_name", "email", "phone")}


def test_an_id_that_is_found_is_updated(acme: World) -> None:
    """Row 5 and the table: 200 with the sample's sentence, byte for byte."""
    number = add(acme, **JOHN)
    answer = acme.api.form("put", path(acme), id=number, first_name="Jack")
    assert answer.status_code == 200
    assert answer.content == b'{"status":"success","message":"Contact successfully updated."}'
    assert _row(acme, number) == {**JOHN, "first_name": "Jack"}


@pytest.mark.parametrize("address", [{"email": "new@example.com"}, {"phone": "15550000000"}])
def test_an_unknown_id_with_an_address_creates(acme: World, address: dict[str, str]) -> None:
    """Row 4: 201."""
    add(acme, **JOHN)
    done(_put(acme, id=UNKNOWN, **address), 201, ADDED)
    assert len(found(acme, **address)) == 1
    assert numbers(acme, id=UNKNOWN) == []


@pytest.mark.parametrize("fields", [{}, {"first_name": "Jack"}, {"email": "", "phone": ""}])
def test_an_unknown_id_without_an_address_is_404(acme: World, fields: dict[str, str]) -> None:
    """Row 4."""
    before = written(acme)
    assert refusal(_put(acme, id=UNKNOWN, **fields), 404)
    assert written(acme) == before


@pytest.mark.parametrize("value", ["x", "1.5", "0", "-1", "l-1", "9" * 30, "9" * 5000])
def test_a_malformed_id_is_refused(acme: World, value: str) -> None:
    """Row 4: 400, whatever else is sent."""
    before = written(acme)
    assert "id" in refusal(_put(acme, id=value, **JOHN), 400)
    assert written(acme) == before


@pytest.mark.parametrize("known", [{"email": "JOHNDOE@example.com"}, {"phone": "5551234567"}, JOHN])
def test_without_an_id_the_address_says_who_is_meant(acme: World, known: dict[str, str]) -> None:
    """Row 5: by e-mail, then phone, within the listing: 200."""
    number = add(acme, **JOHN)
    done(_put(acme, **{**known, "last_name": "Smith"}), 200, UPDATED)
    assert _row(acme, number)["last_name"] == "Smith"


def test_the_email_goes_before_the_phone(acme: World) -> None:
    """Row 5: an e-mail that is found decides, and a phone that nobody has is new to it."""
    number = add(acme, **JOHN)
    done(_put(acme, email=JOHN["email"], phone="15550000000"), 200, UPDATED)
    assert _row(acme, number)["phone"] == "15550000000"
    done(_put(acme, email="new@example.com", phone="15550000000"), 200, UPDATED)
    assert _row(acme, number)["email"] == "new@example.com"


def test_an_address_that_nobody_has_creates(acme: World) -> None:
    """Row 5: else 201."""
    done(_put(acme, **JOHN), 201, ADDED)
    assert len(found(acme, email=JOHN["email"])) == 1


def test_addresses_of_two_contacts_are_refused(acme: World) -> None:
    """Row 5: e-mail and phone matching different contacts are 400."""
    add(acme, email="a@example.com")
    add(acme, phone="15551234567")
    before = written(acme)
    assert refusal(_put(acme, email="a@example.com", phone="15551234567"), 400)
    assert written(acme) == before


@pytest.mark.parametrize("fields", [{}, {"first_name": "Jack"}, {"email": "", "phone": ""}])
def test_neither_id_nor_address_is_refused(acme: World, fields: dict[str, str]) -> None:
    """Row 5 and the table: one of e-mail and phone is required when there is no id."""
    add(acme, **JOHN)
    assert refusal(_put(acme, **fields), 400)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [({"first_name": ""}, {"first_name": ""}), ({"last_name": " "}, {"last_name": ""}), ({"email": ""}, {"email": ""}),
     ({"phone": ""}, {"phone": ""}), ({"first_name": "Jack"}, {"first_name": "Jack"}), ({}, {}),
     ({"first_name": "", "last_name": ""}, {"first_name": "", "last_name": ""})],
)  # fmt: skip
def test_only_what_is_sent_changes_and_empty_clears(
    acme: World, sent: dict[str, str], expected: dict[str, str]
) -> None:
    """Row 6."""
    number = add(acme, **JOHN)
    done(_put(acme, id=number, **sent), 200, UPDATED)
    assert _row(acme, number) == {**JOHN, **expected}


@pytest.mark.parametrize(
    ("has", "sent"),
    [({"email": "a@example.com"}, {"email": ""}), ({"phone": "15551234567"}, {"phone": ""}),
     (JOHN, {"email": "", "phone": ""})],
)  # fmt: skip
def test_the_last_address_cannot_be_cleared(acme: World, has: dict[str, str], sent: dict[str, str]) -> None:
    """Row 6: 400, and nothing changes."""
    number = add(acme, **has)
    before, rows = _row(acme, number), written(acme)
    assert refusal(_put(acme, id=number, first_name="Jack", **sent), 400)
    assert _row(acme, number) == before
    assert written(acme) == rows


def _two_with_one_phone(world: World) -> int:
    """Two entries that share a phone, as another API may leave them; the number of b@example.com's."""
    an_entry(world, email="a@example.com", phone=phone("15551234567"))
    second = an_entry(world, email="b@example.com")
    world.api.post("/v1/customers", {"name": "B", "email": "b@example.com", "phone": "+15551234567"})
    return second


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("channel", "listed", "sent"),
    [(Channel.EMAIL, "Bad@Example.com", {"email": "bad@example.com"}),
     (Channel.PHONE, "+1 555 000 0000", {"phone": "5550000000"})],
)  # fmt: skip
def test_the_blacklisted_are_neither_updated_nor_created(
    acme: World, channel: str, listed: str, sent: dict[str, str], known: bool
) -> None:
    """Row 8: the same on PUT, also for the stored contact's own new value."""
    number = add(acme, **JOHN)
    with acme.scope():
        suppress(channel=channel, address=listed)
    before = written(acme)
    assert "blacklisted" in refusal(_put(acme, **({"id": number} if known else {}), **sent), 400)
    assert written(acme) == before
    assert _row(acme, number) == JOHN


def test_one_who_was_blacklisted_later_is_not_updated_by_that_address(acme: World) -> None:
    """Row 8: the address provided is what counts."""
    number = add(acme, **JOHN)
    with acme.scope():
        suppress(channel=Channel.EMAIL, address=JOHN["email"])
    assert "blacklisted" in refusal(_put(acme, email=JOHN["email"], first_name="Jack"), 400)
    assert _row(acme, number) == JOHN


def test_the_phone_of_another_in_the_listing_is_refused(acme: World) -> None:
    """Row 13: uniqueness per listing."""
    number = add(acme, **JOHN)
    add(acme, phone="15550000000")
    assert refusal(_put(acme, id=number, phone="15550000000"), 400)
    assert _row(acme, number) == JOHN


@pytest.mark.parametrize("where", ["listing", "customers", "other listing"])
def test_the_email_of_any_other_contact_is_refused(acme: World, where: str) -> None:
    """where-they-meet.md, "S3": a PUT that would give an entry the e-mail of any other contact is 400."""
    from dataclasses import replace

    from crm.campaigns.services import open_listing

    number = add(acme, **JOHN)
    if where == "customers":
        a_customer(acme, email="Taken@example.com")
    else:
        with acme.scope():
            world = acme if where == "listing" else replace(acme, listing=open_listing(name="Second"))
        an_entry(world, email="Taken@example.com")
    before = written(acme)
    assert refusal(_put(acme, id=number, email="taken@example.com"), 400)
    assert _row(acme, number) == JOHN
    assert written(acme) == before


def test_a_put_that_creates_links_to_a_known_person_by_email(acme: World) -> None:
    """where-they-meet.md, "S3": as on POST, and only blanks are filled."""
    known = a_customer(acme, name="Johanna", email="johndoe@example.com")
    done(_put(acme, **JOHN), 201, ADDED)
    (row,) = found(acme, email=JOHN["email"])
    assert (row["contact_first_name"], row["contact_last_name"]) == ("Johanna", "Doe")
    with acme.scope():
        assert ListingEntry.objects.get(pk=row["contact_id"]).contact_id == known


def test_a_phone_alone_that_two_entries_share_is_refused(acme: World) -> None:
    """where-they-meet.md, "S3": where another API left two with one phone, PUT by that phone alone is 400."""
    _two_with_one_phone(acme)
    before = written(acme)
    assert refusal(_put(acme, phone="15551234567", first_name="Jack"), 400)
    assert written(acme) == before


@pytest.mark.parametrize("by", ["id", "email"])
def test_one_of_two_with_one_phone_may_be_sent_whole(acme: World, by: str) -> None:
    """where-they-meet.md, "S3": only the phone *alone* is ambiguous; one's own phone, sent again, is no news."""
    second = _two_with_one_phone(acme)
    named = {"id": str(second), "email": "b@example.com"}[by]
    done(_put(acme, **{by: named}, phone="15551234567", first_name="Jack"), 200, UPDATED)
    assert _row(acme, second)["first_name"] == "Jack"


def test_what_is_put_here_shows_in_the_other_apis(acme: World) -> None:
    """where-they-meet.md, "S3": an entry has no name or address of its own, it shows its contact's."""
    known = a_customer(acme, name="John Doe", email="johndoe@example.com")
    number = add(acme, email="johndoe@example.com")
    done(_put(acme, id=number, first_name="Jack", phone="15551234567"), 200, UPDATED)
    record = acme.api.get(f"/v1/customers/{known}").json()["data"]
    assert (record["name"], record["phone"]) == ("Jack Doe", "+15551234567")


def test_a_customer_keeps_a_name_that_the_other_apis_can_write(acme: World) -> None:
    """where-they-meet.md, "One person": S0 and S4 know no customer without a name."""
    known = a_customer(acme, name="John Doe", email="johndoe@example.com")
    number = add(acme, email="johndoe@example.com")
    answer = acme.api.form("put", path(acme), id=number, first_name="", last_name="")
    patched = acme.api.patch(f"/v1/customers/{known}", {"status": "inactive"})
    assert (answer.status_code, patched.status_code) in {(400, 200), (200, 200)}
