"""What was said with a lead is kept with the customer whom it becomes (s4 §6, 28)."""

from collections.abc import Mapping

from crm.contacts.models import Customer, CustomerInteraction, InteractionKind
from crm.contacts.services import carry_over_interactions
from crm.leads.models import InteractionType, Lead, LeadInteraction

LONGEST_SUBJECT = 200
KINDS: Mapping[str, InteractionKind] = {
    InteractionType.CALL: InteractionKind.CALL,
    InteractionType.EMAIL: InteractionKind.EMAIL,
    InteractionType.MEETING: InteractionKind.MEETING,
    InteractionType.NOTE: InteractionKind.OTHER,
}


def carry_over(lead: Lead, customer: Customer) -> int:
    """Copy the lead's interactions to the customer, each once, with its next action as far as that has come; how many
    are new there. Two statements for any number.
    """
    said = LeadInteraction.objects.filter(lead=lead).order_by("id")
    return carry_over_interactions(contact_id=customer.pk, copies=[_copy(row, customer) for row in said])


def _copy(row: LeadInteraction, customer: Customer) -> CustomerInteraction:
    return CustomerInteraction(
        contact_id=customer.pk, type=KINDS[row.type], subject=_subject(row), description=row.notes,
        happened_at=row.created_at, next_action=row.next_action, next_action_date=row.next_action_date,
        next_action_done_at=row.next_action_done_at, copied_from=row.pk, actor_kind=row.actor_kind,
        actor_id=row.actor_id, created_at=row.created_at, updated_at=row.updated_at,
    )  # fmt: skip


def _subject(row: LeadInteraction) -> str:
    """The first line of what was noted, else the kind."""
    first, *_rest = row.notes.strip().splitlines() or [""]
    return first.strip()[:LONGEST_SUBJECT] or str(row.get_type_display())
