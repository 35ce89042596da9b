"""People who are no customers, and how people are found."""

from typing import Any

import pytest

from crm.contacts.errors import AddressMissing, ContactNotFound, EmailTaken
from crm.contacts.models import Contact
from crm.contacts.selectors import (
    contact_by_id,
    contacts,
    customer_by_id,
    customers,
    with_email,
    with_phone,
)
from crm.contacts.services import create_contact, update_contact
from crm.kernel.addresses import checked_phone, phone_from_digits
from crm.kernel.audit import events_about, events_of_scope
from crm.kernel.errors import Invalid
from crm.kernel.ids import new_id
from crm.kernel.lookups import found_by
from loyalty.members.models import Member
from tests.builders import a_customer
from tests.cast import World


def contact(world: World, **values: Any) -> Contact:
    with world.scope():
        return create_contact(**values)


def test_a_contact_is_neither_customer_nor_member(acme: World) -> None:
    known = contact(acme, first_name="Ann", email="ann@example.com")
    with acme.scope():
        assert contacts().get() == known
        assert not customers().exists()
        assert not Member.objects.exists()
        (event,) = events_of_scope().filter(subject_kind="contact")
    assert (event.name, event.payload) == ("contact.created", {"contact_id": str(known.id)})


@pytest.mark.parametrize("values", [{}, {"first_name": "Ann"}, {"email": "", "phone": None}])
def test_a_contact_needs_an_address_but_no_name(acme: World, values: dict[str, Any]) -> None:
    with pytest.raises(AddressMissing):
        contact(acme, **values)
    assert contact(acme, phone=phone_from_digits("15551234567")).name == ""


def test_an_email_belongs_to_one_living_contact(acme: World, rehearsal: World) -> None:
    a_customer(acme, email="ann@example.com")
    with pytest.raises(EmailTaken):
        contact(acme, email="ANN@example.com")
    contact(rehearsal, email="ann@example.com")


def test_a_refusal_leaves_the_callers_transaction_usable(acme: World) -> None:
    with acme.scope():
        create_contact(email="ann@example.com")
        with pytest.raises(EmailTaken):
            create_contact(email="ann@example.com")
        assert contacts().count() == 1


def test_a_contact_is_changed_and_that_is_recorded(acme: World) -> None:
    known = contact(acme, first_name="Ann", email="ann@example.com")
    with acme.scope():
        update_contact(contact_id=known.id, last_name="Lee", email=None, phone="+35799123834")
        event = events_about("contact", known.id).first()
        fresh = contact_by_id(known.id)
    assert (fresh.name, fresh.email, fresh.email_key, fresh.phone_key) == ("Ann Lee", "", "", "35799123834")
    assert event is not None
    assert event.changes == {
        "last_name": ["", "Lee"], "name": ["Ann", "Ann Lee"], "email": ["ann@example.com", ""],
        "phone": ["", "+35799123834"],
    }  # fmt: skip


def test_no_change_no_event(acme: World) -> None:
    known = contact(acme, first_name="Ann", email="ann@example.com")
    with acme.scope():
        update_contact(contact_id=known.id, first_name="Ann ", email=" ann@example.com")
        update_contact(contact_id=known.id)
        assert events_about("contact", known.id).count() == 1


def test_the_last_address_cannot_be_cleared(acme: World) -> None:
    known = contact(acme, email="ann@example.com")
    with acme.scope():
        with pytest.raises(AddressMissing):
            update_contact(contact_id=known.id, email="")
        assert contact_by_id(known.id).email == "ann@example.com"


def test_foreign_and_unknown_people_are_not_found(acme: World, rehearsal: World, rival: World) -> None:
    known = contact(acme, email="ann@example.com")
    for world, contact_id in ((rehearsal, known.id), (rival, known.id), (acme, new_id())):
        with world.scope():
            with pytest.raises(ContactNotFound):
                contact_by_id(contact_id)
            with pytest.raises(ContactNotFound):
                update_contact(contact_id=contact_id, first_name="x")
            assert not customer_by_id(contact_id).exists()


@pytest.mark.parametrize(
    ("email", "found"),
    [("ann@example.com", True), (" ANN@Example.com ", True), ("ann@example", False), ("", False), ("  ", False)],
)
def test_people_are_found_by_their_whole_email(acme: World, email: str, found: bool) -> None:
    contact(acme, email="Ann@example.com")
    contact(acme, phone="+35799123834")
    with acme.scope():
        assert with_email(contacts(), email).exists() is found


@pytest.mark.parametrize(
    ("phone", "found"),
    [("+35799123834", True), ("357 (99) 12-38-34", True), ("99123834", False), ("3579912383", False), ("", False),
     ("none", False)],
)  # fmt: skip
def test_people_are_found_by_all_digits_of_their_phone(acme: World, phone: str, found: bool) -> None:
    contact(acme, phone="+35799123834")
    contact(acme, email="ann@example.com")
    with acme.scope():
        assert with_phone(contacts(), phone).exists() is found


@pytest.mark.parametrize("written", ["+44 (0)20 7946 0018", "+4402079460018"])
def test_a_phone_is_found_as_it_was_written(acme: World, written: str) -> None:
    known = contact(acme, phone=written)
    with acme.scope():
        assert known.phone == checked_phone(written).text == "+442079460018"
        assert with_phone(contacts(), written).get() == known
        assert found_by(contacts(), written).get() == known


def test_customers_are_found_through_their_contact(acme: World, rehearsal: World) -> None:
    ann = a_customer(acme, name="Ann", email="ann@example.com", phone="+35799123834")
    a_customer(acme, name="Bob")
    a_customer(rehearsal, name="Ann", email="ann@example.com", phone="+35799123834")
    with acme.scope():
        assert with_email(customers(), "ann@example.com", path="contact__").get().pk == ann
        assert with_phone(customers(), "35799123834", path="contact__").get().pk == ann
        assert found_by(customers(), "ann", path="contact__").get().pk == ann
        assert found_by(customers(), " ", path="contact__").count() == 2
        assert not found_by(customers(), "!", path="contact__").exists()


def test_few_or_some_or_many_found_are_the_same_people(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = sorted(a_customer(acme, name=f"Ann {number}") for number in range(3))
    a_customer(acme, name="Bob")
    for few, some, near in ((0, 2, 1), (0, 3, 1), (2, 3, 1), (2, 3, 100), (3, 3, 1)):
        for name, value in (("FEW", few), ("SOME", some), ("NEAR", near)):
            monkeypatch.setattr(f"crm.kernel.lookups.{name}", value)
        with acme.scope():
            found = found_by(customers(), "ann", path="contact__")
            assert [customer.pk for customer in found.order_by("pk")[1:3]] == ids[1:]
            assert [customer.pk for customer in found.order_by("-contact__name", "pk")] == ids[::-1]
            assert (found.count(), found.filter(pk=ids[0]).exists()) == (3, True)
            assert {contact.pk for contact in found_by(contacts(), "ann")} == set(ids)


def test_some_are_found_anew_while_their_number_is_remembered(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.kernel.lookups.FEW", 0)
    ann = a_customer(acme, name="Ann")
    with acme.scope():
        assert found_by(customers(), "ann", path="contact__").get().pk == ann
    later = a_customer(acme, name="Anna")
    with acme.scope():
        assert set(found_by(customers(), "ann", path="contact__").values_list("pk", flat=True)) == {ann, later}
        assert not found_by(customers(), "annabel", path="contact__").exists()


@pytest.mark.parametrize("gender", ["female", "male", "other", "", None])
def test_genders(acme: World, gender: str | None) -> None:
    assert contact(acme, email="ann@example.com", gender=gender).gender == (gender or "")


def test_every_complaint_is_told_at_once(acme: World) -> None:
    with pytest.raises(Invalid) as refusal:
        contact(acme, email="ann@example.com", gender="x", title="a\nb", name_day_day=32)
    assert {complaint.field for complaint in refusal.value.complaints} == {"gender", "title", "name_day_day"}


def test_a_line_break_at_the_end_is_a_control_character_too(acme: World) -> None:
    with pytest.raises(Invalid):
        contact(acme, email="ann@example.com", title="Dr\n")
