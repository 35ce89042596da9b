from typing import Unpack
from uuid import UUID

from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.tenancy import current_scope
from crm.kernel.transactions import atomic
from crm.leads.errors import InteractionNotFound
from crm.leads.events import (
    LeadInteractionAdded,
    LeadInteractionChanged,
    LeadInteractionRemoved,
    LeadStatusChanged,
)
from crm.leads.models import Lead, LeadInteraction, Stage
from crm.leads.services.capture import locked_lead
from crm.leads.services.finishing import close_for_interaction
from crm.leads.services.writing import InteractionValues, move

_KEPT_ELSEWHERE = ("lead", "created_at", "updated_at")


@atomic
def add_interaction(*, lead_id: UUID, **values: Unpack[InteractionValues]) -> LeadInteraction:
    """What was said with a lead. Any but a note is a contact: it dates the last one, and a new lead is then contacted
    (s4 §2).

    Raises LeadNotFound, Invalid.
    """
    lead = locked_lead(lead_id)
    actor = current_scope().actor
    interaction = LeadInteraction(
        lead=lead, created_at=now(), updated_at=now(), actor_kind=actor.kind, actor_id=actor.id
    )
    _write(interaction, values)
    interaction.save(force_insert=True)
    record(LeadInteractionAdded(lead_id=lead.id, interaction_id=interaction.id, type=interaction.type))
    _note_activity(lead, interaction)
    return interaction


@atomic
def change_interaction(*, lead_id: UUID, interaction_id: UUID, **values: Unpack[InteractionValues]) -> LeadInteraction:
    """Raises LeadNotFound, InteractionNotFound (of another lead, too), Invalid."""
    interaction = _locked(lead_id, interaction_id)
    changes = _write(interaction, values)
    if changes:
        if "next_action_date" in changes:
            # Another day is another thing to do.
            interaction.next_action_done_at = None
            close_for_interaction(interaction.id)
        interaction.updated_at = now()
        interaction.save()
        record(LeadInteractionChanged(lead_id=lead_id, interaction_id=interaction.id), changes=changes)
    return interaction


@atomic
def finish_next_action(*, lead_id: UUID, interaction_id: UUID) -> None:
    """What was to be done next is done; nothing when it was so already. Raises LeadNotFound, InteractionNotFound."""
    interaction = _locked(lead_id, interaction_id)
    if interaction.next_action_done_at is None:
        interaction.next_action_done_at = now()
        interaction.save(update_fields=["next_action_done_at"])
        close_for_interaction(interaction.id)
        changes = {"next_action_done_at": (None, interaction.next_action_done_at)}
        record(LeadInteractionChanged(lead_id=lead_id, interaction_id=interaction.id), changes=changes)


@atomic
def remove_interaction(*, lead_id: UUID, interaction_id: UUID) -> None:
    """Raises LeadNotFound, InteractionNotFound."""
    interaction = _locked(lead_id, interaction_id)
    interaction.delete()
    record(LeadInteractionRemoved(lead_id=lead_id, interaction_id=interaction_id))


def _locked(lead_id: UUID, interaction_id: UUID) -> LeadInteraction:
    locked_lead(lead_id)
    interaction = LeadInteraction.objects.for_update().filter(pk=interaction_id, lead_id=lead_id).first()
    if interaction is None:
        raise InteractionNotFound
    return interaction


def _write(interaction: LeadInteraction, values: InteractionValues) -> dict[str, tuple[object, object]]:
    plain = {field: "" if value is None and field != "next_action_date" else value for field, value in values.items()}
    changes = apply_changes(interaction, plain)
    check_row(interaction, exclude=_KEPT_ELSEWHERE)
    return changes


def _note_activity(lead: Lead, interaction: LeadInteraction) -> None:
    """Whatever is noted is activity; what was said to the lead is a contact, too."""
    before = lead.status
    lead.updated_at = now()
    if interaction.is_contact:
        lead.last_contact = now()
        if before == Stage.NEW:
            move(lead, Stage.CONTACTED)
    lead.save(update_fields=["last_contact", "updated_at", "status", "status_since"])
    if lead.status != before:
        record(LeadStatusChanged(lead_id=lead.id, from_status=before, to_status=lead.status))
