"""Whose value a field gets when leads are merged; crm/kernel/merging/fields.py tells how.

The furthest stage holds, and with it the customer of a lead who was converted; the latest contact, too.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from crm.kernel.changes import apply_changes
from crm.kernel.clock import now
from crm.kernel.merging.fields import (
    CUSTOM,
    FieldChoice,
    custom_choices,
    custom_values,
    ensure_choosable,
    first_filled,
    furthest,
)
from crm.leads.errors import ConvertedApart
from crm.leads.models import OPEN_STAGES, Lead, Stage
from crm.organisations.custom_fields import ensure_few

FIELDS = ("name", "email", "phone", "company", "source", "campaign_id", "notes", "assigned_to_id", "score")
# Lost is behind whatever is open, and a deal that is made is before it.
STAGES = (Stage.LOST, *OPEN_STAGES, Stage.WON, Stage.CONVERTED)
NEVER = datetime.min.replace(tzinfo=UTC)
NOT_CHOSEN: Mapping[str, Callable[[Any], Any]] = {
    "status": STAGES.index,
    "customer_id": lambda customer_id: customer_id is not None,
    "last_contact": lambda moment: moment or NEVER,
}
# The columns that hold a field, where it is not one of its own name; a score is merged when it was set by hand.
COLUMNS = {
    "email": ("email", "email_key"),
    "phone": ("phone", "phone_key"),
    "score": ("manual_score", "manual_score_by"),
    "status": ("status", "status_since"),
    "customer_id": ("customer_id", "converted_at"),
}


def decided(leads: Sequence[Lead], choices: Mapping[str, UUID]) -> list[FieldChoice]:
    """What each field gets; the winner stands first among `leads`. Raises Invalid, ConvertedApart."""
    if len({lead.customer_id for lead in leads} - {None}) > 1:
        raise ConvertedApart
    found = [first_filled(field, _values(leads, field), choices.get(field)) for field in FIELDS]
    found += [furthest(field, _values(leads, field), rank) for field, rank in NOT_CHOSEN.items()]
    found += custom_choices({lead.pk: lead.custom_fields for lead in leads}, choices)
    choosable = {choice.field for choice in found} - NOT_CHOSEN.keys()
    ensure_choosable(choices, choosable, {lead.pk for lead in leads})
    return found


def write_winner(leads: Sequence[Lead], choices: Sequence[FieldChoice]) -> dict[str, tuple[Any, Any]]:
    """Write the winner, unsaved; returns what changed."""
    winner, by_id = leads[0], {lead.pk: lead for lead in leads}
    custom = custom_values(choices)
    ensure_few(custom)
    values = {
        column: getattr(by_id[choice.from_id], column)
        for choice in choices
        if choice.from_id != winner.pk and not choice.field.startswith(CUSTOM)
        for column in _columns(choice.field)
    }
    values |= {"custom_fields": custom, "created_at": min(lead.created_at for lead in leads)}
    changes = apply_changes(winner, values)
    winner.score = winner.computed_score if winner.manual_score is None else winner.manual_score
    winner.updated_at = now()
    return {column: change for column, change in changes.items() if not column.endswith("_key")}


def _columns(field: str) -> tuple[str, ...]:
    return COLUMNS.get(field, (field,))


def _values(leads: Sequence[Lead], field: str) -> dict[UUID, Any]:
    return {lead.pk: getattr(lead, _columns(field)[0]) for lead in leads}
