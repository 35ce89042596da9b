"""A merge of leads taken apart: byte for byte where nobody has written since, and a list of the rest."""

from datetime import timedelta
from typing import Any

import pytest

from crm.contacts.models import Merge
from crm.contacts.services import merge_contacts, unmerge
from crm.kernel.audit import events_about
from crm.kernel.ids import new_id
from crm.kernel.jobs import carry_on, run_now
from crm.kernel.lookups import found_by
from crm.kernel.merging.errors import AlreadyUnmerged, MergeNotFound, MergeOverlaid, MergeTooOld
from crm.leads.errors import LeadAddressTaken
from crm.leads.models import Lead, LeadInteraction, LeadMerge, MergedLead, MergedLeadRow
from crm.leads.selectors import leads
from crm.leads.services import (
    add_interaction,
    capture_lead,
    change_interaction,
    change_lead,
    convert_lead,
    delete_lead,
    merge_leads,
    unmerge_leads,
)
from crm.leads.services.scores import rescore_leads, set_up_scoring
from crm.leads.subscribers import rescore_apart
from tests.builders import a_customer, a_lead
from tests.cast import World
from tests.crm.leads.merge_stage import Leads, all_tables, kept, merged, two_leads


@pytest.fixture
def pair(acme: World) -> Leads:
    return two_leads(acme)


def taken_apart(world: World, merge_id: Any) -> Any:
    with world.scope():
        return unmerge_leads(merge_id=merge_id)


def test_everything_is_as_it_was_byte_for_byte(acme: World, pair: Leads) -> None:
    before = all_tables()
    plan = merged(acme, pair, choices={"email": pair.ines})
    changed = {label for label, rows in all_tables().items() if rows != before[label]}
    assert changed == {
        "leads.Lead", "leads.LeadInteraction", "leads.FollowUp", "leads.StageChange", "leads.MergedLead",
        "leads.FurtherLeadAddress", "messaging.Communication",
    }  # fmt: skip
    report = taken_apart(acme, plan.merge_id)
    assert all_tables() == before
    assert report.left == []
    assert report.restored["leads.Lead"] == 2


def test_three_leads_come_apart_and_can_be_merged_again(acme: World, pair: Leads) -> None:
    third = a_lead(acme, phone="+35799123834", company="Third", status="lost")
    before = all_tables()
    for _ in range(2):
        with acme.scope():
            plan = merge_leads(winner_id=pair.ina, loser_ids=[third, pair.ines])
        taken_apart(acme, plan.merge_id)
        assert all_tables() == before


def test_a_converted_lead_is_the_losers_again(acme: World) -> None:
    winner, loser = a_lead(acme), a_lead(acme)
    with acme.scope():
        customer = convert_lead(lead_id=loser).customer.pk
        plan = merge_leads(winner_id=winner, loser_ids=[loser])
    taken_apart(acme, plan.merge_id)
    assert (kept(acme, winner).status, kept(acme, winner).customer_id) == ("new", None)
    assert (kept(acme, loser).status, kept(acme, loser).customer_id) == ("converted", customer)


def test_rows_that_came_since_stay_with_the_winner(acme: World, pair: Leads) -> None:
    plan = merged(acme, pair)
    with acme.scope():
        said = add_interaction(lead_id=pair.ina, type="call").pk
    report = taken_apart(acme, plan.merge_id)
    assert report.left == [{"kind": "leads.Lead", "id": str(pair.ina)}]
    with acme.scope():
        assert LeadInteraction.objects.get(pk=said).lead_id == pair.ina
        assert LeadInteraction.objects.get(notes="hello").lead_id == pair.ines


def test_what_was_changed_since_stays_and_is_listed(acme: World, pair: Leads) -> None:
    plan = merged(acme, pair)
    with acme.scope():
        moved = LeadInteraction.objects.get(notes="hello")
        change_interaction(lead_id=pair.ina, interaction_id=moved.pk, notes="changed")
        change_lead(lead_id=pair.ina, company="Mine")
    report = taken_apart(acme, plan.merge_id)
    assert report.left == [
        {"kind": "leads.Lead", "id": str(pair.ina)}, {"kind": "leads.LeadInteraction", "id": str(moved.pk)},
    ]  # fmt: skip
    assert (kept(acme, pair.ina).company, kept(acme, pair.ina).phone) == ("Mine", "+35799123834")
    assert (kept(acme, pair.ines).company, kept(acme, pair.ines).deleted_at) == ("Muster Ltd", None)
    with acme.scope():
        assert found_by(leads(), "ines muster").get().pk == pair.ines


def test_a_score_computed_since_is_no_change(acme: World, pair: Leads) -> None:
    with acme.scope():
        set_up_scoring()
        rescore_leads([pair.ina, pair.ines])
    before = all_tables()
    plan = merged(acme, pair)
    with acme.scope():
        assert rescore_leads([pair.ina]) == 1
    assert taken_apart(acme, plan.merge_id).left == []
    assert all_tables() == before


def test_scores_are_computed_anew_afterwards(acme: World, pair: Leads) -> None:
    with acme.scope():
        set_up_scoring()
    plan = merged(acme, pair)
    taken_apart(acme, plan.merge_id)
    with acme.scope():
        event: Any = events_about("lead", pair.ina).get(name="lead.unmerged")
        rescore_apart(told(event.payload))
    assert kept(acme, pair.ines).computed_score > kept(acme, pair.ina).computed_score


def told(payload: Any) -> Any:
    from uuid import UUID

    from crm.leads.events import LeadUnmerged

    losers = tuple(map(UUID, payload["loser_ids"]))
    return LeadUnmerged(UUID(payload["lead_id"]), UUID(payload["merge_id"]), losers)


def test_a_score_computed_since_does_not_keep_a_lead_from_its_customer_either(acme: World) -> None:
    """When people are merged their leads go along, and come back."""
    lead, other = a_lead(acme, company="Known"), a_customer(acme)
    with acme.scope():
        set_up_scoring()
        customer = convert_lead(lead_id=lead).customer.pk
        plan = merge_contacts(winner_id=other, loser_ids=[customer])
        assert Lead.objects.get(pk=lead).customer_id == other
        rescore_leads([lead])
        assert unmerge(merge_id=plan.merge_id).left == []  # type: ignore[arg-type]
        assert Lead.objects.get(pk=lead).customer_id == customer
        assert Merge.objects.get().unmerged_at is not None


@pytest.mark.parametrize("taker", ["winner", "stranger"])
def test_a_lead_whose_address_is_taken_stays_merged_until_it_is_free(acme: World, pair: Leads, taker: str) -> None:
    plan = merged(acme, pair)
    with acme.scope():
        lead = pair.ina if taker == "winner" else capture_lead(name="New", email="new@example.com").pk
        change_lead(lead_id=lead, email="ines@example.com")
    before = all_tables()
    with pytest.raises(LeadAddressTaken):
        taken_apart(acme, plan.merge_id)
    assert all_tables() == before
    with acme.scope():
        change_lead(lead_id=lead, email="elsewhere@example.com")
    taken_apart(acme, plan.merge_id)
    assert (kept(acme, pair.ines).email, kept(acme, pair.ines).deleted_at) == ("ines@example.com", None)


def test_a_merge_is_taken_apart_once(acme: World, pair: Leads) -> None:
    plan = merged(acme, pair)
    report = taken_apart(acme, plan.merge_id)
    with pytest.raises(AlreadyUnmerged):
        taken_apart(acme, plan.merge_id)
    with acme.scope():
        merge = LeadMerge.objects.get()
        assert merge.report == {"restored": report.restored, "left": report.left}


@pytest.mark.parametrize(("days", "late"), [(29, False), (30, True)])
def test_it_can_be_done_for_thirty_days(acme: World, pair: Leads, days: int, late: bool) -> None:
    plan = merged(acme, pair)
    with acme.scope() as scope:
        LeadMerge.objects.update(merged_at=scope.now - timedelta(days=days))
    if not late:
        assert taken_apart(acme, plan.merge_id)
        return
    with pytest.raises(MergeTooOld):
        taken_apart(acme, plan.merge_id)


def test_a_merge_under_a_later_one_has_to_wait_for_it(acme: World, pair: Leads) -> None:
    last, before = a_lead(acme), all_tables()
    before = all_tables()
    first = merged(acme, pair)
    with acme.scope():
        second = merge_leads(winner_id=last, loser_ids=[pair.ina])
    with pytest.raises(MergeOverlaid):
        taken_apart(acme, first.merge_id)
    taken_apart(acme, second.merge_id)
    taken_apart(acme, first.merge_id)
    assert all_tables() == before


@pytest.mark.parametrize("what", ["winner deleted", "loser changed"])
def test_a_merge_whose_leads_are_not_as_they_were_left_stays(acme: World, pair: Leads, what: str) -> None:
    plan = merged(acme, pair)
    with acme.scope():
        if what == "winner deleted":
            delete_lead(lead_id=pair.ina)
        else:
            Lead.objects.filter(pk=pair.ines).update(name="Pseudonym")
    before = all_tables()
    with pytest.raises(MergeOverlaid):
        taken_apart(acme, plan.merge_id)
    assert all_tables() == before


def test_merges_of_other_places_look_unknown(acme: World, rehearsal: World, rival: World, pair: Leads) -> None:
    plan = merged(acme, pair)
    for world, merge_id in ((rival, plan.merge_id), (rehearsal, plan.merge_id), (acme, new_id())):
        with pytest.raises(MergeNotFound):
            taken_apart(world, merge_id)


def test_kept_rows_are_forgotten_by_a_job(acme: World, pair: Leads) -> None:
    merged(acme, pair)
    with acme.scope() as scope:
        LeadMerge.objects.update(merged_at=scope.now - timedelta(days=31))
    assert carry_on(run_now("forget_lead_merges").pk)
    with acme.scope():
        assert not MergedLeadRow.objects.exists()
        assert MergedLead.objects.exists()
