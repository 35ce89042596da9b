"""Customers are written: what is not given stays (where-they-meet.md, "Limits, headers, verbs everywhere")."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from crm.contacts.errors import AddressMissing, ContactNotFound, EmailTaken, NameMissing, UnknownAssignee
from crm.contacts.models import Contact, Customer
from crm.contacts.services import delete_contact, touch_customer, update_contact, update_customer
from crm.kernel.audit import events_about
from crm.kernel.errors import Invalid
from crm.kernel.ids import new_id
from crm.organisations.custom_fields import MOST_KEYS
from crm.organisations.errors import BadCustomValue
from crm.organisations.services import change_staff, define_custom_field
from tests.builders import a_customer, an_entry, stored
from tests.cast import World


@pytest.fixture
def ann(acme: World) -> UUID:
    return a_customer(
        acme, name="Ann Lee", email="ann@example.com", phone="+35799123834", gender="female", notes="Nice",
        date_of_birth=date(1990, 2, 3), credit_limit=Decimal(5), custom_fields={"a": 1, "b": 2},
        assigned_to_id=acme.staff["agent"].id,
    )  # fmt: skip


def update(world: World, contact_id: UUID, **values: Any) -> Customer:
    with world.scope():
        update_customer(contact_id=contact_id, **values)
    return stored(world, contact_id)


def refused(world: World, contact_id: UUID, **values: Any) -> list[str]:
    with world.scope(), pytest.raises(Invalid) as refusal:
        update_customer(contact_id=contact_id, **values)
    return [complaint.field for complaint in refusal.value.complaints]


def as_dict(world: World, contact_id: UUID) -> dict[str, Any]:
    with world.scope():
        rows = (Contact.objects.filter(pk=contact_id), Customer.objects.filter(pk=contact_id))
        return {key: value for row in rows for key, value in row.values().get().items()}


def test_only_what_is_given_changes(acme: World, ann: UUID) -> None:
    before = as_dict(acme, ann)
    update(acme, ann, status="inactive", language="el")
    after = as_dict(acme, ann)
    assert {key for key in after if after[key] != before[key]} == {"status", "language", "updated_at"}


def test_a_change_is_dated_on_person_and_customer_alike(acme: World, ann: UUID) -> None:
    before = stored(acme, ann)
    after = update(acme, ann, notes="Nicer")
    assert after.updated_at == after.contact.updated_at > before.updated_at
    assert after.created_at == before.created_at


def test_a_change_is_recorded_with_before_and_after(acme: World, ann: UUID) -> None:
    update(acme, ann, credit_limit=Decimal("7.50"), email="Anna@example.com", date_of_birth=None)
    with acme.scope():
        event = events_about("contact", ann).first()
    assert event is not None
    assert (event.name, event.payload) == ("contact.updated", {"contact_id": str(ann)})
    assert event.changes == {
        "credit_limit": ["5.0000", "7.50"], "email": ["ann@example.com", "Anna@example.com"],
        "date_of_birth": ["1990-02-03", None],
    }  # fmt: skip


def test_a_change_that_changes_nothing_leaves_no_trace(acme: World, ann: UUID) -> None:
    before = as_dict(acme, ann)
    update(acme, ann, name="Ann Lee", email="ann@example.com", phone="+357 99 123834", credit_limit=Decimal("5.00"))
    assert as_dict(acme, ann) == before
    with acme.scope():
        assert not events_about("contact", ann).filter(name="contact.updated").exists()


@pytest.mark.parametrize(
    ("field", "empty"),
    [("phone", ""), ("email", ""), ("gender", ""), ("date_of_birth", None), ("credit_limit", None),
     ("assigned_to_id", None)],
)  # fmt: skip
def test_null_clears_a_field(acme: World, ann: UUID, field: str, empty: Any) -> None:
    customer = update(acme, ann, **{field: None})
    assert getattr(customer if hasattr(customer, field) else customer.contact, field) == empty


def test_one_address_must_be_left(acme: World, ann: UUID) -> None:
    with acme.scope(), pytest.raises(AddressMissing):
        update_customer(contact_id=ann, phone=None, email=None)
    update(acme, ann, phone="")
    with acme.scope(), pytest.raises(AddressMissing):
        update_customer(contact_id=ann, email="")
    assert stored(acme, ann).contact.email == "ann@example.com"


def test_an_email_that_was_cleared_is_free(acme: World, ann: UUID) -> None:
    update(acme, ann, email=None)
    a_customer(acme, email="ann@example.com")


@pytest.mark.parametrize("name", ["", "  ", None])
def test_a_name_must_be_left(acme: World, ann: UUID, name: str | None) -> None:
    with acme.scope(), pytest.raises(NameMissing):
        update_customer(contact_id=ann, name=name)
    assert stored(acme, ann).contact.name == "Ann Lee"


@pytest.mark.parametrize("email", ["bob@example.com", "BOB@example.com", "listed@example.com"])
def test_an_email_of_another_person_is_refused(acme: World, ann: UUID, email: str) -> None:
    a_customer(acme, email="bob@example.com")
    an_entry(acme, email="listed@example.com")
    with acme.scope(), pytest.raises(EmailTaken):
        update_customer(contact_id=ann, email=email)
    assert stored(acme, ann).contact.email == "ann@example.com"


def test_ones_own_email_may_be_written_otherwise(acme: World, ann: UUID) -> None:
    contact = update(acme, ann, email="ANN@Example.com").contact
    assert (contact.email, contact.email_key) == ("ANN@Example.com", "ann@example.com")


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "ann@"), ("phone", "1"), ("gender", "x"), ("status", "gone"), ("type", "x"),
     ("credit_limit", Decimal(-1)), ("name_day_month", 13), ("name_day_day", 0), ("language", "x" * 11),
     ("title", "a\nb"), ("first_name", "x" * 101), ("consent_state", "maybe"), ("category_id", "x" * 65)],
)  # fmt: skip
def test_what_cannot_be_is_refused_on_its_field(acme: World, ann: UUID, field: str, value: Any) -> None:
    before = as_dict(acme, ann)
    assert refused(acme, ann, **{field: value}) == [field]
    assert as_dict(acme, ann) == before


def test_notes_have_ten_thousand_characters_at_most(acme: World, ann: UUID) -> None:
    assert update(acme, ann, notes="x" * 10_000).notes == "x" * 10_000
    assert refused(acme, ann, notes="x" * 10_001) == ["notes"]


def test_custom_fields_are_merged_key_by_key(acme: World, ann: UUID) -> None:
    assert update(acme, ann, custom_fields={"b": 3, "c": [4]}).contact.custom_fields == {"a": 1, "b": 3, "c": [4]}
    assert update(acme, ann, custom_fields={"a": None, "unknown": None}).contact.custom_fields == {"b": 3, "c": [4]}
    assert update(acme, ann, custom_fields={}).contact.custom_fields == {"b": 3, "c": [4]}


def test_a_value_stored_before_its_definition_does_not_stand_in_the_way(acme: World, ann: UUID) -> None:
    with acme.scope():
        define_custom_field(key="a", label="A", kind="text")
        with pytest.raises(BadCustomValue):
            update_customer(contact_id=ann, custom_fields={"a": 2})
    assert update(acme, ann, custom_fields={"b": 5}).contact.custom_fields == {"a": 1, "b": 5}


def test_there_is_a_greatest_number_of_custom_fields_of_one_person(acme: World, ann: UUID) -> None:
    update(acme, ann, custom_fields={f"k{number}": 1 for number in range(MOST_KEYS - 2)})
    assert refused(acme, ann, custom_fields={"one_more": 1}) == ["custom_fields"]


def test_an_assignee_is_active_staff_of_the_organisation(acme: World, rival: World, ann: UUID) -> None:
    for stranger in (rival.staff["agent"].id, new_id()):
        with acme.scope(), pytest.raises(UnknownAssignee) as refusal:
            update_customer(contact_id=ann, assigned_to_id=stranger)
        assert refusal.value.field == "assigned_to"
    assert update(acme, ann, assigned_to_id=acme.staff["manager"].id).assigned_to == acme.staff["manager"]


def test_a_customer_whose_assignee_left_can_still_be_changed(acme: World, ann: UUID) -> None:
    with acme.scope():
        change_staff(staff_id=acme.staff["agent"].id, is_active=False)
    customer = update(acme, ann, notes="Nicer")
    assert (customer.notes, customer.assigned_to) == ("Nicer", acme.staff["agent"])


def test_foreign_deleted_and_unknown_customers_and_mere_contacts_are_not_found(
    acme: World, rehearsal: World, rival: World, ann: UUID
) -> None:
    an_entry(acme, email="listed@example.com")
    with acme.scope():
        listed = Contact.objects.get(email="listed@example.com").pk
    for world, contact_id in ((rehearsal, ann), (rival, ann), (acme, new_id()), (acme, listed)):
        with world.scope(), pytest.raises(ContactNotFound):
            update_customer(contact_id=contact_id, notes="x")
    with acme.scope():
        delete_contact(contact_id=ann)
        with pytest.raises(ContactNotFound):
            update_customer(contact_id=ann, notes="x")


def test_a_person_changed_elsewhere_is_a_customer_changed(acme: World, ann: UUID) -> None:
    before = stored(acme, ann)
    with acme.scope():
        update_contact(contact_id=ann, language="el")
    after = stored(acme, ann)
    assert after.updated_at == after.contact.updated_at > before.updated_at


def test_touching_dates_one_customer_only(acme: World, ann: UUID) -> None:
    other = a_customer(acme)
    before = stored(acme, ann).updated_at, stored(acme, other).updated_at
    with acme.scope() as scope:
        touch_customer(contact_id=ann)
    assert (stored(acme, ann).updated_at, stored(acme, other).updated_at) == (scope.now, before[1])
