"""S3 `DELETE /crm/{listing_id}`: take a contact out (s3, the table and its numbered rows)."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest

from crm.campaigns.models import ListingEntry
from crm.campaigns.services import open_listing
from crm.contacts.models import Contact
from tests.backoffice.listings.wire import DELETED, JOHN, UNKNOWN, add, done, numbers, path, phone, refusal
from tests.builders import a_customer, an_entry
from tests.cast import World
from tests.dialects.traces import latest_events, written


def _delete(world: World, **fields: object) -> object:
    return world.api.form("delete", path(world), **fields)


@pytest.mark.parametrize(
    "named",
    [{"email": "johndoe@example.com"}, {"email": "JOHNDOE@Example.com "}, {"phone": "15551234567"},
     {"phone": "(555) 123-4567"}, {"email": "johndoe@example.com", "phone": "15551234567"}],
)  # fmt: skip
def test_an_address_names_who_is_deleted(acme: World, named: dict[str, str]) -> None:
    """Row 24: 202 with the sample's sentence, byte for byte, and it is done before the answer."""
    add(acme, **JOHN)
    other = add(acme, email="other@example.com")
    answer = acme.api.form("delete", path(acme), **named)
    assert answer.status_code == 202
    assert answer.content == b'{"status":"success","message":"Contact deleted successfully."}'
    assert numbers(acme, name="john") == []
    assert numbers(acme, email="other@example.com") == [other]


def test_an_id_names_who_is_deleted(acme: World) -> None:
    """Row 24: done before the answer; a second one finds nobody."""
    number = add(acme, **JOHN)
    done(_delete(acme, id=number), 202, DELETED)
    assert refusal(_delete(acme, id=number), 404)
    assert len(latest_events(acme, "listing_entry.ended")) == 1


@pytest.mark.parametrize("fields", [{}, {"first_name": "John"}, {"email": "", "phone": ""}])
def test_at_least_one_parameter_is_needed(acme: World, fields: dict[str, str]) -> None:
    """The table: id, email or phone."""
    add(acme, **JOHN)
    before = written(acme)
    assert refusal(_delete(acme, **fields), 400)
    assert written(acme) == before


@pytest.mark.parametrize(
    "extra", [{"email": "other@example.com"}, {"phone": "15550000000"}, {"email": "nobody@example.com"}]
)
def test_all_parameters_must_name_the_same_contact(acme: World, extra: dict[str, str]) -> None:
    """Row 11: else 404."""
    number = add(acme, **JOHN)
    add(acme, email="other@example.com", phone="15550000000")
    before = written(acme)
    assert refusal(_delete(acme, id=number, **extra), 404)
    assert written(acme) == before
    done(_delete(acme, id=number, email=JOHN["email"], phone=JOHN["phone"]), 202, DELETED)


@pytest.mark.parametrize("by", ["id", "email", "phone"])
def test_the_query_string_is_read_as_well(acme: World, by: str) -> None:
    """Row 12: bodies of DELETE are dropped by proxies."""
    value = {**JOHN, "id": add(acme, **JOHN)}[by]
    done(acme.api.delete(f"{path(acme)}?{urlencode({by: value})}"), 202, DELETED)


def test_query_and_body_are_read_together(acme: World) -> None:
    """Row 11 and row 12: what stands in either counts, and all that is given must match."""
    number = add(acme, **JOHN)
    nobody = urlencode({"email": "nobody@example.com"})
    assert refusal(acme.api.form("delete", f"{path(acme)}?{nobody}", id=number), 404)
    assert numbers(acme, id=number) == [number]


def test_a_phone_alone_that_two_entries_share_is_refused(acme: World) -> None:
    """Row 13 and where-they-meet.md: uniqueness prevents it here; where another API left two, 400."""
    an_entry(acme, email="a@example.com", phone=phone("15551234567"))
    second = an_entry(acme, email="b@example.com")
    acme.api.post("/v1/customers", {"name": "B", "email": "b@example.com", "phone": "+15551234567"})
    before = written(acme)
    assert refusal(_delete(acme, phone="15551234567"), 400)
    assert written(acme) == before
    done(_delete(acme, phone="15551234567", id=second), 202, DELETED)


def test_the_deleted_are_kept_but_hidden_and_their_addresses_are_free(acme: World) -> None:
    """Row 14: soft; the e-mail and the phone may be used again."""
    number = add(acme, **JOHN)
    done(_delete(acme, id=number), 202, DELETED)
    with acme.scope():
        assert ListingEntry.objects.get(pk=number).ended_at is not None
    assert numbers(acme, id=number) == numbers(acme, phone=JOHN["phone"]) == []
    assert add(acme, **JOHN) != number


def test_a_contact_with_no_entry_left_goes_with_the_last(acme: World) -> None:
    """where-they-meet.md, "S3": who is no customer and stands in no listing is gone."""
    with acme.scope():
        second = replace(acme, listing=open_listing(name="Second"))
    add(acme, **JOHN)
    add(second, **JOHN)
    with acme.scope():
        (contact,) = Contact.objects.all()
    done(_delete(acme, email=JOHN["email"]), 202, DELETED)
    with acme.scope():
        assert Contact.objects.get(pk=contact.pk).deleted_at is None
    assert len(numbers(second, email=JOHN["email"])) == 1
    done(_delete(second, email=JOHN["email"]), 202, DELETED)
    with acme.scope():
        assert Contact.objects.get(pk=contact.pk).deleted_at is not None


def test_a_customer_stays_when_their_entry_ends(acme: World) -> None:
    """where-they-meet.md, "S3": a DELETE ends the entry, not the customer."""
    known = a_customer(acme, name="John", email=JOHN["email"])
    number = add(acme, **JOHN)
    done(_delete(acme, id=number), 202, DELETED)
    assert acme.api.get(f"/v1/customers/{known}").json()["data"]["email"] == JOHN["email"]


@pytest.mark.parametrize("value", ["x", "1.5", "0", "-1", "l-1", "9" * 30])
def test_a_malformed_id_is_refused(acme: World, value: str) -> None:
    """Row 4: malformed is 400, here as in a PUT."""
    before = written(acme)
    assert refusal(_delete(acme, id=value), 400)
    assert written(acme) == before


def test_an_unknown_id_is_404(acme: World) -> None:
    """The table: 404 where nobody matches."""
    assert refusal(_delete(acme, id=UNKNOWN), 404)


@pytest.mark.parametrize("body", ["[1]", '["id", "1"]', '"id"', "5", "null", "true", "[]"])
def test_a_json_body_that_is_no_object_is_refused(acme: World, body: str) -> None:
    """Row 25: JSON is read here too, and malformed input is 400."""
    add(acme, **JOHN)
    before = written(acme)
    assert refusal(acme.api.send("delete", path(acme), body), 400)
    assert written(acme) == before
