"""Merging leads while others write. Each race has a twin with the guard switched off, which must do harm."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from crm.kernel.audit import events_about
from crm.kernel.merging.errors import AlreadyMerged, AlreadyUnmerged
from crm.kernel.tasks import deliver
from crm.leads.errors import LeadNotFound
from crm.leads.models import FollowUp, Lead, LeadInteraction, LeadMerge, MergedLead
from crm.leads.services import add_interaction, change_lead, merge_leads, merging, unmerge_leads
from tests.builders import a_lead
from tests.cast import Cast, World
from tests.races.together import raised, succeeded, together

pytestmark = pytest.mark.xdist_group("races")

ROUNDS = 5


def merge(world: World, winner: UUID, *losers: UUID) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            return merge_leads(winner_id=winner, loser_ids=losers)

    return work


def unlocked(ids: Any) -> dict[UUID, Lead]:
    return {lead.pk: lead for lead in Lead.objects.filter(pk__in=set(ids), deleted_at=None)}


def not_marked(_merge: LeadMerge, _losers: Any) -> None:
    """In place of what marks the losers."""


def while_somebody_writes(world: World, winner: UUID, loser: UUID, write: Callable[[], Any]) -> list[Any]:
    """A writer holds a lead, and commits only once the merge is under way."""
    has_written, merging_now = threading.Event(), threading.Event()

    def writer() -> None:
        with world.scope(), transaction.atomic():
            write()
            has_written.set()
            merging_now.wait(5)
            # By now the merge either waits for this row's owner, or has looked and found nothing.
            threading.Event().wait(0.3)

    def join() -> Any:
        has_written.wait(5)
        merging_now.set()
        return merge(world, winner, loser)()

    return together(writer, join)


def said_to_the_loser(world: World) -> UUID:
    """Merge while something is said with the loser; whose it is then."""
    winner, loser = a_lead(world), a_lead(world)
    outcomes = while_somebody_writes(world, winner, loser, lambda: add_interaction(lead_id=loser, type="note"))
    assert succeeded(outcomes) == 2, outcomes
    with world.scope():
        return winner if LeadInteraction.objects.get(lead__in=(winner, loser)).lead_id == winner else loser


def test_what_is_said_with_a_loser_meanwhile_is_not_lost(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for _ in range(ROUNDS):
        whose = said_to_the_loser(acme)
        with acme.scope():
            assert Lead.objects.get(pk=whose).deleted_at is None


def test_without_the_lock_it_is(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Marking the losers first would lock them as well, so here they are not marked either."""
    monkeypatch.setattr(merging, "lock_leads", unlocked)
    monkeypatch.setattr(merging, "retire", not_marked)
    acme, left_behind = committed_cast.acme, 0
    for _ in range(ROUNDS):
        winner, loser = a_lead(acme), a_lead(acme)
        while_somebody_writes(acme, winner, loser, lambda loser=loser: add_interaction(lead_id=loser, type="note"))
        with acme.scope():
            left_behind += LeadInteraction.objects.filter(lead_id=loser).exists()
    assert left_behind > 0


def change_of_the_winner_lost(world: World) -> bool:
    """Merge while somebody gives the winner another company; whether that is forgotten."""
    winner, loser = a_lead(world, company="Old"), a_lead(world, phone="+35799123834")
    while_somebody_writes(world, winner, loser, lambda: change_lead(lead_id=winner, company="New"))
    with world.scope():
        lead = Lead.objects.get(pk=winner)
    assert lead.phone == "+35799123834"
    return lead.company != "New"


def test_a_change_of_the_winner_meanwhile_is_not_lost(committed_cast: Cast) -> None:
    assert not any(change_of_the_winner_lost(committed_cast.acme) for _ in range(ROUNDS))


def test_without_the_lock_the_change_is(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "lock_leads", unlocked)
    assert any(change_of_the_winner_lost(committed_cast.acme) for _ in range(ROUNDS))


def test_a_row_that_comes_late_follows_in_the_worker(committed_cast: Cast) -> None:
    """A follow-up is made by a job that asked no lead."""
    acme = committed_cast.acme
    winner, loser = a_lead(acme), a_lead(acme)
    written, may_commit = threading.Event(), threading.Event()

    def write() -> None:
        with acme.scope(), transaction.atomic():
            FollowUp.objects.create(
                kind="idle", subject=loser, lead_id=loser, title="x", due_at="2024-01-01T00:00:00Z",
                created_at="2024-01-01T00:00:00Z",
            )  # fmt: skip
            written.set()
            may_commit.wait(5)

    def join() -> None:
        written.wait(5)
        merge(acme, winner, loser)()
        may_commit.set()

    assert succeeded(together(write, join)) == 2
    with acme.scope():
        assert FollowUp.objects.get().lead_id == loser
        event = events_about("lead", winner).get(name="lead.merged")
    connection.close()
    assert deliver(event.pk)
    with acme.scope():
        assert FollowUp.objects.get().lead_id == winner
        assert LeadMerge.objects.get().moved["leads.FollowUp.lead"] == 1
        unmerge_leads(merge_id=LeadMerge.objects.get().pk)
        assert FollowUp.objects.get().lead_id == loser


def test_of_overlapping_merges_each_loser_goes_to_one_winner(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for _ in range(ROUNDS):
        one, other, shared = (a_lead(acme) for _ in range(3))
        outcomes = together(merge(acme, one, shared), merge(acme, other, shared))
        assert (succeeded(outcomes), raised(outcomes, AlreadyMerged)) == (1, 1), outcomes
        with acme.scope():
            assert MergedLead.objects.filter(pk=shared).count() == 1


def test_two_leads_are_not_merged_into_each_other(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for _ in range(ROUNDS):
        one, other = a_lead(acme), a_lead(acme)
        outcomes = together(merge(acme, one, other), merge(acme, other, one))
        assert (succeeded(outcomes), raised(outcomes, LeadNotFound)) == (1, 1), outcomes
        with acme.scope():
            assert Lead.objects.filter(pk__in=(one, other), deleted_at=None).count() == 1


def test_many_overlapping_sets_neither_deadlock_nor_lose_anybody(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    people = [a_lead(acme) for _ in range(6)]
    sets = [people[n:] + people[:n] for n in range(6)]
    outcomes = together(*[merge(acme, winner, *losers[:3]) for winner, *losers in sets])
    assert {type(outcome) for outcome in outcomes if isinstance(outcome, Exception)} <= {AlreadyMerged, LeadNotFound}
    with acme.scope():
        gone = set(MergedLead.objects.values_list("pk", flat=True))
        living = set(Lead.objects.filter(deleted_at=None).values_list("pk", flat=True))
    assert gone | living == set(people)
    assert not gone & living


def test_a_merge_comes_apart_once(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    plan = merge(acme, a_lead(acme), a_lead(acme))()

    def work() -> Any:
        with acme.scope():
            return unmerge_leads(merge_id=plan.merge_id)

    outcomes = together(work, work, work)
    assert (succeeded(outcomes), raised(outcomes, AlreadyUnmerged)) == (1, 2), outcomes


def test_a_double_click_merges_once(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    winner, loser = a_lead(acme), a_lead(acme)
    answers = together(*[lambda: acme.api.post(f"/dev/crm/leads/{winner}/merge", {"losers": [str(loser)]})] * 4)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
