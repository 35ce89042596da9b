"""What was said with a lead is the customer's, too, each interaction once (s4 §6, 28)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from crm.contacts.models import Customer, CustomerInteraction
from crm.contacts.selectors import interactions_with
from crm.contacts.services import finish_next_action as finish_with_customer
from crm.contacts.services import remove_interaction
from crm.kernel.clock import now
from crm.leads.models import FollowUp, Lead, LeadInteraction
from crm.leads.selectors import one_lead
from crm.leads.services import convert_lead, finish_next_action, merge_leads, note_origin, process_follow_ups
from crm.leads.services.carrying import carry_over
from crm.organisations.roles import Role
from tests.builders import a_customer, a_lead, an_interaction
from tests.cast import World
from tests.crm.leads.test_follow_ups import process
from tests.dialects.traces import latest_events

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def convert(world: World, lead_id: UUID) -> UUID:
    with world.scope():
        return convert_lead(lead_id=lead_id).customer.pk


def said_with(world: World, customer_id: UUID) -> list[CustomerInteraction]:
    with world.scope():
        return list(interactions_with(customer_id))


@pytest.mark.parametrize(("kind", "becomes"), [
    ("call", "call"), ("email", "email"), ("meeting", "meeting"), ("note", "other"),
])  # fmt: skip
def test_each_kind_becomes_one_of_the_customers(acme: World, kind: str, becomes: str) -> None:
    lead_id = a_lead(acme)
    original = an_interaction(acme, lead_id, type=kind, notes="Wants samples")
    (copy,) = said_with(acme, convert(acme, lead_id))
    with acme.scope():
        row = LeadInteraction.objects.get(pk=original)
    assert (copy.type, copy.happened_at, copy.created_at, copy.copied_from) == (
        becomes, row.created_at, row.created_at, original,
    )  # fmt: skip
    assert (copy.actor_kind, copy.actor_id) == (row.actor_kind, row.actor_id)


@pytest.mark.parametrize(("notes", "subject"), [
    ("Wants samples", "Wants samples"), ("\n  First line \r\nand more", "First line"), ("", "Meeting"),
    (" \n\t ", "Meeting"), ("x" * 500, "x" * 200),
])  # fmt: skip
def test_the_subject_is_the_first_line_or_the_kind(acme: World, notes: str, subject: str) -> None:
    lead_id = a_lead(acme)
    an_interaction(acme, lead_id, type="meeting", notes=notes)
    (copy,) = said_with(acme, convert(acme, lead_id))
    assert (copy.subject, copy.description) == (subject, notes)


def test_many_cost_no_more_statements_than_few(acme: World, django_assert_max_num_queries: Any) -> None:
    lead_id, customer = a_lead(acme), a_customer(acme)
    for number in range(30):
        an_interaction(acme, lead_id, notes=f"Call {number}")
    with acme.scope():
        lead, known = one_lead(lead_id), Customer.objects.get(pk=customer)
        with transaction.atomic(), django_assert_max_num_queries(5):
            assert carry_over(lead, known) == 30
    assert [one.description for one in said_with(acme, customer)] == [f"Call {n}" for n in reversed(range(30))]
    (event,) = latest_events(acme, "interactions.carried_over")
    assert (event.subject_id, event.payload["number"]) == (str(customer), 30)


def test_what_was_carried_over_is_never_there_twice(acme: World) -> None:
    lead_id, customer = a_lead(acme), a_customer(acme)
    an_interaction(acme, lead_id)
    with acme.scope():
        for _ in range(3):
            carry_over(one_lead(lead_id), Customer.objects.get(pk=customer))
    assert len(said_with(acme, customer)) == 1
    assert len(latest_events(acme, "interactions.carried_over")) == 1


def test_a_customer_who_is_linked_keeps_their_own_and_gets_the_leads(acme: World) -> None:
    known = a_customer(acme, email="jane@example.com")
    first, second = a_lead(acme, email="JANE@example.com"), a_lead(acme)
    an_interaction(acme, first, notes="From the first")
    an_interaction(acme, second, notes="From the second")
    assert convert(acme, first) == known
    with acme.scope():
        for _ in range(2):
            note_origin(lead_id=second, customer_id=known)
    assert {one.subject for one in said_with(acme, known)} == {"From the first", "From the second"}


def test_a_lead_with_nothing_said_tells_of_nothing(acme: World) -> None:
    assert said_with(acme, convert(acme, a_lead(acme))) == []
    assert latest_events(acme, "interactions.carried_over") == []


def test_what_is_removed_from_the_customer_does_not_come_back(acme: World) -> None:
    """By a merge of the lead, say: a conversion happens once."""
    lead_id = a_lead(acme)
    an_interaction(acme, lead_id)
    customer = convert(acme, lead_id)
    (copy,) = said_with(acme, customer)
    other = a_lead(acme)
    an_interaction(acme, other, notes="Of another lead")
    with acme.scope():
        remove_interaction(contact_id=customer, interaction_id=copy.pk)
        merge_leads(winner_id=lead_id, loser_ids=[other])
    assert said_with(acme, customer) == []


# What is to be done next


def a_planned_lead(world: World, due: timedelta, **values: Any) -> UUID:
    lead_id = a_lead(world, **values)
    with world.scope():
        date = now() + due
    an_interaction(world, lead_id, next_action="Send offer", next_action_date=date)
    return lead_id


def test_an_open_next_action_becomes_the_customers_and_is_followed_up_for_them(acme: World) -> None:
    agent, manager = acme.staff[Role.AGENT].pk, acme.staff[Role.MANAGER].pk
    a_customer(acme, email="jane@example.com", assigned_to_id=manager)
    lead_id = a_planned_lead(acme, -HOUR, email="jane@example.com", assigned_to_id=agent)
    assert process(acme) == {"next_action": 1}
    customer = convert(acme, lead_id)
    with acme.scope():
        assert not FollowUp.objects.get(lead_id=lead_id).is_open
    assert process(acme) == {"next_action": 1}
    assert process(acme) == {}
    with acme.scope():
        follow_up = FollowUp.objects.get(contact_id=customer)
    assert (follow_up.title, follow_up.assigned_to_id, follow_up.lead_id) == ("Send offer", manager, None)
    (copy,) = said_with(acme, customer)
    assert (follow_up.customer_interaction_id, follow_up.due_at) == (copy.pk, copy.next_action_date)


def test_a_next_action_of_the_future_is_due_for_the_customer_alone(acme: World) -> None:
    lead_id = a_planned_lead(acme, HOUR)
    customer = convert(acme, lead_id)
    with acme.scope():
        CustomerInteraction.objects.update(next_action_date=now() - HOUR)
        LeadInteraction.objects.update(next_action_date=now() - HOUR)
        Lead.objects.update(status_since=now() + HOUR)
        process_follow_ups()
        assert [row.contact_id for row in FollowUp.objects.all()] == [customer]


def test_a_next_action_that_is_done_is_done_for_the_customer(acme: World) -> None:
    lead_id = a_planned_lead(acme, -HOUR)
    with acme.scope():
        finish_next_action(lead_id=lead_id, interaction_id=LeadInteraction.objects.get().pk)
    (copy,) = said_with(acme, convert(acme, lead_id))
    assert copy.next_action_done_at is not None
    assert process(acme) == {}


def test_doing_it_for_the_customer_closes_it(acme: World) -> None:
    customer = convert(acme, a_planned_lead(acme, -HOUR))
    process(acme)
    (copy,) = said_with(acme, customer)
    with acme.scope():
        finish_with_customer(contact_id=customer, interaction_id=copy.pk)
        assert not FollowUp.objects.filter(state="open").exists()
