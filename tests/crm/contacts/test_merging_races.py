"""Merging while others write. Each race has a twin with the guard switched off, which must do harm."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from crm.campaigns.models import ListingEntry
from crm.contacts.errors import AlreadyMerged, AlreadyUnmerged, ContactNotFound
from crm.contacts.models import Contact, Identity, Merge, MergedContact
from crm.contacts.services import add_identity, merge_contacts, merging, unmerge
from crm.kernel.audit import events_about
from crm.kernel.tasks import deliver
from tests.builders import a_customer, customers_of
from tests.cast import Cast, World
from tests.races.together import raised, succeeded, together

pytestmark = pytest.mark.xdist_group("races")

ROUNDS = 5


def merge(world: World, winner: UUID, *losers: UUID) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            return merge_contacts(winner_id=winner, loser_ids=losers)

    return work


def unlocked(ids: Any) -> dict[UUID, Contact]:
    return {contact.pk: contact for contact in Contact.objects.filter(pk__in=set(ids), deleted_at=None)}


def merge_while_somebody_writes(world: World, winner: UUID, loser: UUID) -> list[Any]:
    """A writer holds the loser, and commits a row about them only once the merge is under way."""
    has_written, merging_now = threading.Event(), threading.Event()

    def write() -> None:
        with world.scope(), transaction.atomic():
            add_identity(contact_id=loser, provider="EMAIL", value=f"{loser}@example.com")
            has_written.set()
            merging_now.wait(5)
            # By now the merge either waits for this row's owner, or has looked and found nothing.
            threading.Event().wait(0.3)

    def join() -> Any:
        has_written.wait(5)
        merging_now.set()
        return merge(world, winner, loser)()

    return together(write, join)


def test_what_is_written_about_a_loser_meanwhile_is_not_lost(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for _ in range(ROUNDS):
        winner, loser = customers_of(acme, 2)
        outcomes = merge_while_somebody_writes(acme, winner, loser)
        assert succeeded(outcomes) == 2, outcomes
        assert owner_of_the_identity(acme, loser) == winner


def test_without_the_lock_it_is(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Marking the losers first would lock them as well, so here they are not marked either."""
    monkeypatch.setattr(merging, "lock_people", unlocked)
    monkeypatch.setattr(merging, "_retire", not_marked)
    acme, left_behind = committed_cast.acme, 0
    for _ in range(ROUNDS):
        winner, loser = customers_of(acme, 2)
        merge_while_somebody_writes(acme, winner, loser)
        left_behind += owner_of_the_identity(acme, loser) == loser
    assert left_behind > 0


def owner_of_the_identity(world: World, loser: UUID) -> UUID:
    with world.scope():
        return Identity.objects.get(value=f"{loser}@example.com").contact_id


def not_marked(_merge: Merge, _losers: Any) -> None:
    """In place of what marks the losers."""


def entry_from_before(world: World, loser: UUID, winner: UUID) -> None:
    """A transaction that asked nobody puts the loser into a listing, and commits only after the merge has."""
    written, may_commit = threading.Event(), threading.Event()

    def write() -> None:
        with world.scope(), transaction.atomic():
            ListingEntry.objects.create(listing=world.listing, contact_id=loser, created_at="2024-01-01T00:00:00Z")
            written.set()
            may_commit.wait(5)

    def join() -> None:
        written.wait(5)
        merge(world, winner, loser)()
        may_commit.set()

    assert succeeded(together(write, join)) == 2


def deliver_the_merge(world: World, winner: UUID) -> None:
    with world.scope():
        event = events_about("contact", winner).filter(name="contact.merged").first()
    assert event is not None
    connection.close()
    assert deliver(event.pk)


def test_a_row_that_comes_late_follows_in_the_worker(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    winner, loser = customers_of(acme, 2)
    entry_from_before(acme, loser, winner)
    with acme.scope():
        assert ListingEntry.objects.get().contact_id == loser
    deliver_the_merge(acme, winner)
    with acme.scope():
        assert ListingEntry.objects.get().contact_id == winner
        assert Merge.objects.get().moved["campaigns.ListingEntry.contact"] == 1
        unmerge(merge_id=Merge.objects.get().pk)
        assert ListingEntry.objects.get().contact_id == loser


def test_after_an_unmerge_nothing_follows(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    winner, loser = customers_of(acme, 2)
    entry_from_before(acme, loser, winner)
    with acme.scope():
        unmerge(merge_id=Merge.objects.get().pk)
    deliver_the_merge(acme, winner)
    with acme.scope():
        assert ListingEntry.objects.get().contact_id == loser


def test_of_overlapping_merges_each_loser_goes_to_one_winner(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for _ in range(ROUNDS):
        one, other, shared = customers_of(acme, 3)
        outcomes = together(merge(acme, one, shared), merge(acme, other, shared))
        assert (succeeded(outcomes), raised(outcomes, AlreadyMerged)) == (1, 1), outcomes
        with acme.scope():
            assert MergedContact.objects.filter(pk=shared).count() == 1


def test_two_people_are_not_merged_into_each_other(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for _ in range(ROUNDS):
        one, other = customers_of(acme, 2)
        outcomes = together(merge(acme, one, other), merge(acme, other, one))
        assert (succeeded(outcomes), raised(outcomes, ContactNotFound)) == (1, 1), outcomes
        with acme.scope():
            assert Contact.objects.filter(pk__in=(one, other), deleted_at=None).count() == 1


def test_many_overlapping_sets_neither_deadlock_nor_lose_anybody(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    people = customers_of(acme, 6)
    sets = [people[n:] + people[:n] for n in range(6)]
    outcomes = together(*[merge(acme, winner, *losers[:3]) for winner, *losers in sets])
    assert {type(outcome) for outcome in outcomes if isinstance(outcome, Exception)} <= {AlreadyMerged, ContactNotFound}
    with acme.scope():
        gone = set(MergedContact.objects.values_list("pk", flat=True))
        living = set(Contact.objects.filter(deleted_at=None).values_list("pk", flat=True))
        assert gone | living == set(people)
        assert not gone & living
        assert set(MergedContact.objects.values_list("into_id", flat=True)) <= living


def test_a_merge_comes_apart_once(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    winner, loser = customers_of(acme, 2)
    plan = merge(acme, winner, loser)()

    def work() -> Any:
        with acme.scope():
            return unmerge(merge_id=plan.merge_id)

    outcomes = together(work, work, work)
    assert (succeeded(outcomes), raised(outcomes, AlreadyUnmerged)) == (1, 2), outcomes


def test_a_double_click_merges_once(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    winner, loser = a_customer(acme), a_customer(acme)
    answers = together(*[lambda: acme.api.post(f"/dev/crm/customers/{winner}/merge", {"losers": [str(loser)]})] * 4)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
