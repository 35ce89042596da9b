"""The ledger of what people decided about what may be sent to them: every change, by every way, written once."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.contacts.errors import NotAccepted
from crm.contacts.models import ConsentEntry, Contact
from crm.contacts.selectors import consent_entries_of, recipients_with
from crm.contacts.services import (
    CustomerRow,
    create_contact,
    create_customer,
    decide_consent,
    forget_where_consent_came_from,
    load_customers,
    merge_contacts,
    unmerge,
    update_contact,
    update_customer,
)
from crm.contacts.services.consent_entries import keep_decided, set_consents
from crm.kernel.actors import Actor, ActorKind
from crm.kernel.audit import events_about
from crm.kernel.clock import real_now
from crm.kernel.entrances import scope_for
from crm.kernel.insert_only import forgetting
from crm.kernel.tenancy import Via
from loyalty.tiers.services import admit_customer, change_customer
from tests.builders import a_customer
from tests.cast import Cast, World

pytestmark = pytest.mark.django_db
ALL = {"consent_state": "accepted", "email_opt_out": True, "sms_opt_out": True}
TOLD = {
    ("consent_state", "pending", "accepted"), ("email_opt_out", "no", "yes"), ("sms_opt_out", "no", "yes"),
}  # fmt: skip


def entries(world: World, contact_id: UUID) -> list[ConsentEntry]:
    """The latest first."""
    with world.scope():
        return list(consent_entries_of(contact_id))


def told(world: World, contact_id: UUID) -> set[tuple[str, str, str]]:
    return {(entry.topic, entry.before, entry.after) for entry in entries(world, contact_id)}


def made(make: Callable[..., Any]) -> Callable[[World], UUID]:
    def way(world: World) -> UUID:
        with world.scope():
            return UUID(str(make(**ALL).pk))

    return way


def changed(change: Callable[..., Any]) -> Callable[[World], UUID]:
    def way(world: World) -> UUID:
        contact_id = a_customer(world)
        with world.scope():
            change(contact_id=contact_id, **ALL)
        return contact_id

    return way


def promoted(world: World) -> UUID:
    with world.scope():
        create_contact(email="listed@example.com")
        return UUID(str(create_customer(name="Listed", email="listed@example.com", **ALL).pk))  # type: ignore[arg-type]


WAYS: dict[str, Callable[[World], UUID]] = {
    "a contact made": made(lambda **values: create_contact(email="x@example.com", **values)),
    "a customer made": made(lambda **values: create_customer(name="X", email="x@example.com", **values)),
    "a member admitted": made(
        lambda **values: admit_customer(tier=None, reason="", name="X", email="x@example.com", **values)
    ),
    "a contact changed": changed(update_contact),
    "a customer changed": changed(update_customer),
    "a member changed": changed(lambda **values: change_customer(tier=None, reason="", **values)),
    "a contact promoted": promoted,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_every_change_is_written_down_by_whichever_way_it_came(acme: World, way: Callable[[World], UUID]) -> None:
    contact_id = way(acme)
    assert told(acme, contact_id) == TOLD
    with acme.scope():
        names = [event.name for event in events_about("contact", contact_id)]
        assert names.count("consent.changed") == 3
        assert Contact.objects.get(pk=contact_id).consent_state == "accepted"


def test_what_is_not_decided_is_not_written_down(acme: World) -> None:
    contact_id = a_customer(acme)
    with acme.scope():
        update_contact(contact_id=contact_id, consent_state="pending", email_opt_out=False, title="Dr")
        load_customers([CustomerRow("A B", "ab@example.com", "", real_now())])
        assert ConsentEntry.objects.count() == 0


def test_an_entry_proves_who_decided_when_and_how_they_came(acme: World) -> None:
    contact_id = a_customer(acme)
    actor = Actor(ActorKind.MEMBER, "session:7")
    with scope_for(acme.tenant, actor, "r1", Via("self-service", "192.0.2.7", "Firefox")) as scope:
        decide_consent(contact_id=contact_id, consent_state="accepted", wording="terms 3")
    (entry,) = entries(acme, contact_id)
    assert (entry.actor_kind, entry.actor_id, entry.decided_at) == ("member", "session:7", scope.now)
    assert (entry.surface, entry.address, entry.agent) == ("self-service", "192.0.2.7", "Firefox")
    assert (entry.wording, entry.cause) == ("terms 3", "written")


def test_saying_the_same_again_writes_nothing(acme: World) -> None:
    contact_id = a_customer(acme)
    with acme.scope():
        for _ in range(3):
            decide_consent(contact_id=contact_id, consent_state="accepted", wording="terms 3")
        assert [event.name for event in events_about("contact", contact_id)].count("contact.updated") == 1
    assert len(entries(acme, contact_id)) == 1


STATES = ("pending", "accepted", "rejected", "withdrawn")
REFUSED = {("pending", "withdrawn"), ("rejected", "withdrawn")}


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_a_member_withdraws_only_what_they_accepted(acme: World, before: str, after: str) -> None:
    contact_id = a_customer(acme, consent_state=before)
    number = len(entries(acme, contact_id))
    with scope_for(acme.tenant, Actor(ActorKind.MEMBER, str(contact_id))):
        if (before, after) in REFUSED:
            with pytest.raises(NotAccepted):
                decide_consent(contact_id=contact_id, consent_state=after)
        else:
            decide_consent(contact_id=contact_id, consent_state=after)
    moved = before != after and (before, after) not in REFUSED
    assert len(entries(acme, contact_id)) == number + moved


def test_staff_note_what_they_were_told(acme: World) -> None:
    contact_id = a_customer(acme)
    with acme.scope():
        update_customer(contact_id=contact_id, consent_state="withdrawn")
    assert told(acme, contact_id) == {("consent_state", "pending", "withdrawn")}


def test_a_merge_and_its_undoing_are_written_down_and_shown_with_the_winner(acme: World) -> None:
    winner = a_customer(acme, consent_state="accepted")
    loser = a_customer(acme, consent_state="withdrawn", email_opt_out=True)
    with acme.scope():
        merge_id = merge_contacts(winner_id=winner, loser_ids=[loser]).merge_id
        assert merge_id is not None
    merged = [(entry.topic, entry.before, entry.after) for entry in entries(acme, winner) if entry.cause == "merged"]
    assert sorted(merged) == [("consent_state", "accepted", "withdrawn"), ("email_opt_out", "no", "yes")]
    assert {entry.contact_id for entry in entries(acme, winner)} == {winner, loser}
    with acme.scope():
        unmerge(merge_id=merge_id)
    shown = entries(acme, winner)
    back = [(entry.topic, entry.before, entry.after) for entry in shown if entry.cause == "unmerged"]
    assert sorted(back) == [("consent_state", "withdrawn", "accepted"), ("email_opt_out", "yes", "no")]
    assert {entry.contact_id for entry in shown} == {winner}
    assert {entry.contact_id for entry in entries(acme, loser)} == {loser}


def test_a_rehearsed_merge_writes_nothing(acme: World) -> None:
    winner, loser = a_customer(acme), a_customer(acme, consent_state="rejected")
    with acme.scope():
        merge_contacts(winner_id=winner, loser_ids=[loser], dry_run=True)
    assert entries(acme, winner) == []


def test_a_set_of_people_costs_as_much_as_one(acme: World) -> None:
    def cost(number: int) -> int:
        people = [a_customer(acme) for _ in range(number)]
        with acme.scope():
            contacts = list(Contact.objects.filter(pk__in=people))
            for contact in contacts:
                set_consents(contact, ALL)
            with CaptureQueriesContext(connection) as captured:
                keep_decided(contacts)
            assert ConsentEntry.objects.filter(contact__in=people).count() == 3 * number
        return len(captured)

    # The events come by a COPY, which is not captured.
    assert cost(1) == cost(20) == 1


def test_a_change_that_fails_leaves_no_entry(acme: World) -> None:
    a_customer(acme, email="taken@example.com")
    contact_id = a_customer(acme)
    with acme.scope(), pytest.raises(Exception, match="email address"):
        update_contact(contact_id=contact_id, email="taken@example.com", consent_state="accepted")
    assert entries(acme, contact_id) == []


# Written once


def test_the_database_refuses_to_change_or_delete_an_entry(acme: World) -> None:
    contact_id = a_customer(acme, **ALL)
    with acme.scope():
        rows = ConsentEntry.objects.filter(contact_id=contact_id)
        for attempt in (lambda: rows.update(after="no"), lambda: rows.update(address=""), rows.delete):
            with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
                attempt()
        assert rows.count() == 3


def test_erasing_forgets_from_where_and_nothing_else(acme: World) -> None:
    contact_id, other = a_customer(acme), a_customer(acme)
    with scope_for(acme.tenant, Actor(ActorKind.MEMBER, "m"), "", Via("self-service", "192.0.2.7", "Firefox")):
        for one in (contact_id, other):
            decide_consent(contact_id=one, consent_state="accepted")
    with acme.scope():
        assert forget_where_consent_came_from(contact_ids=[contact_id]) == 1
    (entry,), (kept,) = entries(acme, contact_id), entries(acme, other)
    assert (entry.address, entry.agent, entry.after, entry.actor_id) == ("", "", "accepted", "m")
    assert (kept.address, kept.agent) == ("192.0.2.7", "Firefox")
    with acme.scope():
        rows = ConsentEntry.objects.filter(pk=kept.pk)
        for values in ({"after": "rejected"}, {"address": "192.0.2.8"}):
            with pytest.raises(IntegrityError), transaction.atomic(), forgetting():
                rows.update(**values)
        with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
            rows.update(address="")


def test_a_tenant_that_goes_takes_its_entries_along(acme: World) -> None:
    contact_id = a_customer(acme, **ALL)
    with acme.scope(), transaction.atomic(), forgetting():
        assert ConsentEntry.objects.filter(contact_id=contact_id).delete()[0] == 3


# What follows


def test_who_refused_is_told_to_messaging(cast: Cast) -> None:
    people = {state: a_customer(cast.acme, consent_state=state) for state in STATES}
    with cast.acme.scope():
        told = recipients_with(list(people.values()))
    assert {state: told[id_].refuses_marketing for state, id_ in people.items()} == {
        "pending": False, "accepted": False, "rejected": True, "withdrawn": True,
    }  # fmt: skip
