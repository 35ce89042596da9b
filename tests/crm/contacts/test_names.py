"""Names: whole in S0 and S4, in parts in S2 and S3 (where-they-meet.md, "One person")."""

from typing import Any
from uuid import UUID

import pytest

from crm.contacts.models import Contact
from crm.contacts.services import create_customer, update_contact, update_customer
from crm.kernel.errors import Invalid
from tests.builders import stored
from tests.cast import World


def parts(contact: Contact) -> tuple[str, str, str]:
    return contact.first_name, contact.middle_name, contact.last_name


def somebody(world: World, **names: Any) -> UUID:
    """A new customer who has these names and no others."""
    with world.scope():
        return create_customer(phone="+35799123834", **names).pk


def named(world: World, **names: Any) -> Contact:
    return stored(world, somebody(world, **names)).contact


def renamed(world: World, contact_id: UUID, **values: Any) -> Contact:
    with world.scope():
        update_customer(contact_id=contact_id, **values)
    return stored(world, contact_id).contact


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("Ann Lee", "Ann", "Lee"), ("Ann", "Ann", ""), ("Anna Maria Lee", "Anna Maria", "Lee"), ("李小龙", "李小龙", ""),
     ("Ludwig van Beethoven", "Ludwig van", "Beethoven"), ("Ann-Marie O'Neill", "Ann-Marie", "O'Neill"),
     ("  Ann   Lee ", "Ann", "Lee"), ("Ann  Maria   Lee", "Ann  Maria", "Lee"), ("3M Co.", "3M", "Co.")],
)  # fmt: skip
def test_the_last_word_is_the_family_name_and_one_word_a_first_name(
    acme: World, name: str, first: str, last: str
) -> None:
    contact = named(acme, name=name)
    assert parts(contact) == (first, "", last)
    assert contact.name == name.strip()


@pytest.mark.parametrize("name", ["Ann Lee", "Ann   Maria  Lee", "Ann\u00a0Lee", "ANN lee", "Ann Lee-Smith (Jr.)"])
def test_reading_a_name_back_gives_the_same_text(acme: World, name: str) -> None:
    contact_id = somebody(acme, name="Somebody Else")
    assert named(acme, name=name).name == renamed(acme, contact_id, name=name).name == name


def test_a_name_that_differs_in_spaces_alone_is_written(acme: World) -> None:
    contact_id = somebody(acme, name="Ann Lee")
    assert renamed(acme, contact_id, name="Ann  Lee").name == "Ann  Lee"


def test_a_change_of_company_leaves_the_name_as_it_was_written(acme: World) -> None:
    contact_id = somebody(acme, name="Ann  Lee")
    assert renamed(acme, contact_id, company_name="Acme").name == "Ann  Lee"


def test_the_same_name_sent_again_keeps_the_parts_as_they_are(acme: World) -> None:
    contact_id = somebody(acme, first_name="Ann", middle_name="Maria", last_name="van Lee")
    assert parts(renamed(acme, contact_id, name="Ann Maria van Lee", notes="x")) == ("Ann", "Maria", "van Lee")


def test_another_whole_name_replaces_all_parts(acme: World) -> None:
    contact_id = somebody(acme, first_name="Ann", middle_name="Maria", last_name="Lee")
    assert parts(renamed(acme, contact_id, name="Bob")) == ("Bob", "", "")


@pytest.mark.parametrize(
    ("values", "name"),
    [({"first_name": "Ann", "last_name": "Lee"}, "Ann Lee"), ({"last_name": "Lee"}, "Lee"),
     ({"first_name": " Ann ", "middle_name": " M. ", "last_name": " van Lee"}, "Ann M. van Lee"),
     ({"first_name": "Ann", "last_name": None}, "Ann"), ({"title": "Dr", "first_name": "Ann"}, "Ann")],
)  # fmt: skip
def test_parts_are_joined_to_a_whole_name(acme: World, values: dict[str, Any], name: str) -> None:
    assert named(acme, **values).name == name


def test_one_part_may_change_alone(acme: World) -> None:
    contact_id = somebody(acme, name="Ann Lee")
    contact = renamed(acme, contact_id, last_name="Smith")
    assert (contact.name, parts(contact)) == ("Ann Smith", ("Ann", "", "Smith"))


def test_a_whole_name_wins_over_parts_sent_with_it(acme: World) -> None:
    contact = named(acme, name="Ann Lee", first_name="Bob", last_name="Smith")
    assert (contact.name, parts(contact)) == ("Ann Lee", ("Ann", "", "Lee"))


@pytest.mark.parametrize("values", [{"name": "Ann Lee"}, {"name": "Ann Lee", "company_name": "Acme"}])
def test_somebody_with_a_personal_name_is_a_person(acme: World, values: dict[str, str]) -> None:
    contact = named(acme, **values)
    assert (contact.kind, contact.name, contact.is_company) == ("person", "Ann Lee", False)
    assert contact.company_name == values.get("company_name", "")


def test_a_company_shows_its_companys_name(acme: World) -> None:
    contact = named(acme, company_name=" Acme  Trading Ltd ")
    assert (contact.kind, contact.name, contact.is_company) == ("company", "Acme  Trading Ltd", True)
    assert parts(contact) == ("", "", "")


def test_a_company_that_is_renamed_stays_a_company(acme: World) -> None:
    contact_id = somebody(acme, company_name="Acme Ltd")
    contact = renamed(acme, contact_id, name="Acme Trading Ltd")
    assert (contact.kind, contact.name, contact.company_name) == ("company", "Acme Trading Ltd", "Acme Trading Ltd")
    assert parts(contact) == ("", "", "")


def test_a_company_that_gets_a_personal_name_becomes_a_person_and_back(acme: World) -> None:
    contact_id = somebody(acme, company_name="Acme Ltd")
    contact = renamed(acme, contact_id, first_name="Ann", last_name="Lee")
    assert (contact.kind, contact.name, contact.company_name) == ("person", "Ann Lee", "Acme Ltd")
    contact = renamed(acme, contact_id, first_name="", last_name=None)
    assert (contact.kind, contact.name) == ("company", "Acme Ltd")


def test_a_person_of_a_listing_needs_no_name(acme: World) -> None:
    contact_id = somebody(acme, name="Ann")
    with acme.scope():
        contact = update_contact(contact_id=contact_id, first_name="", last_name="")
    assert (contact.name, contact.kind) == ("", "person")


def complaints(world: World, **values: Any) -> list[str]:
    with pytest.raises(Invalid) as refusal:
        somebody(world, **values)
    return [complaint.field for complaint in refusal.value.complaints]


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": "x" * 101}, "name"), ({"name": f"Ann {'x' * 101}"}, "name"), ({"name": f"{'x' * 101} Lee"}, "name"),
     ({"name": f"Ann{' ' * 310}Lee"}, "name"), ({"first_name": "x" * 101}, "first_name"),
     ({"company_name": "x" * 201}, "company_name"), ({"last_name": "a\0b"}, "last_name"),
     ({"company_name": "a\nb"}, "company_name"), ({"middle_name": "\x7f"}, "middle_name")],
)  # fmt: skip
def test_what_is_too_long_or_unprintable_is_refused_on_its_field(
    acme: World, values: dict[str, str], field: str
) -> None:
    assert complaints(acme, **values) == [field]


@pytest.mark.parametrize("name", ["x" * 100, f"{'x' * 100} {'y' * 100}"])
def test_the_longest_parts_pass(acme: World, name: str) -> None:
    assert named(acme, name=name).name == name


@pytest.mark.parametrize("name", ["Ann\tLee", "Ann\nLee", "Ann L\0ee", "\x1bAnn Lee"])
def test_control_characters_in_a_whole_name_are_refused_on_the_name(acme: World, name: str) -> None:
    assert complaints(acme, name=name) == ["name"]


def test_a_companys_name_that_is_too_long_is_refused_on_the_name(acme: World) -> None:
    contact_id = somebody(acme, company_name="Acme Ltd")
    with acme.scope(), pytest.raises(Invalid) as refusal:
        update_customer(contact_id=contact_id, name="x" * 201)
    assert [complaint.field for complaint in refusal.value.complaints] == ["name"]


def test_a_name_and_another_company_make_a_person_of_that_company_however_often(acme: World) -> None:
    contact_id = somebody(acme, company_name="Acme Ltd")
    for _ in range(2):
        with acme.scope():
            changed = update_contact(contact_id=contact_id, name="Ann Lee", company_name="Other")
        assert (changed.name, changed.company_name, changed.kind) == ("Ann Lee", "Other", "person")


def test_a_company_that_loses_its_name_is_called_nothing(acme: World) -> None:
    contact_id = somebody(acme, company_name="Acme Ltd")
    with acme.scope():
        assert update_contact(contact_id=contact_id, company_name=None).name == ""  # type: ignore[arg-type]
