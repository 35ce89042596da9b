"""What a merge of leads tells of itself, and whom it refuses to merge (semantics §3.13)."""

from typing import Any
from uuid import UUID

import pytest

from crm.kernel.audit import events_about, events_of_scope
from crm.kernel.errors import Invalid
from crm.kernel.ids import new_id
from crm.kernel.merging.errors import AlreadyMerged
from crm.leads.errors import LeadNotFound
from crm.leads.models import Lead, LeadMerge, MergedLead
from crm.leads.selectors import lead_merged_into, leads
from crm.leads.services import delete_lead, merge_leads
from tests.builders import a_lead
from tests.cast import World
from tests.crm.leads.merge_stage import Leads, all_tables, kept, merged, two_leads


@pytest.fixture
def pair(acme: World) -> Leads:
    return two_leads(acme)


def merge(world: World, winner: UUID, *losers: UUID, **more: Any) -> Any:
    with world.scope():
        return merge_leads(winner_id=winner, loser_ids=losers, **more)


def test_losers_are_gone_and_say_where_they_went(acme: World, pair: Leads) -> None:
    last = a_lead(acme)
    merged(acme, pair)
    with acme.scope():
        assert not leads().filter(pk=pair.ines).exists()
        assert lead_merged_into(pair.ines) == pair.ina
        merge_leads(winner_id=last, loser_ids=[pair.ina])
        assert set(MergedLead.objects.values_list("pk", "into_id")) == {(pair.ines, last), (pair.ina, last)}


def test_the_event_tells_ids_and_the_trail_stays(acme: World, pair: Leads) -> None:
    with acme.scope():
        before = events_about("lead", pair.ines).count()
    plan = merged(acme, pair)
    with acme.scope():
        event = events_about("lead", pair.ina).get(name="lead.merged")
        assert events_about("lead", pair.ines).count() == before
    assert event.payload == {
        "lead_id": str(pair.ina), "merge_id": str(plan.merge_id), "loser_ids": [str(pair.ines)],
    }  # fmt: skip


def test_the_record_of_a_merge_holds_no_personal_data(acme: World, pair: Leads) -> None:
    merged(acme, pair)
    with acme.scope():
        merge = LeadMerge.objects.get()
    assert {"field": "phone", "from": str(pair.ines)} in merge.fields
    assert "+35799123834" not in str((merge.fields, merge.moved, merge.loser_ids))


def test_a_dry_run_tells_the_same_and_changes_nothing(acme: World, pair: Leads) -> None:
    before = all_tables()
    with acme.scope():
        events = events_of_scope().count()
    rehearsed = merged(acme, pair, dry_run=True)
    assert all_tables() == before
    with acme.scope():
        assert events_of_scope().count() == events
        assert not LeadMerge.objects.exists()
    done = merged(acme, pair)
    assert rehearsed.merge_id is None
    assert (rehearsed.moved, rehearsed.fields) == (done.moved, done.fields)


def test_the_same_losers_cannot_be_merged_twice_nor_win(acme: World, pair: Leads) -> None:
    merged(acme, pair)
    with pytest.raises(AlreadyMerged) as refused:
        merged(acme, pair)
    assert refused.value.data == {"merged_into": pair.ina}
    with pytest.raises(LeadNotFound):
        merge(acme, pair.ines, a_lead(acme))


@pytest.mark.parametrize("who", ["unknown", "deleted", "of rival", "of test mode"])
def test_who_is_not_there_looks_the_same_whyever(acme: World, rehearsal: World, rival: World, who: str) -> None:
    winner = a_lead(acme)
    ids = {"unknown": new_id, "deleted": lambda: a_lead(acme), "of rival": lambda: a_lead(rival),
           "of test mode": lambda: a_lead(rehearsal)}  # fmt: skip
    loser = ids[who]()
    with acme.scope():
        if who == "deleted":
            delete_lead(lead_id=loser)
        with pytest.raises(LeadNotFound):
            merge_leads(winner_id=winner, loser_ids=[loser])
        with pytest.raises(LeadNotFound):
            merge_leads(winner_id=loser, loser_ids=[winner])


def test_the_losers_named_make_sense(acme: World) -> None:
    one, other = a_lead(acme), a_lead(acme)
    for losers in ([], [one], [other, other], [new_id() for _ in range(21)]):
        with pytest.raises(Invalid):
            merge(acme, one, *losers)


def test_twenty_losers_are_merged_at_once(acme: World) -> None:
    winner, *losers = [a_lead(acme) for _ in range(21)]
    assert len(merge(acme, winner, *losers).loser_ids) == 20
    with acme.scope():
        assert leads().get().pk == winner


def test_others_are_left_alone(acme: World, rival: World, pair: Leads) -> None:
    two_leads(rival)
    bystander = a_lead(acme, notes="mine")
    before = [row for rows in all_tables().values() for row in rows if str(rival.organisation.id) in row]
    merged(acme, pair)
    after = [row for rows in all_tables().values() for row in rows if str(rival.organisation.id) in row]
    assert before == after
    assert (kept(acme, bystander).notes, kept(acme, bystander).deleted_at) == ("mine", None)
    with acme.scope():
        assert Lead.objects.filter(deleted_at=None).count() == 2
