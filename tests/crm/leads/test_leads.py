"""Leads are captured, changed and moved; what they point at is there."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from crm.contacts.errors import UnknownAssignee
from crm.kernel.addresses import BadEmail, BadPhone
from crm.kernel.clock import now
from crm.kernel.errors import Invalid
from crm.kernel.lookups import found_by
from crm.leads.errors import ConvertedByHand, LeadEmailTaken, LeadNotFound, UnknownCampaign
from crm.leads.models import Lead, Stage, StageChange
from crm.leads.selectors import leads, one_lead, stages_of
from crm.leads.services import add_interaction, capture_lead, change_interaction, change_lead, delete_lead
from crm.leads.services.rotation import join_rotation, pause_in_rotation
from crm.organisations.roles import Role
from tests.builders import a_campaign, a_lead
from tests.cast import World
from tests.dialects.traces import latest_events, written

pytestmark = pytest.mark.django_db


def lead_of(world: World, lead_id: Any) -> Lead:
    with world.scope():
        return one_lead(lead_id)


def test_a_lead_begins_new_with_its_addresses_in_order(acme: World) -> None:
    lead = lead_of(acme, a_lead(acme, email=" John@Example.com ", phone="+357 99 123456"))
    assert (lead.email, lead.email_key, lead.phone) == ("John@Example.com", "john@example.com", "+35799123456")
    assert (lead.status, lead.source, lead.score, lead.customer_id) == (Stage.NEW, "other", 0, None)
    with acme.scope():
        assert [(change.from_status, change.to_status) for change in stages_of(lead.pk)] == [("", "new")]
    assert latest_events(acme, "lead.created")[0].payload["source"] == "other"


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"email": "nobody"}, BadEmail), ({"email": ""}, BadEmail), ({"phone": "123"}, BadPhone),
        ({"source": "tv"}, Invalid), ({"status": "hot"}, Invalid), ({"status": "converted"}, ConvertedByHand),
        ({"campaign_id": uuid4()}, UnknownCampaign), ({"assigned_to_id": uuid4()}, UnknownAssignee),
        ({"score": Decimal(101)}, Invalid), ({"name": "x" * 202}, Invalid), ({"name": "a\0b"}, Invalid),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_written(acme: World, values: Any, error: type[Exception]) -> None:
    before = written(acme)
    with pytest.raises(error):
        a_lead(acme, **values)
    assert written(acme) == before


def test_campaign_and_assignee_of_another_place_are_unknown(acme: World, rival: World) -> None:
    with pytest.raises(UnknownCampaign):
        a_lead(acme, campaign_id=a_campaign(rival))
    with pytest.raises(UnknownAssignee):
        a_lead(acme, assigned_to_id=rival.staff[Role.AGENT].pk)
    assert lead_of(acme, a_lead(acme, campaign_id=a_campaign(acme))).campaign_id


def test_an_address_belongs_to_one_living_lead_of_a_place(acme: World, rival: World, rehearsal: World) -> None:
    first = a_lead(acme, email="one@example.com")
    for world in (rival, rehearsal):
        a_lead(world, email="one@example.com")
    with pytest.raises(LeadEmailTaken):
        a_lead(acme, email="ONE@example.com")
    other = a_lead(acme)
    with acme.scope(), pytest.raises(LeadEmailTaken):
        change_lead(lead_id=other, email="one@example.com")
    with acme.scope():
        delete_lead(lead_id=first)
    a_lead(acme, email="one@example.com")


def test_a_lead_and_a_customer_may_share_an_address(acme: World) -> None:
    from tests.builders import a_customer

    a_customer(acme, email="both@example.com")
    assert a_lead(acme, email="both@example.com")


def test_any_stage_may_be_set_but_converted_and_time_in_stage_is_kept(acme: World) -> None:
    lead_id = a_lead(acme)
    with acme.scope():
        for stage in (Stage.QUALIFIED, Stage.LOST, Stage.CONTACTED, Stage.WON, Stage.NEGOTIATION):
            assert change_lead(lead_id=lead_id, status=stage).status == stage
        with pytest.raises(ConvertedByHand):
            change_lead(lead_id=lead_id, status=Stage.CONVERTED)
        assert [change.to_status for change in stages_of(lead_id)] == [
            "new", "qualified", "lost", "contacted", "won", "negotiation",
        ]  # fmt: skip
    moved = latest_events(acme, "lead.status_changed")
    assert len(moved) == 5
    assert moved[0].payload == {"lead_id": str(lead_id), "from_status": "won", "to_status": "negotiation"}


def test_the_time_in_a_stage_is_noted_when_it_is_left(rehearsal: World) -> None:
    lead_id = a_lead(rehearsal)
    with rehearsal.scope():
        Lead.objects.filter(pk=lead_id).update(status_since=now().replace(year=now().year - 1))
        change_lead(lead_id=lead_id, status=Stage.CONTACTED)
        seconds = StageChange.objects.get(lead_id=lead_id, to_status="contacted").seconds
        assert 364 * 86_400 <= seconds <= 366 * 86_400


def test_what_is_not_given_stays_and_none_clears(acme: World) -> None:
    lead_id = a_lead(acme, phone="+35799123456", notes="Likes tea", custom_fields={"size": "L", "hat": "M"})
    with acme.scope():
        change_lead(lead_id=lead_id, name="Renamed", phone=None, custom_fields={"hat": None})
    lead = lead_of(acme, lead_id)
    assert (lead.name, lead.phone, lead.notes, lead.custom_fields) == ("Renamed", "", "Likes tea", {"size": "L"})
    assert set(latest_events(acme, "lead.updated")[0].changes) == {"name", "phone", "custom_fields"}


def test_a_change_that_changes_nothing_leaves_no_trace(acme: World) -> None:
    lead_id = a_lead(acme, notes="Same")
    before = written(acme)
    with acme.scope():
        change_lead(lead_id=lead_id, notes="Same", status="new")
    assert written(acme) == before


def test_a_score_set_by_hand_wins_until_it_is_cleared(acme: World) -> None:
    lead_id = a_lead(acme, score=Decimal("75.5"))
    lead = lead_of(acme, lead_id)
    assert (lead.score, lead.manual_score, lead.computed_score) == (Decimal("75.5"), Decimal("75.5"), 0)
    assert lead.manual_score_by
    with acme.scope():
        Lead.objects.filter(pk=lead_id).update(computed_score=33)
        change_lead(lead_id=lead_id, score=None)
    lead = lead_of(acme, lead_id)
    assert (lead.score, lead.manual_score, lead.manual_score_by) == (33, None, "")


@pytest.mark.parametrize(("kind", "stage", "dated"), [
    ("call", "contacted", True), ("email", "contacted", True), ("meeting", "contacted", True), ("note", "new", False),
])  # fmt: skip
def test_a_contact_dates_the_last_one_and_a_note_does_not(acme: World, kind: str, stage: str, dated: bool) -> None:
    lead_id = a_lead(acme)
    with acme.scope():
        add_interaction(lead_id=lead_id, type=kind)
    lead = lead_of(acme, lead_id)
    assert (lead.status, lead.last_contact is not None) == (stage, dated)


def test_a_contact_does_not_throw_back_who_is_further(acme: World) -> None:
    lead_id = a_lead(acme, status="proposal")
    with acme.scope():
        add_interaction(lead_id=lead_id, type="call")
    assert lead_of(acme, lead_id).status == "proposal"


def test_a_next_action_that_is_moved_to_another_day_is_to_be_done_again(acme: World) -> None:
    lead_id = a_lead(acme)
    with acme.scope():
        interaction = add_interaction(lead_id=lead_id, type="call", next_action="Call", next_action_date=now())
        interaction.next_action_done_at = now()
        interaction.save()
        later = now().replace(year=now().year + 1)
        changed = change_interaction(lead_id=lead_id, interaction_id=interaction.pk, next_action_date=later)
        assert changed.next_action_done_at is None


def test_a_deleted_lead_is_gone_for_everybody(acme: World) -> None:
    lead_id = a_lead(acme, name="Gone Soon")
    with acme.scope():
        delete_lead(lead_id=lead_id)
        assert not leads().exists()
        with pytest.raises(LeadNotFound):
            change_lead(lead_id=lead_id, name="Back")
        with pytest.raises(LeadNotFound):
            add_interaction(lead_id=lead_id, type="note")


@pytest.mark.parametrize("search", ["mull", "MÜLLER ac", "acme", "anna@acme.example", "99123456", "+357991"])
def test_leads_are_found_by_word_prefixes(acme: World, rival: World, search: str) -> None:
    for world in (acme, rival):
        a_lead(world, name="Anna Müller", company="Acme Corp", email="anna@acme.example", phone="+35799123456")
        a_lead(world, name="Somebody Else")
    with acme.scope():
        assert [lead.name for lead in found_by(leads(), search)] == ["Anna Müller"]


def test_new_leads_go_round_among_those_who_take_part(acme: World) -> None:
    agent, manager = acme.staff[Role.AGENT].pk, acme.staff[Role.MANAGER].pk
    with acme.scope():
        join_rotation(staff_id=agent)
        paused = join_rotation(staff_id=manager)
    got = [lead_of(acme, a_lead(acme)).assigned_to_id for _ in range(4)]
    assert sorted(map(str, got[:2])) == sorted(map(str, (agent, manager)))
    assert got[:2] == got[2:]
    with acme.scope():
        pause_in_rotation(turn_id=paused.pk, paused=True)
    assert {lead_of(acme, a_lead(acme)).assigned_to_id for _ in range(3)} == {agent}
    assert lead_of(acme, a_lead(acme, assigned_to_id=None)).assigned_to_id is None


def test_nobody_is_assigned_where_nobody_takes_part(acme: World, rival: World) -> None:
    with rival.scope():
        join_rotation(staff_id=rival.staff[Role.AGENT].pk)
    with acme.scope():
        assert capture_lead(name="Free", email="free@example.com").assigned_to_id is None
