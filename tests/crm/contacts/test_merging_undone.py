"""A merge taken apart: byte for byte where nobody has written since, and a list of the rest (semantics §3.13)."""

from typing import Any

import pytest
from django.db import connection

from crm.campaigns.models import ListingEntry
from crm.contacts.models import Contact, Customer, Identity, Merge
from crm.contacts.selectors import contact_by_id, with_email
from crm.contacts.services import (
    create_contact,
    create_customer,
    merge_contacts,
    open_member_session,
    reveal_document,
    unmerge,
    update_contact,
    update_customer,
)
from crm.kernel.audit import events_about
from crm.kernel.lookups import found_by
from crm.organisations.models import Session
from crm.organisations.services import Device
from loyalty.members.models import Member
from loyalty.tiers.models import MemberTier, TierChange
from tests.builders import a_customer, stored
from tests.cast import World
from tests.crm.contacts.merge_stage import Pair, a_pair, all_tables, merged


@pytest.fixture
def pair(acme: World) -> Pair:
    return a_pair(acme)


def taken_apart(world: World, merge_id: Any) -> Any:
    with world.scope():
        return unmerge(merge_id=merge_id)


def test_everything_is_as_it_was_byte_for_byte(acme: World, pair: Pair) -> None:
    before = all_tables()
    plan = merged(acme, pair, choices={"email": pair.anja})
    changed = {label for label, rows in all_tables().items() if rows != before[label]}
    assert changed == {
        "contacts.Contact", "contacts.Customer", "contacts.CompanyProfile", "contacts.Identity",
        "contacts.IdentityDocument", "contacts.MergedContact", "contacts.FurtherAddress", "campaigns.ListingEntry",
            "contacts.PreferredOrganisation", "contacts.PushDevice",
        "members.Member", "tiers.MemberTier", "tiers.TierChange", "orders.Order", "orders.Purchases",
    }  # fmt: skip
    report = taken_apart(acme, plan.merge_id)
    assert all_tables() == before
    assert report.left == []
    assert report.restored["contacts.Contact"] == 2


def test_rows_that_the_merge_made_and_removed_go_and_come_back(acme: World) -> None:
    """The winner becomes a customer by it, and an address that both have is dropped once."""
    with acme.scope():
        winner = create_contact(first_name="Win", email="win@example.com").pk
    loser, third = a_customer(acme, phone="+35799123834"), a_customer(acme, phone="+35799123834")
    with acme.scope():
        for id_ in (winner, loser):
            merge_contacts(winner_id=id_, loser_ids=[a_customer_with(f"{id_}@example.com")])
    before = all_tables()
    with acme.scope():
        merge = merge_contacts(winner_id=winner, loser_ids=[loser, third]).merge_id
    assert all_tables() != before
    taken_apart(acme, merge)
    assert all_tables() == before


def a_customer_with(email: str) -> Any:
    return create_customer(name="Third", email=email, phone="+35799000001").pk


def test_three_people_come_apart_again(acme: World, pair: Pair) -> None:
    third = a_pair_more(acme)
    before = all_tables()
    with acme.scope():
        merge = merge_contacts(winner_id=pair.anna, loser_ids=[third, pair.anja]).merge_id
    taken_apart(acme, merge)
    assert all_tables() == before


def a_pair_more(world: World) -> Any:
    with world.scope():
        customer = create_customer(name="Anni", email="anni@example.com", custom_fields={"pet": "dog"})
        ListingEntry.objects.create(listing=world.listing, contact=customer.contact, created_at=customer.created_at)
        Identity.objects.create(
            contact=customer.contact, provider="PHONE", value="1", key="1", created_at=customer.created_at
        )
    return customer.pk


def test_documents_open_with_their_own_keys_again(acme: World, pair: Pair) -> None:
    plan = merged(acme, pair)
    taken_apart(acme, plan.merge_id)
    with acme.scope():
        documents = stored_documents(pair.anja)
        assert {reveal_document(document_id=key) for key in documents} == {"P-anja", "ID-4711"}


def stored_documents(contact_id: Any) -> list[Any]:
    return list(contact_by_id(contact_id).documents.values_list("pk", flat=True))


def test_rows_that_came_since_stay_with_the_winner(acme: World, pair: Pair) -> None:
    plan = merged(acme, pair)
    with acme.scope():
        entry = ListingEntry.objects.create(
            listing=acme.listing, contact_id=pair.anna, created_at="2024-01-01T00:00:00Z", ended_at="2024-01-02T00:00Z"
        )
    report = taken_apart(acme, plan.merge_id)
    with acme.scope():
        assert ListingEntry.objects.get(pk=entry.pk).contact_id == pair.anna
    assert report.left == []


def test_a_row_changed_since_stays_and_is_listed(acme: World, pair: Pair) -> None:
    plan = merged(acme, pair)
    with acme.scope():
        moved = Identity.objects.get(value="anja@example.com")
        Identity.objects.filter(pk=moved.pk).update(password="new")
    report = taken_apart(acme, plan.merge_id)
    assert report.left == [{"kind": "contacts.Identity", "id": str(moved.pk)}]
    with acme.scope():
        assert Identity.objects.get(pk=moved.pk).contact_id == pair.anna
        assert contact_by_id(pair.anja)


def test_a_row_removed_since_is_listed(acme: World, pair: Pair) -> None:
    plan = merged(acme, pair)
    with acme.scope():
        moved = Identity.objects.get(value="anja@example.com")
        Identity.objects.filter(pk=moved.pk).delete()
    assert taken_apart(acme, plan.merge_id).left == [{"kind": "contacts.Identity", "id": str(moved.pk)}]


def test_a_winner_who_changed_since_keeps_what_they_have(acme: World, pair: Pair) -> None:
    plan = merged(acme, pair)
    with acme.scope():
        update_customer(contact_id=pair.anna, title="Dr")
    report = taken_apart(acme, plan.merge_id)
    kinds = {(row["kind"], row["id"]) for row in report.left}
    assert kinds == {("contacts.Contact", str(pair.anna)), ("contacts.Customer", str(pair.anna))}
    anna, anja = stored(acme, pair.anna), stored(acme, pair.anja)
    assert (anna.contact.title, anna.contact.last_name) == ("Dr", "Muster")
    assert (anja.contact.name, anja.contact.email, anja.deleted_at) == ("Anja Muster", "anja@example.com", None)


@pytest.mark.parametrize("taker", ["winner", "stranger"])
def test_an_address_that_is_taken_is_not_given_back(acme: World, pair: Pair, taker: str) -> None:
    plan = merged(acme, pair)
    with acme.scope():
        if taker == "winner":
            update_contact(contact_id=pair.anna, email="anja@example.com")
        else:
            create_customer(name="New", email="anja@example.com")
    report = taken_apart(acme, plan.merge_id)
    anja = stored(acme, pair.anja).contact
    assert (anja.deleted_at, anja.email, anja.email_key, anja.phone) == (None, "", "", "+35799123834")
    assert {"kind": "contacts.Contact", "id": str(pair.anja)} in report.left
    with acme.scope():
        assert not with_email(Contact.objects.filter(pk=pair.anja), "anja@example.com").exists()
        assert found_by(Contact.objects.filter(pk=pair.anja), "muster").exists()
        assert not found_by(Contact.objects.filter(pk=pair.anja), "anja@example.com").exists()


def test_a_row_that_the_merge_made_stays_when_it_was_changed(acme: World) -> None:
    loser = a_customer(acme)
    with acme.scope():
        winner = create_contact(first_name="Win", email="win@example.com").pk
        plan = merge_contacts(winner_id=winner, loser_ids=[loser])
        Member.objects.filter(pk=winner).update(joined_at="2024-01-01T00:00:00Z")
    report = taken_apart(acme, plan.merge_id)
    assert {"kind": "members.Member", "id": str(winner)} in report.left
    with acme.scope():
        assert Member.objects.filter(pk=winner).exists()
        assert not Customer.objects.filter(pk=winner).exists()


def test_a_row_that_the_merge_made_stays_when_a_later_one_needs_it(acme: World) -> None:
    loser = a_customer(acme)
    with acme.scope():
        winner = create_contact(first_name="Win", email="win@example.com").pk
        plan = merge_contacts(winner_id=winner, loser_ids=[loser])
        tier = MemberTier.objects.get(pk=winner).tier
        TierChange.objects.create(
            member_id=winner, to_tier=tier, origin="auto", actor_kind="job", actor_id="x", changed_at=tier.created_at
        )
    report = taken_apart(acme, plan.merge_id)
    assert report.left == [{"kind": "members.Member", "id": str(winner)}]
    connection.check_constraints()


def test_sessions_do_not_come_back_and_the_winners_end(acme: World, pair: Pair) -> None:
    plan = merged(acme, pair)
    with acme.scope():
        open_member_session(contact_id=pair.anna, device=Device())
    taken_apart(acme, plan.merge_id)
    reasons = Session.objects.filter(kind="member").order_by("created_at").values_list("ended_because", flat=True)
    assert list(reasons) == ["merged", "unmerged"]


def test_it_is_recorded_and_kept_on_the_merge(acme: World, pair: Pair) -> None:
    plan = merged(acme, pair)
    report = taken_apart(acme, plan.merge_id)
    with acme.scope():
        event = events_about("contact", pair.anna).get(name="contact.unmerged")
        merge = Merge.objects.get()
    assert event.payload == {
        "contact_id": str(pair.anna), "merge_id": str(plan.merge_id), "loser_ids": [str(pair.anja)],
    }  # fmt: skip
    assert merge.report == {"restored": report.restored, "left": report.left}
    assert merge.unmerged_at is not None
