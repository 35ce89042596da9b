"""When a merge can be taken apart, and when no longer (semantics §3.13)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from crm.contacts.errors import AlreadyUnmerged, MergeNotFound, MergeOverlaid, MergeTooOld
from crm.contacts.models import Contact, Identity, Merge, MergedContact, MergedRow
from crm.contacts.services import (
    delete_contact,
    forget_snapshots,
    merge_contacts,
    unmerge,
)
from crm.kernel.ids import new_id
from tests.builders import a_customer
from tests.cast import World
from tests.crm.contacts.merge_stage import Pair, a_pair, all_tables, merged


@pytest.fixture
def pair(acme: World) -> Pair:
    return a_pair(acme)


def taken_apart(world: World, merge_id: Any) -> Any:
    with world.scope():
        return unmerge(merge_id=merge_id)


def test_a_merge_is_taken_apart_once(acme: World, pair: Pair) -> None:
    plan = merged(acme, pair)
    taken_apart(acme, plan.merge_id)
    with pytest.raises(AlreadyUnmerged):
        taken_apart(acme, plan.merge_id)


def test_they_can_be_merged_again(acme: World, pair: Pair) -> None:
    taken_apart(acme, merged(acme, pair).merge_id)
    before = all_tables()
    taken_apart(acme, merged(acme, pair).merge_id)
    assert all_tables() == before


@pytest.mark.parametrize(("days", "late"), [(29, False), (30, True), (31, True)])
def test_it_can_be_done_for_thirty_days(acme: World, pair: Pair, days: int, late: bool) -> None:
    plan = merged(acme, pair)
    with acme.scope() as scope:
        Merge.objects.update(merged_at=scope.now - timedelta(days=days))
    if not late:
        assert taken_apart(acme, plan.merge_id)
        return
    with pytest.raises(MergeTooOld):
        taken_apart(acme, plan.merge_id)


def test_a_merge_under_a_later_one_has_to_wait_for_it(acme: World, pair: Pair) -> None:
    last = a_customer(acme)
    before = all_tables()
    first = merged(acme, pair)
    with acme.scope():
        second = merge_contacts(winner_id=last, loser_ids=[pair.anna])
    with pytest.raises(MergeOverlaid):
        taken_apart(acme, first.merge_id)
    taken_apart(acme, second.merge_id)
    taken_apart(acme, first.merge_id)
    assert all_tables() == before


def test_a_merge_whose_winner_is_gone_stays(acme: World, pair: Pair) -> None:
    plan = merged(acme, pair)
    with acme.scope():
        delete_contact(contact_id=pair.anna)
    with pytest.raises(MergeOverlaid):
        taken_apart(acme, plan.merge_id)


def test_a_loser_who_was_changed_since_holds_everything(acme: World, pair: Pair) -> None:
    """Somebody was erased, say: then nothing goes back at all."""
    plan = merged(acme, pair)
    with acme.scope():
        Contact.objects.filter(pk=pair.anja).update(name="Pseudonym")
    before = all_tables()
    with pytest.raises(MergeOverlaid):
        taken_apart(acme, plan.merge_id)
    assert all_tables() == before


def test_merges_of_other_places_look_unknown(acme: World, rehearsal: World, rival: World, pair: Pair) -> None:
    plan = merged(acme, pair)
    for world, merge_id in ((rival, plan.merge_id), (rehearsal, plan.merge_id), (acme, new_id())):
        with pytest.raises(MergeNotFound):
            taken_apart(world, merge_id)


def test_what_was_kept_goes_when_its_time_is_over(acme: World, pair: Pair) -> None:
    merged(acme, pair)
    with acme.scope() as scope:
        assert forget_snapshots() == 0
        kept = MergedRow.objects.count()
        Merge.objects.update(merged_at=scope.now - timedelta(days=30))
        assert forget_snapshots() == kept > 0
        assert not MergedRow.objects.exists()
        assert MergedContact.objects.exists()


def test_a_column_added_since_is_not_held_against_a_row(acme: World, pair: Pair) -> None:
    plan = merged(acme, pair)
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE contacts_identity ADD COLUMN shade text NOT NULL DEFAULT 'red'")
    assert taken_apart(acme, plan.merge_id).left == []
    with acme.scope():
        assert Identity.objects.get(value="anja@example.com").contact_id == pair.anja
