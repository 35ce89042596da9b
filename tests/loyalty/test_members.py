"""Every customer is a member, from the moment they are a customer (where-they-meet.md, "One person")."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from crm.contacts.models import Contact
from crm.contacts.services import CustomerRow, create_contact, create_customer, delete_contact, load_customers
from crm.kernel.audit import events_about, events_of_scope
from crm.kernel.errors import Conflict
from crm.kernel.events import _table
from crm.kernel.ids import new_id
from loyalty.members.events import MemberRegistered
from loyalty.members.models import Member
from loyalty.members.services import end_membership, enrol_member
from loyalty.tiers.models import MemberTier
from tests.builders import a_customer, an_entry
from tests.cast import World


def member(world: World, contact_id: UUID) -> Member:
    with world.scope():
        return Member.objects.get(pk=contact_id)


def names_of_events(world: World, contact_id: UUID) -> list[str]:
    with world.scope():
        return [event.name for event in events_about("contact", contact_id).order_by("id")]


def test_a_customer_is_a_member_under_the_same_id_and_from_the_same_moment(acme: World) -> None:
    with acme.scope() as scope:
        ann = create_customer(name="Ann", email="ann@example.com").pk
    assert (member(acme, ann).joined_at, member(acme, ann).left_at) == (scope.now, None)
    assert names_of_events(acme, ann) == ["customer.created", "member.registered"]


def test_a_contact_of_a_listing_is_no_member_until_they_are_a_customer(acme: World) -> None:
    an_entry(acme, email="ann@example.com")
    with acme.scope():
        assert not Member.objects.exists()
    ann = a_customer(acme, email="ann@example.com")
    assert member(acme, ann).left_at is None


def test_customer_and_member_are_made_together_or_not_at_all(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(event: MemberRegistered) -> None:
        raise Conflict

    monkeypatch.setitem(_table("TOGETHER"), MemberRegistered.name, {"tests.refuse": refuse})
    with acme.scope():
        with pytest.raises(Conflict):
            create_customer(name="Ann", email="ann@example.com")
        assert not Contact.objects.exists()
        assert not Member.objects.exists()
        assert not events_of_scope().filter(subject_kind="contact").exists()


def test_loaded_customers_joined_when_they_became_customers(acme: World) -> None:
    since = [datetime(2020, 1, day, tzinfo=UTC) for day in (1, 2)]
    rows = [CustomerRow(f"P {day:%d}", f"p{day:%d}@example.com", "", day) for day in since]
    with acme.scope():
        load_customers(rows)
        assert list(Member.objects.order_by("joined_at").values_list("joined_at", flat=True)) == since
        assert MemberTier.objects.count() == 2


def test_a_deleted_customer_has_left(acme: World) -> None:
    ann, bob = a_customer(acme), a_customer(acme)
    with acme.scope() as scope:
        delete_contact(contact_id=ann)
    assert member(acme, ann).left_at == scope.now
    assert member(acme, bob).left_at is None
    assert names_of_events(acme, ann)[-2:] == ["contact.deleted", "member.left"]


def test_leaving_is_noted_once(acme: World) -> None:
    ann = a_customer(acme)
    with acme.scope():
        end_membership(contact_id=ann)
    first = member(acme, ann).left_at
    with acme.scope():
        end_membership(contact_id=ann)
    assert member(acme, ann).left_at == first
    assert names_of_events(acme, ann).count("member.left") == 1


def test_who_is_no_member_cannot_leave(acme: World, rival: World) -> None:
    stranger = a_customer(rival)
    with acme.scope():
        contact = create_contact(email="ann@example.com")
        for contact_id in (contact.id, stranger, new_id()):
            end_membership(contact_id=contact_id)
        assert not events_of_scope().filter(name="member.left").exists()
    assert member(rival, stranger).left_at is None


def test_nobody_is_enrolled_twice(acme: World) -> None:
    ann = a_customer(acme)
    with acme.scope(), pytest.raises(IntegrityError), transaction.atomic():
        enrol_member(contact_id=ann)
    assert names_of_events(acme, ann).count("member.registered") == 1
