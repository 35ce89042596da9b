"""Document numbers: sealed, masked, found by equality only, revealed on record (reliability X10)."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from pytest_django import Settings

from config.env import KeyRing
from crm.contacts.errors import ContactNotFound
from crm.contacts.models import ContactKey, IdentityDocument
from crm.contacts.services import delete_contact, keep_document, reveal_document
from crm.contacts.services.documents import contacts_with_document
from crm.kernel.audit import events_about, events_of_scope
from crm.kernel.errors import Invalid, Unavailable
from crm.kernel.ids import new_id
from tests.builders import a_customer
from tests.cast import World
from tests.crm.acting import as_staff

NUMBER = "K-123 4567"


@pytest.fixture
def ann(acme: World) -> UUID:
    return a_customer(acme)


def kept(world: World, contact_id: UUID, number: str = NUMBER, **values: Any) -> IdentityDocument:
    with world.scope():
        return keep_document(**{"contact_id": contact_id, "kind": "passport", "number": number, **values})


def found(world: World, number: str, kind: str = "passport") -> list[UUID]:
    with world.scope():
        return [contact.pk for contact in contacts_with_document(kind=kind, number=number)]


def test_a_number_is_revealed_as_it_was_written(acme: World, ann: UUID) -> None:
    document = kept(acme, ann, f"  {NUMBER} ", issue_country="CYP", expires_at=datetime(2030, 1, 1, tzinfo=UTC))
    with acme.scope():
        assert reveal_document(document_id=document.id) == NUMBER
    assert (document.issue_country, document.expires_at) == ("CYP", datetime(2030, 1, 1, tzinfo=UTC))


def test_nothing_in_the_database_tells_a_number(acme: World, ann: UUID) -> None:
    kept(acme, ann, "CANARYSONG")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            quoted = connection.ops.quote_name(table)
            cursor.execute(f"SELECT count(*) FROM {quoted} AS line WHERE line::text ILIKE '%%canary%%'")
            assert cursor.fetchone() == (0,), table


@pytest.mark.parametrize(
    ("number", "shown"), [("1234567", "567"), ("K-123 4567", "567"), ("123456", ""), ("1", ""), ("A" * 64, "AAA")]
)
def test_no_more_than_the_last_three_characters_of_a_long_number_are_shown(
    acme: World, ann: UUID, number: str, shown: str
) -> None:
    document = kept(acme, ann, number)
    assert document.last_digits == shown
    assert str(document) == f"Passport …{shown}"


def test_keeping_is_recorded_without_the_number(acme: World, ann: UUID) -> None:
    kept(acme, ann)
    with acme.scope():
        event = events_about("contact", ann).first()
    assert event is not None
    assert (event.name, event.changes) == ("document.kept", {})
    assert event.payload == {"contact_id": str(ann), "kind": "passport"}


def test_revealing_is_recorded_with_who_did_it(acme: World, ann: UUID) -> None:
    document = kept(acme, ann)
    with as_staff(acme, "manager"):
        reveal_document(document_id=document.id)
        event = events_about("contact", ann).first()
    assert event is not None
    assert (event.name, event.payload["kind"]) == ("document.revealed", "passport")
    assert (event.actor_kind, event.actor_id) == ("staff", str(acme.staff["manager"].id))


def test_a_number_replaces_the_one_of_its_kind(acme: World, ann: UUID) -> None:
    first = kept(acme, ann, issue_country="CYP")
    identity_card = kept(acme, ann, "ID 1", kind="id")
    second = kept(acme, ann, "L 7654321")
    assert second.id == first.id != identity_card.id
    assert (second.issue_country, second.last_digits) == ("", "321")
    with acme.scope():
        assert IdentityDocument.objects.count() == 2
        assert reveal_document(document_id=first.id) == "L 7654321"
        assert reveal_document(document_id=identity_card.id) == "ID 1"
    assert (found(acme, NUMBER), found(acme, "L7654321")) == ([], [ann])


@pytest.mark.parametrize("number", ["k1234567", "K 123-4567", " K-123 4567 ", "k.123/4567"])
def test_an_equal_number_is_found_whatever_its_case_blanks_and_hyphens(acme: World, ann: UUID, number: str) -> None:
    kept(acme, ann)
    assert found(acme, number) == [ann]


@pytest.mark.parametrize(("number", "kind"), [("K1234568", "passport"), ("1234567", "passport"), (NUMBER, "id")])
def test_other_numbers_and_kinds_are_not_found(acme: World, ann: UUID, number: str, kind: str) -> None:
    kept(acme, ann)
    assert found(acme, number, kind) == []


def test_everybody_with_the_same_number_is_found(acme: World, rehearsal: World, ann: UUID) -> None:
    bob, gone, stranger = a_customer(acme), a_customer(acme), a_customer(rehearsal)
    for world, contact_id in ((acme, ann), (acme, bob), (acme, gone), (rehearsal, stranger)):
        kept(world, contact_id)
    with acme.scope():
        delete_contact(contact_id=gone)
    assert set(found(acme, NUMBER)) == {ann, bob}


@pytest.mark.parametrize("number", ["", "   ", "x" * 65, "a\nb", "a\0b", "\u202e12"])
def test_a_number_has_1_to_64_printable_characters(acme: World, ann: UUID, number: str) -> None:
    with pytest.raises(Invalid) as refusal:
        kept(acme, ann, number)
    assert refusal.value.field == "number"


@pytest.mark.parametrize(("field", "value"), [("kind", "library"), ("issue_country", "CYPRUS")])
def test_what_else_cannot_be_is_refused_on_its_field(acme: World, ann: UUID, field: str, value: str) -> None:
    with pytest.raises(Invalid) as refusal:
        kept(acme, ann, **{field: value})
    assert refusal.value.complaints[0].field == field
    with acme.scope():
        assert not IdentityDocument.objects.exists()


def test_one_key_of_their_own_seals_all_of_a_persons_documents(acme: World, ann: UUID) -> None:
    bob = a_customer(acme)
    for contact_id, kind in ((ann, "passport"), (ann, "id"), (bob, "id")):
        kept(acme, contact_id, kind=kind)
    with acme.scope():
        keys = dict(ContactKey.objects.values_list("contact_id", "wrapped"))
    assert set(keys) == {ann, bob}
    assert keys[ann] != keys[bob]


def test_a_sealed_number_moved_to_another_row_does_not_open(acme: World, ann: UUID) -> None:
    passport, card = kept(acme, ann), kept(acme, ann, "ID 1", kind="id")
    with acme.scope():
        IdentityDocument.objects.filter(pk=card.pk).update(sealed_number=passport.sealed_number)
        with pytest.raises(Unavailable):
            reveal_document(document_id=card.id)
        assert not events_of_scope().filter(name="document.revealed").exists()


def test_without_its_key_a_number_is_lost(acme: World, ann: UUID, settings: Settings) -> None:
    document = kept(acme, ann)
    settings.DATA_KEYS = KeyRing((("other", "x" * 40),))
    with acme.scope(), pytest.raises(Unavailable):
        reveal_document(document_id=document.id)


def test_documents_of_others_and_of_deleted_people_are_not_found(acme: World, rival: World, ann: UUID) -> None:
    document = kept(acme, ann)
    with rival.scope():
        with pytest.raises(ContactNotFound):
            reveal_document(document_id=document.id)
        with pytest.raises(ContactNotFound):
            keep_document(contact_id=ann, kind="id", number="1")
    with acme.scope():
        with pytest.raises(ContactNotFound):
            reveal_document(document_id=new_id())
        delete_contact(contact_id=ann)
        with pytest.raises(ContactNotFound):
            reveal_document(document_id=document.id)


@pytest.mark.parametrize("number", ["-", "///", ". ."])
def test_a_number_has_a_letter_or_digit(acme: World, ann: UUID, number: str) -> None:
    with pytest.raises(Invalid) as refusal:
        kept(acme, ann, number)
    assert refusal.value.field == "number"
