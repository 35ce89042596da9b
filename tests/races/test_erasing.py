"""Somebody is erased by two at once, or merged meanwhile; each race has a twin without the guard."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from crm.contacts.models import Contact, Erasure
from crm.contacts.services import erase_contact, erasing, merge_contacts
from crm.contacts.services.knowing import family_of
from crm.kernel.audit import events_about
from tests.builders import a_customer
from tests.cast import Cast, World
from tests.races.together import succeeded, together

pytestmark = pytest.mark.xdist_group("races")
CALLERS, ROUNDS = 6, 5


def erase(world: World, contact_id: UUID) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            return erase_contact(contact_id=contact_id).pk

    return work


def merge(world: World, winner: UUID, loser: UUID) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            return merge_contacts(winner_id=winner, loser_ids=[loser])

    return work


def test_of_many_at_once_one_erases_and_all_are_answered(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for _ in range(ROUNDS):
        main = a_customer(acme)
        outcomes = together(*[erase(acme, main)] * CALLERS)
        assert len(set(outcomes)) == 1, outcomes
        with acme.scope():
            assert Erasure.objects.filter(contact_id=main).count() == 1
            assert events_about("contact", main).filter(name="contact.erased").count() == 1


def without_lock(contact_id: UUID) -> UUID:
    """The guard switched off: who comes second does not wait."""
    return family_of(contact_id)[0]


def test_without_the_lock_some_are_told_that_there_is_nobody(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "_locked", without_lock)
    acme = committed_cast.acme
    rounds = [together(*[erase(acme, a_customer(acme))] * CALLERS) for _ in range(ROUNDS)]
    assert any(succeeded(outcomes) < CALLERS for outcomes in rounds)


def test_who_is_merged_meanwhile_is_erased_with_them_or_stays_whole(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for _ in range(ROUNDS):
        main, other = a_customer(acme), a_customer(acme, name="Other")
        merged, _erased = together(merge(acme, main, other), erase(acme, main))
        with acme.scope():
            left = Contact.objects.get(pk=other)
        was_merged = not isinstance(merged, Exception)
        assert left.name.startswith("Erased person") is was_merged
        assert (left.deleted_at is not None) is was_merged
