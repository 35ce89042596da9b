"""S3 `GET /crm/{listing_id}`: searching a listing (s3, the table and its numbered rows)."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from crm.campaigns.models import ListingEntry
from crm.campaigns.services import add_to_listing
from crm.contacts.models import Contact
from crm.contacts.models.contact import Source
from crm.kernel.clock import now
from crm.messaging.models import Channel, Reason
from crm.messaging.services import suppress
from tests.backoffice.listings.wire import FIELDS, JOHN, UNKNOWN, add, found, numbers, path, phone, refusal
from tests.builders import an_entry
from tests.cast import Api, World


def test_results_stand_inside_data(acme: World) -> None:
    """Row 1: the sample's `data.results[]`, not the text's array."""
    number = add(acme, **JOHN)
    answer = acme.api.get(path(acme), email="johndoe@example.com")
    assert answer.json()["message"] == "1 record(s) found."
    (row,) = answer.json()["data"]["results"]
    assert set(row) == FIELDS
    assert row | {"contact_created_date": ""} == {
        "contact_id": number, "contact_unique_id": f"l-{number}", "contact_first_name": "John",
        "contact_last_name": "Doe", "contact_email": "johndoe@example.com", "contact_phone": "15551234567",
        "contact_created_date": "", "contact_ip_address": "127.0.0.1", "contact_source": "api",
        "contact_status": "active",
    }  # fmt: skip


@pytest.mark.parametrize("query", ["", "?page=1", "?shoe=44", "?email=", "?first_name=&name=&phone=%20"])
def test_a_search_for_nothing_is_refused(api: Api, acme: World, query: str) -> None:
    """Row 2: at least one parameter is needed."""
    add(acme, **JOHN)
    assert "first_name" in refusal(api.get(f"{path(acme)}{query}"), 400)


@pytest.mark.parametrize(
    ("parameters", "matches"),
    [({"first_name": "john"}, True), ({"first_name": "JO"}, True), ({"first_name": "ohn"}, False),
     ({"last_name": "doe"}, True), ({"last_name": "John"}, False), ({"first_name": "Doe"}, False),
     ({"name": "john"}, True), ({"name": "DOE"}, True), ({"name": "Doe John"}, True), ({"name": "jo do"}, True),
     ({"name": "John Smith"}, False), ({"name": "!?"}, False), ({"email": "JohnDoe@Example.COM"}, True),
     ({"email": " johndoe@example.com "}, True), ({"email": "johndoe@example"}, False), ({"email": "johndoe"}, False),
     ({"phone": "15551234567"}, True), ({"phone": "+1 (555) 123-4567"}, True), ({"phone": "5551234567"}, True),
     ({"phone": "1234567"}, False), ({"first_name": "John", "last_name": "Doe"}, True),
     ({"first_name": "John", "last_name": "Smith"}, False),
     ({"email": "johndoe@example.com", "phone": "15550000000"}, False),
     ({"name": "john", "email": "johndoe@example.com", "phone": "15551234567"}, True)],
)  # fmt: skip
def test_filters_narrow_together(acme: World, parameters: dict[str, str], matches: bool) -> None:
    """Row 3: AND; any case; e-mail and phone exact, names by word prefix, `name` is first or last."""
    number = add(acme, **JOHN)
    add(acme, first_name="Mary", last_name="Major", email="mary@example.com")
    assert numbers(acme, **parameters) == ([number] if matches else [])


@pytest.mark.parametrize("name", ["josé", "JOSE", "angstr", "maria ang", "o'br", "brien"])
def test_names_are_found_without_case_accents_and_signs(acme: World, name: str) -> None:
    """Row 3: words are folded and cut as in every search (where-they-meet.md, "Search")."""
    number = add(acme, first_name="José María", last_name="Ångström O'Brien", email="jose@example.com")
    assert numbers(acme, name=name) == [number]


def test_an_id_narrows_too(acme: World) -> None:
    """Row 3: `id` joins the other filters by AND."""
    number = add(acme, **JOHN)
    assert numbers(acme, id=number) == numbers(acme, id=number, name="john") == [number]
    assert numbers(acme, id=number, name="mary") == []


@pytest.mark.parametrize(
    ("reasons", "status"),
    [((), "active"), ((Reason.BLACKLISTED,), "blacklisted"), ((Reason.UNSUBSCRIBE,), "unsubscribed"),
     ((Reason.BOUNCE,), "unsubscribed"), ((Reason.COMPLAINT,), "unsubscribed"),
     ((Reason.UNSUBSCRIBE, Reason.BLACKLISTED), "blacklisted")],
)  # fmt: skip
@pytest.mark.parametrize(
    ("channel", "address"), [(Channel.EMAIL, "JohnDoe@Example.com"), (Channel.PHONE, "+1 555 123 4567")]
)
def test_the_status_is_read_from_the_suppression_list(
    acme: World, channel: str, address: str, reasons: tuple[str, ...], status: str
) -> None:
    """Row 15: active, unsubscribed, blacklisted; the deleted are never shown."""
    add(acme, **JOHN)
    with acme.scope():
        for reason in reasons:
            suppress(channel=channel, address=address, reason=reason)
    assert [row["contact_status"] for row in found(acme, name="john")] == [status]


@pytest.mark.parametrize("source", Source.values)
def test_the_source_tells_how_a_contact_came(acme: World, source: str) -> None:
    """Row 16: `api` for this endpoint; import, web and manual elsewhere."""
    with acme.scope():
        add_to_listing(listing=acme.listing, values={"email": "a@example.com"}, ip_address=None, source=source)
    assert [row["contact_source"] for row in found(acme, email="a@example.com")] == [source]


def _many(world: World, count: int) -> None:
    with world.scope():
        moment = now()
        people = [
            Contact(first_name="Many", name="Many", email=f"m{n}@example.com", email_key=f"m{n}@example.com",
                    created_at=moment, updated_at=moment)
            for n in range(count)
        ]  # fmt: skip
        Contact.objects.bulk_create(people)
        ListingEntry.objects.bulk_create(
            [ListingEntry(listing=world.listing, contact=person, created_at=moment) for person in people]
        )


def test_no_more_than_500_are_shown_newest_first(acme: World) -> None:
    """Row 22: capped at 500; a larger `limit` means 500, and the rest is on the next page."""
    _many(acme, 502)
    everyone = numbers(acme, name="many")
    assert len(everyone) == 500
    assert everyone == sorted(everyone, reverse=True)
    assert numbers(acme, name="many", limit=100_000) == everyone
    assert len(numbers(acme, name="many", page=2)) == 2


def test_pages_are_optional(acme: World) -> None:
    """Row 22: `page` and `limit` cut the same order, newest first."""
    mine = [an_entry(acme, first_name="Same", email=f"s{n}@example.com") for n in range(5)]
    assert numbers(acme, name="same", limit=2) == mine[:2:-1]
    assert numbers(acme, name="same", limit=2, page=3) == [mine[0]]


@pytest.mark.parametrize("parameter", ["page", "limit"])
@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "", "9" * 30])
def test_a_page_or_limit_that_is_no_positive_number_is_refused(acme: World, parameter: str, value: str) -> None:
    """Row 22: refused with the parameter's name."""
    add(acme, **JOHN)
    assert parameter in refusal(acme.api.get(path(acme), name="john", **{parameter: value}), 400)


def test_the_created_date_is_in_utc_to_the_second(acme: World) -> None:
    """Row 23: `YYYY-MM-DD HH:MM:SS`, UTC."""
    number = add(acme, **JOHN)
    (row,) = found(acme, id=number)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row["contact_created_date"])
    with acme.scope():
        moment = datetime(2024, 1, 31, 23, 30, tzinfo=timezone(-timedelta(hours=2)))
        ListingEntry.objects.filter(pk=number).update(created_at=moment)
    assert found(acme, id=number)[0]["contact_created_date"] == "2024-02-01 01:30:00"
    assert moment.astimezone(UTC).hour == 1


@pytest.mark.parametrize("content_type", ["", "application/x-www-form-urlencoded", "text/plain"])
def test_a_search_needs_no_content_type(acme: World, content_type: str) -> None:
    """Row 26: none is required, and none is looked at."""
    add(acme, **JOHN)
    answer = acme.api.client.generic("GET", f"{path(acme)}?name=john", content_type=content_type)
    assert answer.status_code == 200


@pytest.mark.parametrize("parameters", [{"id": UNKNOWN}, {"email": "nobody@example.com"}, {"name": "nobody"}])
def test_nobody_found_is_404_without_results(acme: World, parameters: dict[str, str]) -> None:
    """Row 27: `data` is absent."""
    add(acme, **JOHN)
    assert refusal(acme.api.get(path(acme), **parameters), 404)


@pytest.mark.parametrize("value", ["x", "1.5", "0", "-1", "l-1", "9" * 30, "9" * 5000])
def test_a_malformed_id_is_refused(acme: World, value: str) -> None:
    """Row 4: malformed is 400, here as in a PUT."""
    assert "id" in refusal(acme.api.get(path(acme), id=value), 400)


def test_a_listing_holds_its_own_contacts_only(acme: World) -> None:
    """Row 30: contacts belong to the listing; the same person may stand in two."""
    from dataclasses import replace

    from crm.campaigns.services import open_listing

    with acme.scope():
        other = replace(acme, listing=open_listing(name="Second"))
    first, second = add(acme, **JOHN), add(other, **JOHN)
    assert first != second
    assert (numbers(acme, name="john"), numbers(other, name="john")) == ([first], [second])
    assert (numbers(acme, id=second), numbers(other, id=first)) == ([], [])
    with acme.scope():
        assert len(set(ListingEntry.objects.values_list("contact_id", flat=True))) == 1


def test_two_entries_with_one_phone_are_both_found(acme: World) -> None:
    """Row 13 and where-they-meet.md: where another API left two with one phone, a search finds both."""
    first = an_entry(acme, email="a@example.com", phone=phone("15551234567"))
    second = an_entry(acme, email="b@example.com")
    with acme.scope():
        contact_id = ListingEntry.objects.get(pk=second).contact_id
    acme.api.post("/v1/customers", {"name": "B", "email": "b@example.com", "phone": "+15551234567"})
    assert numbers(acme, phone="15551234567") == [second, first]
    assert acme.api.get(f"/v1/customers/{contact_id}").json()["data"]["phone"] == "+15551234567"
