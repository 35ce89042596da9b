"""S3 `POST /crm/{listing_id}`: a new contact (s3, the table and its numbered rows; where-they-meet.md)."""

import json

import pytest

from crm.campaigns.models import ListingEntry
from crm.contacts.models import Contact
from crm.messaging.models import Channel, Reason
from crm.messaging.services import suppress
from tests.backoffice.listings.wire import ADDED, DELETED, JOHN, add, done, found, numbers, path, refusal
from tests.builders import a_customer
from tests.cast import Api, World
from tests.dialects.traces import latest_events, written


@pytest.mark.parametrize("fields", [JOHN, {"email": "a@example.com"}, {"phone": "15551234567"}])
def test_a_name_is_optional_and_one_address_enough(acme: World, fields: dict[str, str]) -> None:
    """Row 7: a true create answers 201 with the sample's sentence, byte for byte."""
    answer = acme.api.form("post", path(acme), **fields)
    assert answer.status_code == 201
    assert answer.content == b'{"status":"success","message":"New contact successfully updated."}'


@pytest.mark.parametrize(
    "fields", [{}, {"first_name": "John"}, {"email": "", "phone": ""}, {"email": " ", "name": "x"}]
)
def test_without_an_address_nothing_is_added(acme: World, fields: dict[str, str]) -> None:
    """The table: e-mail is required without phone, phone without e-mail."""
    before = written(acme)
    assert "required" in refusal(acme.api.form("post", path(acme), **fields), 400)
    assert written(acme) == before


@pytest.mark.parametrize(
    "fields",
    [{"email": "johndoe@example.com"}, {"email": " JOHNDOE@Example.com"}, {"phone": "15551234567"},
     {"phone": "(555) 123-4567"}, {"email": "new@example.com", "phone": "15551234567"}, JOHN],
)  # fmt: skip
def test_a_duplicate_is_refused(acme: World, fields: dict[str, str]) -> None:
    """Row 7: e-mail or phone of the listing again is 400 "Contact already exists."."""
    add(acme, **JOHN)
    before = written(acme)
    assert refusal(acme.api.form("post", path(acme), **fields), 400) == "Contact already exists."
    assert written(acme) == before


def test_addresses_of_two_contacts_are_refused(acme: World) -> None:
    """Row 5 and where-they-meet.md: e-mail and phone that point at two contacts of the listing are 400."""
    add(acme, email="a@example.com")
    add(acme, phone="15551234567")
    before = written(acme)
    assert refusal(acme.api.form("post", path(acme), email="a@example.com", phone="15551234567"), 400)
    assert written(acme) == before


@pytest.mark.parametrize(
    ("channel", "address"), [(Channel.EMAIL, "JohnDoe@Example.com"), (Channel.PHONE, "+1 (555) 123-4567")]
)
def test_the_blacklisted_are_not_added(acme: World, channel: str, address: str) -> None:
    """Row 8: 400, the message says why, nothing is written."""
    with acme.scope():
        suppress(channel=channel, address=address)
    before = written(acme)
    assert "blacklisted" in refusal(acme.api.form("post", path(acme), **JOHN), 400)
    assert written(acme) == before


@pytest.mark.parametrize("reason", [Reason.BOUNCE, Reason.COMPLAINT, Reason.UNSUBSCRIBE, Reason.ERASED])
def test_other_suppressions_do_not_keep_a_contact_out(acme: World, reason: str) -> None:
    """Row 8 and where-they-meet.md: only blacklisted addresses are refused here."""
    with acme.scope():
        suppress(channel=Channel.EMAIL, address=JOHN["email"], reason=reason)
    done(acme.api.form("post", path(acme), **JOHN), 201, ADDED)


def test_the_freed_addresses_may_be_added_again(acme: World) -> None:
    """Row 14: what a deletion freed makes a new contact with a new number."""
    first = add(acme, **JOHN)
    done(acme.api.form("delete", path(acme), id=first), 202, DELETED)
    assert add(acme, **JOHN) > first


def test_the_callers_address_is_kept(acme: World) -> None:
    """Row 17: the address at creation; a later change by somebody else leaves it."""
    acme.api.send("post", path(acme), JOHN, REMOTE_ADDR="203.0.113.7")
    acme.api.send("put", path(acme), {**JOHN, "first_name": "Jack"}, REMOTE_ADDR="198.51.100.9")
    assert [(row["contact_first_name"], row["contact_ip_address"]) for row in found(acme, name="doe")] == [
        ("Jack", "203.0.113.7")
    ]


def test_the_unique_id_is_the_number_with_a_letter(acme: World) -> None:
    """Row 18: `l-` and the number, stable."""
    number = add(acme, **JOHN)
    acme.api.form("put", path(acme), id=number, email="new@example.com")
    assert [row["contact_unique_id"] for row in found(acme, id=number)] == [f"l-{number}"]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [("15551234567", "15551234567"), ("5551234567", "15551234567"), ("+1 (555) 123-4567", "15551234567"),
     ("35799123834", "35799123834"), ("+357 99 123834", "35799123834"), ("1234567", "1234567"),
     ("9" * 15, "9" * 15), ("555-123-4567 x", "15551234567")],
)  # fmt: skip
def test_of_a_phone_the_digits_are_kept(acme: World, sent: str, shown: str) -> None:
    """Row 19: digits only; ten of them are a number of country 1; compared on digits."""
    number = add(acme, phone=sent)
    assert [row["contact_phone"] for row in found(acme, id=number)] == [shown]
    assert numbers(acme, phone=shown) == [number]


@pytest.mark.parametrize("phone", ["123456", "9" * 16, "call me", "+", "1" * 41])
def test_a_phone_of_too_few_or_too_many_digits_is_refused(acme: World, phone: str) -> None:
    """Row 19: 7 to 15 digits."""
    before = written(acme)
    assert refusal(acme.api.form("post", path(acme), email="a@example.com", phone=phone), 400).startswith("phone:")
    assert written(acme) == before


def test_an_email_is_trimmed_and_compared_in_any_case(acme: World) -> None:
    """Row 20: kept as written."""
    number = add(acme, email=" JohnDoe@Example.COM ")
    assert [row["contact_email"] for row in found(acme, id=number)] == ["JohnDoe@Example.COM"]
    assert numbers(acme, email="johndoe@example.com") == [number]


@pytest.mark.parametrize("email", ["johndoe", "johndoe@", "@example.com", "john doe@example.com", f"{'j' * 250}@e.com"])
def test_an_invalid_email_is_refused(acme: World, email: str) -> None:
    """Row 20."""
    before = written(acme)
    assert refusal(acme.api.form("post", path(acme), email=email), 400).startswith("email:")
    assert written(acme) == before


@pytest.mark.parametrize("field", ["first_name", "last_name"])
@pytest.mark.parametrize("value", ["x" * 101, "Jo\x00hn", "Jo\thn", "Jo\nhn", "Jo\x7fhn", "Jo\x1bhn"])
def test_a_name_too_long_or_with_control_characters_is_refused(acme: World, field: str, value: str) -> None:
    """Row 21: 100 characters at most; control characters are 400."""
    before = written(acme)
    answer = acme.api.form("post", path(acme), **{**JOHN, field: value})
    assert refusal(answer, 400).startswith(f"{field}:")
    assert written(acme) == before


def test_a_name_of_100_characters_is_kept(acme: World) -> None:
    """Row 21: the longest that is allowed, in both parts."""
    number = add(acme, **{**JOHN, "first_name": "ä" * 100, "last_name": "ö" * 100})
    (row,) = found(acme, id=number)
    assert (row["contact_first_name"], row["contact_last_name"]) == ("ä" * 100, "ö" * 100)


def test_json_is_read_too(acme: World) -> None:
    """Row 25: JSON in place of a form."""
    done(acme.api.post(path(acme), JOHN), 201, ADDED)
    assert len(found(acme, email=JOHN["email"], phone=JOHN["phone"], first_name="John", last_name="Doe")) == 1


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", "application/xml", ""])
@pytest.mark.parametrize("verb", ["POST", "PUT", "DELETE"])
def test_another_type_of_body_is_refused_with_400(acme: World, verb: str, content_type: str) -> None:
    """Row 25: else 400, because the document knows no 415."""
    before = written(acme)
    answer = acme.api.client.generic(verb, path(acme), json.dumps(JOHN), content_type=content_type)
    assert refusal(answer, 400)
    assert written(acme) == before


@pytest.mark.parametrize("extra", [{"shoe": "44"}, {"id": "5"}, {"contact_status": "blacklisted"}, {"name": "x"}])
def test_fields_that_nobody_declared_are_ignored(api: Api, acme: World, extra: dict[str, str]) -> None:
    """where-they-meet.md, "Limits, headers, verbs": unknown fields are ignored on S3, which is spoken by forms."""
    done(api.form("post", path(acme), **JOHN, **extra), 201, ADDED)
    assert [row["contact_first_name"] for row in found(acme, email=JOHN["email"])] == ["John"]


def test_a_contact_is_made_and_no_customer(api: Api, acme: World) -> None:
    """where-they-meet.md, "One person": a contact of a listing is no customer until another API makes them one."""
    number = add(acme, **JOHN)
    assert api.get("/v1/customers").json()["data"] == []
    (event,) = latest_events(acme, "listing_entry.added")
    assert (event.actor_kind, event.payload["entry_id"]) == ("key", number)
    assert latest_events(acme, "customer.created", "member.registered") == []


def test_the_email_of_a_known_person_links_to_them_and_fills_blanks_only(acme: World) -> None:
    """where-they-meet.md, "S3": values they have stay, what is blank is filled."""
    known = a_customer(acme, name="Johanna", email="JohnDoe@example.com")
    number = add(acme, **JOHN)
    (row,) = found(acme, id=number)
    assert (row["contact_first_name"], row["contact_last_name"]) == ("Johanna", "Doe")
    assert (row["contact_email"], row["contact_phone"]) == ("JohnDoe@example.com", "15551234567")
    with acme.scope():
        assert ListingEntry.objects.get(pk=number).contact_id == known
        assert Contact.objects.count() == 1


def test_the_phone_of_a_known_person_links_nobody(acme: World) -> None:
    """where-they-meet.md, "S3": a phone never links; phones may be shared."""
    known = a_customer(acme, email="other@example.com", phone="+15551234567")
    number = add(acme, first_name="John", phone="15551234567")
    with acme.scope():
        assert ListingEntry.objects.get(pk=number).contact_id != known


def test_a_linked_person_whose_phone_the_listing_has_is_refused(acme: World) -> None:
    """Row 13: phones are unique within a listing, whoever brings one in."""
    add(acme, phone="15551234567")
    a_customer(acme, email="other@example.com", phone="+15551234567")
    before = written(acme)
    assert refusal(acme.api.form("post", path(acme), email="other@example.com"), 400)
    assert written(acme) == before
