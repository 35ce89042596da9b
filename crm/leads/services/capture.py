from typing import Any, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.leads.errors import LeadEmailTaken, LeadNotFound
from crm.leads.events import LeadCreated, LeadDeleted, LeadStatusChanged, LeadUpdated
from crm.leads.models import Lead
from crm.leads.services.rotation import next_in_turn
from crm.leads.services.writing import LeadValues, ensure_may_move, move, note_stage, write_lead


@atomic
def capture_lead(**values: Unpack[LeadValues]) -> Lead:
    """A new lead. Without an assignee the next colleague in the rotation gets it, where there is one.

    Raises LeadEmailTaken, UnknownCampaign, UnknownAssignee, ConvertedByHand, Invalid, BadEmail, BadPhone.
    """
    lead = Lead(created_at=now(), updated_at=now(), status_since=now())
    stage = values.get("status") or lead.status
    ensure_may_move(lead, stage)
    write_lead(lead, values)
    lead.status = stage
    if "assigned_to_id" not in values:
        lead.assigned_to_id = next_in_turn()
    save_lead(lead, force_insert=True)
    note_stage(lead, "", lead.status)
    record(LeadCreated(lead_id=lead.id, source=lead.source, campaign_id=lead.campaign_id))
    return lead


@atomic
def change_lead(*, lead_id: UUID, **values: Unpack[LeadValues]) -> Lead:
    """Write a living lead; what is not given stays.

    Raises LeadNotFound, LeadEmailTaken, UnknownCampaign, UnknownAssignee, ConvertedByHand, StaysConverted, Invalid,
    BadEmail, BadPhone.
    """
    lead = locked_lead(lead_id)
    before = lead.status
    stage = values.get("status", before)
    ensure_may_move(lead, stage)
    changes = write_lead(lead, values)
    if move(lead, stage):
        changes["status"] = (before, stage)
    if changes:
        lead.updated_at = now()
        save_lead(lead)
        record(LeadUpdated(lead_id=lead.id), changes=changes)
    if lead.status != before:
        record(LeadStatusChanged(lead_id=lead.id, from_status=before, to_status=lead.status))
    return lead


@atomic
def delete_lead(*, lead_id: UUID) -> None:
    """The lead disappears, its interactions with it; its address is free again. Raises LeadNotFound."""
    lead = locked_lead(lead_id)
    lead.deleted_at = lead.updated_at = now()
    lead.save(update_fields=["deleted_at", "updated_at"])
    record(LeadDeleted(lead_id=lead.id))


def locked_lead(lead_id: UUID) -> Lead:
    """A living lead under its lock; raises LeadNotFound."""
    lead = Lead.objects.for_update().filter(pk=lead_id, deleted_at=None).first()
    if lead is None:
        raise LeadNotFound
    return lead


def save_lead(lead: Lead, **options: Any) -> None:
    """Save, telling a second lead with the same e-mail address from other faults. Raises LeadEmailTaken."""
    try:
        with transaction.atomic():
            lead.save(**options)
    except IntegrityError as error:
        if "lead_email_once" in str(error):
            raise LeadEmailTaken from None
        raise
