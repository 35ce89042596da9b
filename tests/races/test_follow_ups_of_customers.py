"""Several at what is to be done about a customer. Each race has a twin without its guard, which must do harm."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from crm.contacts.models import CustomerInteraction
from crm.contacts.services import delete_contact, finish_next_action
from crm.kernel.clock import now
from crm.kernel.transactions import atomic
from crm.leads.errors import FollowUpNotFound
from crm.leads.models import FollowUp, Lead
from crm.leads.services import (
    ask_for_follow_up,
    conversion,
    convert_lead,
    finish_follow_up,
    finishing,
    follow_ups,
    process_follow_ups,
)
from tests.builders import a_customer, a_lead, an_interaction, an_interaction_with
from tests.cast import Cast, World
from tests.races.together import succeeded, together, without_index

pytestmark = pytest.mark.xdist_group("races")

CALLERS, ROUNDS = 8, 5


def inside(world: World, work: Callable[[], Any]) -> Callable[[], Any]:
    def in_scope() -> Any:
        with world.scope():
            return work()

    return in_scope


# What was said with a lead is carried over once


def copies_after_many_conversions(world: World) -> int:
    """How often one interaction is there when nothing but the database keeps conversions apart."""
    lead_id = a_lead(world)
    an_interaction(world, lead_id, notes="Wants samples")
    together(*[inside(world, lambda: convert_lead(lead_id=lead_id))] * CALLERS)
    with world.scope():
        return CustomerInteraction.objects.filter(subject="Wants samples").count()


def unlocked(lead_id: UUID) -> Lead:
    return Lead.objects.get(pk=lead_id)


def test_what_was_said_is_carried_over_once_though_several_convert(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "locked_lead", unlocked)
    for _ in range(ROUNDS):
        assert copies_after_many_conversions(committed_cast.acme) == 1
        with committed_cast.acme.scope():
            CustomerInteraction.objects.all().delete()


def test_without_the_unique_it_is_there_several_times(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion, "locked_lead", unlocked)
    acme, most = committed_cast.acme, 0
    with without_index("interaction_copied_once", "contacts_customerinteraction"):
        for _ in range(10 * ROUNDS):
            if most > 1:
                break
            with acme.scope():
                CustomerInteraction.objects.all().delete()
            most = copies_after_many_conversions(acme)
    assert most > 1


# The same cause asks once


def made_by_many(world: World) -> int:
    ann, subject = a_customer(world), uuid4()
    with world.scope():
        due = now() + timedelta(hours=1)

    def ask() -> Any:
        return ask_for_follow_up(contact_id=ann, title="Ring", due_at=due, subject=subject)

    outcomes = together(*[inside(world, ask)] * CALLERS)
    assert succeeded(outcomes) == CALLERS, outcomes
    return sum(outcome is not None for outcome in outcomes)


def test_of_many_who_ask_for_the_same_one_gets_it(committed_cast: Cast) -> None:
    assert [made_by_many(committed_cast.acme) for _ in range(ROUNDS)] == [1] * ROUNDS


def test_without_the_unique_all_of_them_do(committed_cast: Cast) -> None:
    with without_index("follow_up_once", "leads_followup"):
        assert made_by_many(committed_cast.acme) == CALLERS


# Who is being deleted gets nothing to do


def open_after_both(world: World) -> int:
    """One deletes, and has not committed yet; the other looks for what is due. How much is left to be done."""
    ann, deleted = a_customer(world), threading.Event()
    with world.scope():
        due = now()
    an_interaction_with(world, ann, next_action="Call", next_action_date=due)

    @atomic
    def slowly() -> None:
        delete_contact(contact_id=ann)
        deleted.set()
        time.sleep(0.7)

    def process() -> Any:
        deleted.wait()
        return inside(world, process_follow_ups)()

    assert succeeded(together(inside(world, slowly), process)) == 2
    with world.scope():
        return FollowUp.objects.filter(state="open").count()


def test_a_customer_who_is_being_deleted_gets_nothing_to_do(committed_cast: Cast) -> None:
    assert open_after_both(committed_cast.acme) == 0


def test_without_looking_at_locks_they_do(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow_ups, "_while_free", lambda rows, _whose: rows)
    assert open_after_both(committed_cast.acme) == 1


# Doing a thing and its next action at once


def both_ways(world: World) -> int:
    """Some do the follow-up, others the next action that it is about; how many of them got through."""
    ann = a_customer(world)
    with world.scope():
        due = now()
    said = an_interaction_with(world, ann, next_action="Call", next_action_date=due)
    with world.scope():
        process_follow_ups()
        follow_up_id = FollowUp.objects.get(contact_id=ann).pk
    works = [
        inside(world, lambda: finish_follow_up(follow_up_id=follow_up_id)),
        inside(world, lambda: finish_next_action(contact_id=ann, interaction_id=said)),
    ]
    got_through = succeeded(together(*works * (CALLERS // 2)))
    with world.scope():
        assert not FollowUp.objects.filter(pk=follow_up_id, state="open").exists()
    return got_through


def test_who_does_the_one_never_waits_for_who_waits_for_them(committed_cast: Cast) -> None:
    assert [both_ways(committed_cast.acme) for _ in range(2 * ROUNDS)] == [CALLERS] * 2 * ROUNDS


def test_without_the_order_of_locks_they_wait_for_each_other(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def follow_up_first(follow_up_id: UUID) -> FollowUp:
        row = FollowUp.objects.for_update().filter(pk=follow_up_id).first()
        if row is None:
            raise FollowUpNotFound
        time.sleep(0.05)
        return row

    monkeypatch.setattr(finishing, "_locked", follow_up_first)
    assert any(both_ways(committed_cast.acme) < CALLERS for _ in range(10 * ROUNDS))
