from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict, Unpack
from uuid import UUID

from crm.contacts.errors import CustomerInteractionNotFound
from crm.contacts.events import InteractionAdded, InteractionChanged, InteractionRemoved, InteractionsCarriedOver
from crm.contacts.models import CustomerInteraction
from crm.contacts.services.customers import locked_customer
from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import now
from crm.kernel.copying import insert_rows
from crm.kernel.events import record
from crm.kernel.tenancy import current_scope
from crm.kernel.transactions import atomic

_KEPT_ELSEWHERE = ("contact", "created_at", "updated_at")
_MOMENTS = {"happened_at", "next_action_date"}


class CustomerInteractionValues(TypedDict, total=False):
    """What may be written of an interaction; a key that is absent leaves its field alone, None clears.

    `type`, `subject` and `happened_at` cannot be cleared.
    """

    type: str
    subject: str
    happened_at: datetime
    description: str | None
    outcome: str | None
    next_action: str | None
    next_action_date: datetime | None


@atomic
def add_interaction(*, contact_id: UUID, **values: Unpack[CustomerInteractionValues]) -> CustomerInteraction:
    """What happened with a living customer (s4 §3). Raises ContactNotFound, Invalid."""
    customer = locked_customer(contact_id)
    actor = current_scope().actor
    interaction = CustomerInteraction(
        contact=customer.contact, created_at=now(), updated_at=now(), actor_kind=actor.kind, actor_id=actor.id
    )
    _write(interaction, values)
    interaction.save(force_insert=True)
    record(InteractionAdded(contact_id=contact_id, interaction_id=interaction.pk, type=interaction.type))
    return interaction


@atomic
def change_interaction(
    *, contact_id: UUID, interaction_id: UUID, **values: Unpack[CustomerInteractionValues]
) -> CustomerInteraction:
    """What is not given stays. A next action that is moved to another day is to be done anew.

    Raises ContactNotFound, CustomerInteractionNotFound (of another customer, too), Invalid.
    """
    interaction = _locked(contact_id, interaction_id)
    changes = _write(interaction, values)
    if changes:
        if "next_action_date" in changes:
            interaction.next_action_done_at = None
        interaction.updated_at = now()
        interaction.save()
        record(InteractionChanged(contact_id=contact_id, interaction_id=interaction.pk), changes=changes)
    return interaction


@atomic
def finish_next_action(*, contact_id: UUID, interaction_id: UUID) -> None:
    """What was to be done next is done; nothing when it was so already.

    Raises ContactNotFound, CustomerInteractionNotFound.
    """
    interaction = _locked(contact_id, interaction_id)
    if interaction.next_action_done_at is None:
        interaction.next_action_done_at = now()
        interaction.save(update_fields=["next_action_done_at"])
        changes = {"next_action_done_at": (None, interaction.next_action_done_at)}
        record(InteractionChanged(contact_id=contact_id, interaction_id=interaction.pk), changes=changes)


@atomic
def remove_interaction(*, contact_id: UUID, interaction_id: UUID) -> None:
    """It is gone, and with it what was to be done next. Raises ContactNotFound, CustomerInteractionNotFound."""
    interaction = _locked(contact_id, interaction_id)
    interaction.delete()
    record(InteractionRemoved(contact_id=contact_id, interaction_id=interaction_id))


@atomic
def carry_over_interactions(*, contact_id: UUID, copies: Sequence[CustomerInteraction]) -> int:
    """Keep what was said with a customer before they were one; how much of it is new, by one statement.

    `copies` are unsaved rows of the contact that say what they were copied from: what was carried over before is left
    as it is. The caller vouches for the contact.
    """
    written = insert_rows(CustomerInteraction, copies)
    if written:
        record(InteractionsCarriedOver(contact_id=contact_id, number=len(written)))
    return len(written)


def _locked(contact_id: UUID, interaction_id: UUID) -> CustomerInteraction:
    locked_customer(contact_id)
    found = CustomerInteraction.objects.for_update().filter(pk=interaction_id, contact_id=contact_id).first()
    if found is None:
        raise CustomerInteractionNotFound
    return found


def _write(interaction: CustomerInteraction, values: CustomerInteractionValues) -> dict[str, tuple[object, object]]:
    plain = {field: "" if value is None and field not in _MOMENTS else value for field, value in values.items()}
    changes = apply_changes(interaction, plain)
    check_row(interaction, exclude=_KEPT_ELSEWHERE)
    return changes
