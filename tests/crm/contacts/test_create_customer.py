"""Customers are created, or promoted from a listing (where-they-meet.md, "One person")."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from crm.contacts.errors import AddressMissing, EmailTaken, NameMissing, UnknownAssignee
from crm.contacts.models import Contact, Customer
from crm.contacts.selectors import customers
from crm.contacts.services import create_customer, delete_contact, update_contact
from crm.kernel.addresses import BadEmail, BadPhone, checked_phone
from crm.kernel.audit import events_about, events_of_scope
from crm.kernel.errors import Invalid
from crm.kernel.ids import new_id
from crm.organisations.errors import BadCustomValue
from crm.organisations.services import change_staff, define_custom_field
from loyalty.members.models import Member
from tests.builders import a_customer, an_entry, stored
from tests.cast import World

ANN: dict[str, Any] = {"name": "Ann Lee", "email": "ann@example.com"}


def created(world: World, **values: Any) -> Customer:
    with world.scope():
        customer = create_customer(**values)
    return stored(world, customer.pk)


def listed(world: World, **values: Any) -> Contact:
    """A person whom only acme's listing knows."""
    an_entry(world, **values)
    with world.scope():
        return Contact.objects.order_by("-id")[0]


def test_a_customer_has_defaults_and_one_moment(acme: World) -> None:
    with acme.scope() as scope:
        customer = create_customer(**ANN)
    customer = stored(acme, customer.pk)
    assert (customer.type, customer.status, customer.credit_limit) == ("individual", "active", None)
    assert (customer.contact.kind, customer.contact.source) == ("person", "api")
    moments = {customer.created_at, customer.updated_at, customer.contact.created_at, customer.contact.updated_at}
    assert moments == {scope.now}


def test_everything_that_is_known_of_a_customer_is_kept(acme: World) -> None:
    person = {
        "title": "Dr", "company_name": "Acme", "phone": "+357 99 123834", "language": "el", "gender": "female",
        "date_of_birth": date(1990, 2, 3), "name_day_month": 7, "name_day_day": 26, "category_id": "any text",
        "is_tax_exempt": True, "email_opt_out": True, "sms_opt_out": True, "consent_state": "accepted",
        "country_of_agreement": "CYP", "source": "manual",
    }  # fmt: skip
    trade = {
        "type": "business", "status": "blocked", "billing_address": "Street 1", "shipping_address": "Street 2",
        "payment_terms": "Net 30", "credit_limit": Decimal("99.5"), "tax_id": "T1", "notes": "Nice",
        "assigned_to_id": acme.staff["agent"].id,
    }  # fmt: skip
    customer = created(acme, **ANN, **person, **trade)
    assert {field: getattr(customer, field) for field in trade} == trade
    kept = {field: getattr(customer.contact, field) for field in person}
    assert kept == {**person, "phone": "+35799123834"}
    assert (customer.contact.email_key, customer.contact.phone_key) == ("ann@example.com", "35799123834")


def test_a_customer_is_a_member_in_the_lowest_tier_at_once(acme: World) -> None:
    customer = created(acme, **ANN)
    assert customer.contact.member.joined_at == customer.created_at
    assert customer.contact.member.standing.tier.slug == "bronze"


def test_a_new_customer_is_recorded(acme: World) -> None:
    customer = created(acme, **ANN)
    with acme.scope():
        event = events_of_scope().filter(name="customer.created").get()
    day = customer.created_at.date().isoformat()
    assert event.payload == {"contact_id": str(customer.pk), "promoted": False, "day": day}
    assert (event.changes, event.subject_id) == ({}, str(customer.pk))


@pytest.mark.parametrize(
    ("values", "error", "field"),
    [({"name": "Ann"}, AddressMissing, "email"), ({"name": "Ann", "email": "", "phone": ""}, AddressMissing, "email"),
     ({"name": "Ann", "email": None, "phone": None}, AddressMissing, "email"),
     ({"email": "a@example.com"}, NameMissing, "name"), ({"email": "a@example.com", "name": " "}, NameMissing, "name"),
     ({**ANN, "email": "ann"}, BadEmail, "email"), ({**ANN, "phone": "12"}, BadPhone, "phone"),
     ({**ANN, "type": "shop"}, Invalid, "type"), ({**ANN, "status": "gone"}, Invalid, "status"),
     ({**ANN, "gender": "x"}, Invalid, "gender"), ({**ANN, "credit_limit": Decimal(-1)}, Invalid, "credit_limit"),
     ({**ANN, "credit_limit": Decimal("0.00001")}, Invalid, "credit_limit"),
     ({**ANN, "billing_address": "x" * 501}, Invalid, "billing_address"),
     ({**ANN, "tax_id": "x" * 65}, Invalid, "tax_id"),
     ({**ANN, "custom_fields": {"": 1}}, BadCustomValue, "custom_fields"),
     ({**ANN, "assigned_to_id": new_id()}, UnknownAssignee, "assigned_to")],
)  # fmt: skip
def test_what_cannot_be_is_refused_on_its_field_and_leaves_nothing(
    acme: World, values: dict[str, Any], error: type[Invalid], field: str
) -> None:
    with acme.scope():
        with pytest.raises(error) as refusal:
            create_customer(**values)
        assert [complaint.field for complaint in refusal.value.complaints] == [field]
        assert not Contact.objects.exists()
        assert not Member.objects.exists()
        assert not events_of_scope().filter(subject_kind="contact").exists()


@pytest.mark.parametrize("address", [{"email": "ann@example.com"}, {"phone": "+1234567890"}])
def test_one_address_is_enough(acme: World, address: dict[str, str]) -> None:
    contact = created(acme, name="Ann", **address).contact
    assert (contact.email, contact.phone) == (address.get("email", ""), address.get("phone", ""))


@pytest.mark.parametrize("email", ["ann@example.com", "ANN@Example.COM", " ann@example.com "])
def test_an_email_belongs_to_one_living_customer(acme: World, email: str) -> None:
    a_customer(acme, **ANN)
    with acme.scope():
        with pytest.raises(EmailTaken) as refusal:
            create_customer(name="Other", email=email)
        assert customers().count() == 1
    assert refusal.value.field == "email"


def test_the_email_of_a_deleted_customer_is_free_again(acme: World) -> None:
    former = a_customer(acme, **ANN)
    with acme.scope():
        delete_contact(contact_id=former)
    assert created(acme, **ANN).pk != former


def test_each_tenant_may_know_the_same_email(acme: World, rehearsal: World, rival: World) -> None:
    ids = {created(world, **ANN).pk for world in (acme, rehearsal, rival)}
    assert len(ids) == 3


def test_a_phone_may_be_shared_and_so_may_having_no_email(acme: World) -> None:
    phones = [created(acme, name=name, phone="+35799123834").contact.phone for name in ("Ann", "Bob")]
    assert phones == ["+35799123834"] * 2


def test_an_assignee_is_active_staff_of_the_organisation(acme: World, rehearsal: World, rival: World) -> None:
    with acme.scope():
        change_staff(staff_id=acme.staff["analyst"].id, is_active=False)
    for stranger in (rival.staff["agent"], acme.staff["analyst"]):
        with acme.scope(), pytest.raises(UnknownAssignee):
            create_customer(**ANN, assigned_to_id=stranger.id)
    for world in (acme, rehearsal):
        assert created(world, **ANN, assigned_to_id=acme.staff["agent"].id).assigned_to == acme.staff["agent"]


def test_custom_fields_are_checked_against_their_definitions(acme: World) -> None:
    with acme.scope():
        define_custom_field(key="size", label="Size", kind="integer")
        with pytest.raises(BadCustomValue) as refusal:
            create_customer(**ANN, custom_fields={"size": "L", "shoe": "red"})
    assert refusal.value.complaints[0].field == "custom_fields.size"
    contact = created(acme, **ANN, custom_fields={"size": 42, "shoe": "red", "none": None}).contact
    assert contact.custom_fields == {"size": 42, "shoe": "red"}


def test_a_person_of_a_listing_is_promoted_not_refused(acme: World) -> None:
    known = listed(acme, first_name="Anna", last_name="Leigh", email="Ann@example.com")
    with acme.scope():
        assert not customers().exists()
    customer = created(acme, **ANN, type="business")
    assert customer.pk == known.pk
    assert customer.contact.created_at == known.created_at
    assert customer.type == "business"
    with acme.scope():
        assert Contact.objects.count() == 1


def test_values_sent_win_over_those_of_the_listing_and_the_rest_stays(acme: World) -> None:
    known = listed(acme, first_name="Anna", last_name="Leigh", email="Ann@example.com")
    with acme.scope():
        update_contact(contact_id=known.pk, language="el", title="Dr", custom_fields={"a": 1, "b": 1})
    contact = created(acme, name="Ann Lee", email="ANN@example.com", title="Prof", custom_fields={"b": 2}).contact
    assert (contact.name, contact.first_name, contact.last_name) == ("Ann Lee", "Ann", "Lee")
    assert (contact.email, contact.title, contact.language) == ("ANN@example.com", "Prof", "el")
    assert contact.custom_fields == {"a": 1, "b": 2}


def test_a_person_of_a_listing_is_promoted_with_the_name_they_have(acme: World) -> None:
    listed(acme, first_name="Anna", last_name="Leigh", email="ann@example.com")
    assert created(acme, email="ann@example.com").contact.name == "Anna Leigh"


def test_a_person_of_a_listing_without_a_name_needs_one(acme: World) -> None:
    listed(acme, email="ann@example.com")
    with acme.scope(), pytest.raises(NameMissing):
        create_customer(email="ann@example.com")


def test_a_promotion_is_recorded_with_what_it_changed(acme: World) -> None:
    known = listed(acme, first_name="Anna", email="ann@example.com")
    created(acme, name="Anna Lee", email="ann@example.com")
    with acme.scope():
        event = events_about("contact", known.pk).filter(name="customer.created").get()
        assert Member.objects.get().pk == known.pk
    assert event.payload["promoted"] is True
    assert event.changes == {"last_name": ["", "Lee"], "name": ["Anna", "Anna Lee"]}


def test_the_same_phone_promotes_nobody(acme: World) -> None:
    known = listed(acme, first_name="Anna", phone=checked_phone("+35799123834"))
    assert created(acme, **ANN, phone="+35799123834").pk != known.pk


def test_a_promoted_person_cannot_be_promoted_again(acme: World) -> None:
    listed(acme, first_name="Anna", email="ann@example.com")
    created(acme, **ANN)
    with acme.scope(), pytest.raises(EmailTaken):
        create_customer(**ANN)
