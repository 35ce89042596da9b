"""How a lead is written: the one place that keeps addresses, stages and scores in step."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.campaigns.selectors import campaigns
from crm.contacts.errors import UnknownAssignee
from crm.kernel.addresses import Phone, checked_email, checked_phone, email_key
from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import now
from crm.kernel.errors import Invalid
from crm.kernel.tenancy import current_scope
from crm.leads.errors import ConvertedByHand, StaysConverted, UnknownCampaign
from crm.leads.models import Lead, Stage, StageChange
from crm.organisations.custom_fields import merged_custom_fields
from crm.organisations.selectors import staff_of_organisation

Changes = dict[str, tuple[Any, Any]]
KEPT_ELSEWHERE = ("search", "words", "created_at", "updated_at", "status_since", "assigned_to", "campaign", "customer")


class LeadValues(TypedDict, total=False):
    """What may be written of a lead; a key that is absent leaves its field alone, None clears.

    `score` is set by hand and counts until it is cleared (semantics §3.7). `custom_fields` are merged key by key, None
    clearing a key.
    """

    name: str
    email: str
    phone: str | None
    company: str | None
    source: str
    campaign_id: UUID | None
    status: str
    score: Decimal | None
    notes: str | None
    last_contact: datetime | None
    custom_fields: dict[str, Any]
    assigned_to_id: UUID | None


class InteractionValues(TypedDict, total=False):
    type: str
    notes: str | None
    next_action: str | None
    next_action_date: datetime | None


_STAGES = frozenset(Stage.values)
_OWN_RULES = {"email", "phone", "custom_fields", "score", "status"}
_NULLABLE = {"campaign_id", "assigned_to_id", "last_contact"}


def write_lead(lead: Lead, values: Mapping[str, Any]) -> Changes:
    """Set `values` on the lead, unsaved; returns what changed as `{field: (before, after)}`.

    Raises Invalid, BadEmail, BadPhone, BadCustomValue, UnknownCampaign, UnknownAssignee.
    """
    changes = set_values(lead, values)
    _check_links(lead, changes)
    return changes


def check_lead(lead: Lead) -> None:
    """Raises Invalid."""
    check_row(lead, exclude=KEPT_ELSEWHERE)


def set_values(lead: Lead, values: Mapping[str, Any], *, check: Callable[[Lead], None] = check_lead) -> Changes:
    """The same without asking whether what the lead points at is there: for values that were looked up."""
    plain = {
        field: _trimmed("" if value is None and field not in _NULLABLE else value)
        for field, value in values.items()
        if field not in _OWN_RULES
    }
    changes = apply_changes(lead, {**plain, **_addresses(values), **_custom_fields(lead, values), **_score(values)})
    lead.score = lead.computed_score if lead.manual_score is None else lead.manual_score
    check(lead)
    return {field: change for field, change in changes.items() if not field.endswith("_key")}


def ensure_may_move(lead: Lead, stage: str) -> None:
    """Any stage but converted may be set by hand, forwards, backwards or reopening; a converted lead stays so.

    Raises ConvertedByHand, StaysConverted (s4 §6, 6), Invalid for a stage that does not exist.
    """
    if stage not in _STAGES:
        raise Invalid(_("There is no such stage."), field="status")
    if stage == lead.status:
        return
    if lead.is_converted:
        raise StaysConverted
    if stage == Stage.CONVERTED:
        raise ConvertedByHand


def move(lead: Lead, stage: str) -> bool:
    """Put a saved lead into another stage, unsaved itself, and note how long it stood in the last; whether it moved."""
    if stage == lead.status:
        return False
    seconds = max(0, int((now() - lead.status_since).total_seconds()))
    note_stage(lead, lead.status, stage, seconds)
    lead.status, lead.status_since = stage, now()
    return True


def note_stage(lead: Lead, before: str, after: str, seconds: int = 0) -> None:
    StageChange.objects.create(lead=lead, from_status=before, to_status=after, seconds=seconds, changed_at=now())


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _addresses(values: Mapping[str, Any]) -> dict[str, str]:
    addresses: dict[str, str] = {}
    if "email" in values:
        email = checked_email(values["email"] or "")
        addresses |= {"email": email, "email_key": email_key(email)}
    if "phone" in values:
        given = values["phone"]
        phone = checked_phone(given) if given and given.strip() else Phone("", "", "")
        addresses |= {"phone": phone.text, "phone_key": phone.key}
    return addresses


def _custom_fields(lead: Lead, values: Mapping[str, Any]) -> dict[str, Any]:
    if "custom_fields" not in values:
        return {}
    return {"custom_fields": merged_custom_fields(lead.custom_fields, values["custom_fields"] or {})}


def _score(values: Mapping[str, Any]) -> dict[str, Any]:
    if "score" not in values:
        return {}
    actor = current_scope().actor
    by = f"{actor.kind}:{actor.id}" if values["score"] is not None else ""
    return {"manual_score": values["score"], "manual_score_by": by}


def _check_links(lead: Lead, changes: Changes) -> None:
    """What a lead newly points at must be there, in this organisation and mode."""
    if "campaign_id" in changes and lead.campaign_id and not campaigns().filter(pk=lead.campaign_id).exists():
        raise UnknownCampaign
    assignee = lead.assigned_to_id if "assigned_to_id" in changes else None
    if assignee and not staff_of_organisation().filter(pk=assignee, is_active=True).exists():
        raise UnknownAssignee
