"""Follow-ups that are done, given to somebody else, or no longer wanted."""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from crm.contacts.errors import UnknownAssignee
from crm.contacts.models import Contact, CustomerInteraction
from crm.kernel.clock import now
from crm.kernel.events import DomainEvent, record
from crm.kernel.merging.steps import lock_living
from crm.kernel.transactions import atomic
from crm.leads.errors import FollowUpNotFound
from crm.leads.events import (
    CustomerFollowUpAssigned,
    CustomerFollowUpFinished,
    FollowUpAssigned,
    FollowUpFinished,
)
from crm.leads.models import FollowUp, FollowUpState, Lead, LeadInteraction, Stage
from crm.organisations.selectors import staff_of_organisation

# Where nobody works a lead any more, unless they say so anew.
ENDED_STAGES = (Stage.CONVERTED, Stage.LOST)
_Event = Callable[..., DomainEvent]


@atomic
def finish_follow_up(*, follow_up_id: UUID) -> FollowUp:
    """It is done, and with it the next action that it was about; nothing when it was so already. Raises
    FollowUpNotFound.
    """
    follow_up = _locked(follow_up_id)
    if follow_up.is_open:
        follow_up.state, follow_up.done_at = FollowUpState.DONE, now()
        follow_up.save(update_fields=["state", "done_at"])
        for said in (LeadInteraction, CustomerInteraction):
            said.objects.filter(follow_ups=follow_up, next_action_done_at=None).update(next_action_done_at=now())
        record(_told(follow_up, FollowUpFinished, CustomerFollowUpFinished))
    return follow_up


@atomic
def hand_over(*, follow_up_id: UUID, staff_id: UUID | None) -> FollowUp:
    """Somebody else does it; None puts it back into the queue. Raises FollowUpNotFound, UnknownAssignee."""
    follow_up = _locked(follow_up_id)
    ensure_colleague(staff_id)
    follow_up.assigned_to_id = staff_id
    follow_up.save(update_fields=["assigned_to"])
    record(_told(follow_up, FollowUpAssigned, CustomerFollowUpAssigned, staff_id=staff_id))
    return follow_up


def ensure_colleague(staff_id: UUID | None) -> None:
    """Raises UnknownAssignee."""
    if staff_id and not staff_of_organisation().filter(pk=staff_id, is_active=True).exists():
        raise UnknownAssignee


def close_for_interaction(interaction_id: UUID) -> None:
    """What was to be done next with a lead is done or gone; so is its follow-up."""
    _close(FollowUp.objects.filter(interaction_id=interaction_id))


def close_for_customer_interaction(interaction_id: UUID) -> None:
    """What was to be done next with a customer is done, off, or moved to another day: only a follow-up for the day on
    which it is still to be done stays open.
    """
    still = CustomerInteraction.objects.filter(pk=interaction_id, next_action_done_at=None)
    day = still.values_list("next_action_date", flat=True).first()
    rows = FollowUp.objects.filter(customer_interaction_id=interaction_id)
    _close(rows.exclude(due_at=day) if day else rows)


def close_for_ended(lead_ids: Collection[UUID]) -> None:
    """Those of these leads that are lost or converted leave nothing to be done."""
    _close(FollowUp.objects.filter(lead_id__in=lead_ids, lead__status__in=ENDED_STAGES))


def close_for_deleted(lead_id: UUID) -> None:
    _close(FollowUp.objects.filter(lead_id=lead_id))


def close_for_deleted_contact(contact_id: UUID) -> None:
    _close(FollowUp.objects.filter(contact_id=contact_id))


def _close(rows: QuerySet[FollowUp]) -> None:
    rows.filter(state=FollowUpState.OPEN).update(state=FollowUpState.DONE, done_at=now())


def _locked(follow_up_id: UUID) -> FollowUp:
    """Under its lock, and that of the lead or customer before it: in this order everybody writes about them."""
    about = FollowUp.objects.filter(pk=follow_up_id).values_list("lead_id", "contact_id").first()
    if about is None:
        raise FollowUpNotFound
    lead_id, contact_id = about
    if lead_id:
        lock_living(Lead, [lead_id])
    else:
        lock_living(Contact, [contact_id])
    return FollowUp.objects.for_update().get(pk=follow_up_id)


def _told(follow_up: FollowUp, of_lead: _Event, of_customer: _Event, **more: Any) -> DomainEvent:
    if follow_up.lead_id:
        return of_lead(lead_id=follow_up.lead_id, follow_up_id=follow_up.pk, **more)
    return of_customer(contact_id=follow_up.contact_id, follow_up_id=follow_up.pk, **more)
