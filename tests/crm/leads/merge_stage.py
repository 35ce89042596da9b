"""Two leads who are one, with rows in every table that knows leads."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from crm.kernel.clock import now
from crm.leads.models import Lead
from crm.leads.services import (
    add_interaction,
    change_lead,
    find_duplicates_of_lead,
    merge_leads,
    process_follow_ups,
)
from crm.messaging.recipients import Recipient
from crm.organisations.roles import Role
from tests.builders import a_campaign, a_lead
from tests.cast import World
from tests.crm.contacts import merge_stage
from tests.crm.messaging.letters import a_message, a_template

OWN_TABLES = {"leads.LeadMerge", "leads.MergedLeadRow"}


@dataclass(frozen=True)
class Leads:
    """Ina came by late and has little; Ines has something in every table."""

    ina: UUID
    ines: UUID


def two_leads(world: World) -> Leads:
    ina = a_lead(world, name="Ina", email="ina@example.com", custom_fields={"size": "L"}, assigned_to_id=None)
    ines = a_lead(
        world, name="Ines Muster", email="ines@example.com", phone="+35799123834", company="Muster Ltd",
        source="referral", campaign_id=a_campaign(world), notes="likes tea", score=Decimal(77),
        custom_fields={"size": "S", "pet": "cat"}, assigned_to_id=world.staff[Role.AGENT].pk,
    )  # fmt: skip
    a_template(world)
    a_message(world, recipient=Recipient(email="ines@example.com", lead_id=ines))
    with world.scope():
        add_interaction(lead_id=ines, type="call", notes="hello", next_action="Write", next_action_date=now())
        add_interaction(lead_id=ina, type="note")
        change_lead(lead_id=ines, status="proposal")
        process_follow_ups()
        Lead.objects.filter(pk=ines).update(created_at=now() - timedelta(days=40))
    return Leads(ina, ines)


def merged(world: World, leads: Leads, **more: Any) -> Any:
    with world.scope():
        return merge_leads(winner_id=leads.ina, loser_ids=[leads.ines], **more)


def kept(world: World, lead_id: UUID) -> Lead:
    """The lead's row, whatever became of it."""
    with world.scope():
        return Lead.objects.select_related("campaign", "assigned_to").get(pk=lead_id)


def a_lead_pair(world: World, mark: str) -> UUID:
    """Two leads of one phone, called `mark`, who were found; the pair's id."""
    twins = [a_lead(world, name=mark, phone="+35799123834") for _ in range(2)]
    with world.scope():
        find_duplicates_of_lead(lead_id=twins[0])
        return find_duplicates_of_lead(lead_id=twins[1])[0].pk  # type: ignore[no-any-return]


def a_lead_merge(world: World, mark: str) -> UUID:
    """A merge into a lead called `mark`; its id."""
    winner, loser = a_lead(world, name=mark), a_lead(world)
    with world.scope():
        return merge_leads(winner_id=winner, loser_ids=[loser]).merge_id  # type: ignore[return-value]


def all_tables() -> dict[str, list[str]]:
    return {label: rows for label, rows in merge_stage.all_tables().items() if label not in OWN_TABLES}
