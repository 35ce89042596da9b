"""Two leads become one: whose values stay, and where each row goes (semantics §3.13)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from crm.kernel.audit import events_about
from crm.kernel.clock import now
from crm.kernel.errors import Invalid
from crm.leads.errors import ConvertedApart
from crm.leads.models import (
    FollowUp,
    FurtherLeadAddress,
    LeadInteraction,
    StageChange,
)
from crm.leads.selectors import customer_with_origin
from crm.leads.services import capture_lead, change_lead, convert_lead, merge_leads, unmerge_leads
from crm.leads.services.scores import rescore_leads, set_up_scoring
from crm.messaging.models import Communication
from crm.organisations.roles import Role
from tests.builders import a_lead
from tests.cast import World
from tests.crm.leads.merge_stage import Leads, all_tables, kept, merged, two_leads


@pytest.fixture
def pair(acme: World) -> Leads:
    return two_leads(acme)


def merge(world: World, winner: UUID, *losers: UUID, **more: Any) -> Any:
    with world.scope():
        return merge_leads(winner_id=winner, loser_ids=losers, **more)


def converted(world: World, **values: Any) -> tuple[UUID, UUID]:
    """A lead that was converted, and its customer."""
    lead = a_lead(world, **values)
    with world.scope():
        return lead, convert_lead(lead_id=lead).customer.pk


def test_the_winners_values_stay_and_the_blanks_are_filled(acme: World, pair: Leads) -> None:
    merged(acme, pair)
    ina = kept(acme, pair.ina)
    assert (ina.name, ina.email, ina.phone, ina.company) == ("Ina", "ina@example.com", "+35799123834", "Muster Ltd")
    assert (ina.source, ina.notes, ina.phone_key) == ("other", "likes tea", "35799123834")
    assert ina.custom_fields == {"size": "L", "pet": "cat"}
    assert ina.campaign is not None
    assert ina.assigned_to_id == acme.staff[Role.AGENT].pk


def test_a_winner_with_a_colleague_and_notes_keeps_them(acme: World, pair: Leads) -> None:
    mine = acme.staff[Role.MANAGER].pk
    with acme.scope():
        change_lead(lead_id=pair.ina, assigned_to_id=mine, notes="mine")
    merged(acme, pair)
    assert (kept(acme, pair.ina).assigned_to_id, kept(acme, pair.ina).notes) == (mine, "mine")


def test_it_dates_from_the_oldest_and_the_latest_contact_counts(acme: World, pair: Leads) -> None:
    before = kept(acme, pair.ines)
    merged(acme, pair)
    ina = kept(acme, pair.ina)
    assert (ina.created_at, ina.last_contact) == (before.created_at, before.last_contact)
    later, earlier = (a_lead(acme, last_contact=now_of(acme) - timedelta(days=days)) for days in (1, 5))
    latest = kept(acme, later).last_contact
    merge(acme, later, earlier)
    assert kept(acme, later).last_contact == latest


def now_of(world: World) -> Any:
    with world.scope():
        return now()


@pytest.mark.parametrize(
    ("winners", "losers", "stays"),
    [("new", "proposal", "proposal"), ("proposal", "new", "proposal"), ("lost", "new", "new"), ("new", "lost", "new"),
     ("lost", "lost", "lost"), ("negotiation", "won", "won"), ("won", "lost", "won"),
     ("qualified", "contacted", "qualified")],
)  # fmt: skip
def test_the_furthest_stage_holds_and_lost_is_behind_what_is_open(
    acme: World, winners: str, losers: str, stays: str
) -> None:
    one, other = a_lead(acme, status=winners), a_lead(acme, status=losers)
    since = {kept(acme, id_).status: kept(acme, id_).status_since for id_ in (other, one)}
    merge(acme, one, other)
    lead = kept(acme, one)
    assert (lead.status, lead.status_since) == (stays, since[stays])
    with acme.scope():
        told = events_about("lead", one).filter(name="lead.status_changed").values_list("payload", flat=True)
        changes = [(payload["from_status"], payload["to_status"]) for payload in told]
    assert changes == ([(winners, stays)] if winners != stays else [])


def test_a_converted_loser_makes_the_winner_converted(acme: World) -> None:
    winner = a_lead(acme, status="negotiation")
    loser, customer = converted(acme)
    at = kept(acme, loser).converted_at
    merge(acme, winner, loser)
    lead = kept(acme, winner)
    assert (lead.status, lead.customer_id, lead.converted_at) == ("converted", customer, at)
    with acme.scope():
        origin: Any = customer_with_origin(customer).get()
        assert origin.lead_id == winner


def test_a_converted_winner_stays_converted(acme: World) -> None:
    winner, customer = converted(acme)
    merge(acme, winner, a_lead(acme, status="won"), a_lead(acme, status="lost"))
    assert (kept(acme, winner).status, kept(acme, winner).customer_id) == ("converted", customer)


def test_leads_of_different_customers_are_refused_whoever_wins(acme: World) -> None:
    one, other, open_one = converted(acme)[0], converted(acme)[0], a_lead(acme)
    before = all_tables()
    for ids in ((one, other), (other, one), (open_one, one, other)):
        with pytest.raises(ConvertedApart):
            merge(acme, *ids)
    assert all_tables() == before


def test_leads_of_one_customer_are_merged(acme: World) -> None:
    one, customer = converted(acme, email="same@example.com")
    with acme.scope():
        change_lead(lead_id=one, email="moved@example.com")
    other, again = converted(acme, email="same@example.com")
    assert again == customer
    merge(acme, one, other)
    assert kept(acme, one).customer_id == customer


@pytest.mark.parametrize(("winners", "losers", "counts"), [(40, (50, 60), 40), (None, (50, 60), 50),
                                                           (None, (None, 60), 60)])  # fmt: skip
def test_a_score_set_by_hand_is_the_winners_else_the_first_losers(
    acme: World, winners: int | None, losers: tuple[int | None, ...], counts: int
) -> None:
    winner, *others = (
        a_lead(acme, **({} if score is None else {"score": Decimal(score)})) for score in (winners, *losers)
    )
    merge(acme, winner, *others)
    lead = kept(acme, winner)
    assert (lead.manual_score, lead.score) == (counts, counts)
    assert lead.manual_score_by != ""


def test_what_was_said_with_both_is_scored_afterwards(acme: World, pair: Leads) -> None:
    with acme.scope():
        set_up_scoring()
        change_lead(lead_id=pair.ines, score=None)
    merged(acme, pair)
    with acme.scope():
        rescore_leads([pair.ina])
    assert kept(acme, pair.ina).computed_score > 0


def test_a_choice_gives_a_field_a_losers_value(acme: World, pair: Leads) -> None:
    choices = {"name": pair.ines, "email": pair.ines, "custom_fields.size": pair.ines, "notes": pair.ina,
               "source": pair.ines, "score": pair.ina}  # fmt: skip
    merged(acme, pair, choices=choices)
    ina = kept(acme, pair.ina)
    assert (ina.name, ina.email, ina.email_key) == ("Ines Muster", "ines@example.com", "ines@example.com")
    assert (ina.custom_fields["size"], ina.notes, ina.source, ina.manual_score) == ("S", "", "referral", None)
    with acme.scope():
        assert {row.value for row in FurtherLeadAddress.objects.all()} == {"ina@example.com"}


@pytest.mark.parametrize(
    "field", ["status", "customer_id", "last_contact", "id", "email_key", "custom_fields.unheard", "nonsense"]
)
def test_what_cannot_be_chosen_is_refused(acme: World, pair: Leads, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        merged(acme, pair, choices={field: pair.ines})
    assert [complaint.field for complaint in refused.value.complaints] == [f"choices.{field}"]


def test_a_choice_of_somebody_else_is_refused(acme: World, pair: Leads) -> None:
    with pytest.raises(Invalid):
        merged(acme, pair, choices={"email": a_lead(acme)})


def test_every_row_becomes_the_winners(acme: World, pair: Leads) -> None:
    plan = merged(acme, pair)
    assert plan.moved == {
        "leads.LeadInteraction.lead": 1, "leads.FollowUp.lead": 1, "leads.StageChange.lead": 3,
        "messaging.Communication.lead_id": 1,
    }  # fmt: skip
    with acme.scope():
        for model in (LeadInteraction, FollowUp, StageChange, Communication):
            assert set(model.objects.exclude(lead_id=None).values_list("lead_id", flat=True)) == {pair.ina}  # type: ignore[attr-defined]


@pytest.mark.parametrize("who", ["winner", "loser"])
def test_when_either_is_converted_nothing_is_left_to_be_done_and_an_unmerge_brings_it_back(
    acme: World, pair: Leads, who: str
) -> None:
    """Ines has a follow-up; whoever wins, it is over when the winner is a customer."""
    customers_lead, _customer = converted(acme)
    before = all_tables()
    winner, loser = (customers_lead, pair.ines) if who == "winner" else (pair.ines, customers_lead)
    plan = merge(acme, winner, loser)
    with acme.scope():
        follow_up = FollowUp.objects.get()
        assert (follow_up.lead_id, follow_up.state) == (winner, "done")
        assert unmerge_leads(merge_id=plan.merge_id).left == []
    assert all_tables() == before


def test_no_address_is_lost_and_a_losers_is_free_again(acme: World, pair: Leads) -> None:
    merged(acme, pair)
    with acme.scope():
        assert FurtherLeadAddress.objects.get().value == "ines@example.com"
        assert capture_lead(name="New", email="ines@example.com")
