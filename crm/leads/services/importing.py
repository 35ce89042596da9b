"""Leads from files, a chunk at a time: new ones by COPY, changed ones by one UPDATE, and back again.

Nobody is told and nothing is scored at once: the nightly run scores them. Leads without an assignee in the file get
none, whoever's turn it is.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.contacts.models.contact import no_control_characters
from crm.imports.nouns import Batch, Change, New, Refused, Undoing, Written
from crm.imports.row_checks import Check, row_check
from crm.kernel.clock import now
from crm.kernel.copying import another, copy_rows, update_columns, update_rows
from crm.kernel.errors import DomainError, Message
from crm.kernel.events import record, to_json
from crm.kernel.ids import new_id
from crm.leads.events import LeadsImported
from crm.leads.models import Lead, StageChange
from crm.leads.services.writing import KEPT_ELSEWHERE, ensure_may_move, set_values
from crm.organisations.custom_fields import merged_custom_fields

# What an import may change of a lead: what undoing gives back.
_HELD = (
    "name", "email", "email_key", "phone", "phone_key", "company", "source", "campaign_id", "status", "status_since",
    "notes", "custom_fields", "assigned_to_id", "last_contact", "score", "manual_score", "manual_score_by",
)  # fmt: skip
_COLUMNS = [name.removesuffix("_id") for name in _HELD] + ["updated_at"]
_WRITTEN = ("name", "email", "phone", "company", "source", "campaign_id", "notes", "assigned_to_id", "last_contact")


@dataclass(frozen=True, slots=True)
class LeadReading:
    """A row as a new lead, and, for a change, the values that it gives."""

    id: str
    lead: Lead
    values: dict[str, Any]
    custom: dict[str, Any]


def lead_maker() -> Callable[[Mapping[str, Any], Mapping[str, Any]], Lead]:
    """`make(values, custom)`, for a chunk: the lead that a row would become, unsaved.

    It raises Invalid, BadEmail, BadPhone, ConvertedByHand.
    """
    blank = Lead(created_at=now(), updated_at=now(), status_since=now())
    check = _check()

    def make(values: Mapping[str, Any], custom: Mapping[str, Any]) -> Lead:
        lead = another(blank)
        lead.id = new_id()
        _set(lead, values, custom, check)
        return lead

    return make


def write_imported(batch: Batch) -> dict[int, Written | Refused]:
    """Write one chunk; what became of each row. Raises IntegrityError when somebody took an address meanwhile."""
    results = {**_add(batch.new), **_change(batch)}
    written = [result for result in results.values() if isinstance(result, Written)]
    if written:
        created = len(batch.new)
        ids = tuple(result.record_id for result in written)
        updated = sum(bool(result.before) for result in written)
        record(LeadsImported(batch_id=batch.import_id, created=created, updated=updated, lead_ids=ids))
    return results


def undo_imported(rows: Sequence[Undoing]) -> dict[int, Message]:
    """Take rows back; answers which were left alone, and why."""
    leads = _locked([row.record_id for row in rows])
    taken = _taken_emails(rows)
    kept: dict[int, Message] = {}
    removed, restored = [], []
    for row in rows:
        lead = leads.get(row.record_id)
        why = _changed_since(lead, row, taken)
        if why:
            kept[row.row] = why
        elif lead is not None and row.before is None:
            removed.append(lead)
        elif lead is not None and row.before:
            _give_back(lead, row.before)
            restored.append(lead)
    gone = [now()] * len(removed)
    update_columns(Lead, [lead.pk for lead in removed], {"deleted_at": gone, "updated_at": gone})
    update_rows(Lead, restored, _COLUMNS)
    return kept


def _add(rows: Sequence[New]) -> dict[int, Written | Refused]:
    leads = [new.reading.lead for new in rows]
    copy_rows(Lead, leads)
    copy_rows(StageChange, _first_stages(leads))
    return {new.row: Written(new.reading.lead.pk, new.reading.lead.updated_at) for new in rows}


def _first_stages(leads: Sequence[Lead]) -> Iterator[StageChange]:
    """One row, filled anew for each lead: it is copied before the next one is asked for."""
    change = StageChange(changed_at=now())
    for lead in leads:
        change.id, change.lead_id, change.to_status = new_id(), lead.pk, lead.status
        yield change


def _change(batch: Batch) -> dict[int, Written | Refused]:
    """Rows written onto the leads they were matched with, all by one statement."""
    if not batch.changes:
        return {}
    leads = _locked([change.record_id for change in batch.changes])
    check = _check()
    results: dict[int, Written | Refused] = {}
    changed: list[Lead] = []
    moves: list[StageChange] = []
    for change in batch.changes:
        lead = leads.get(change.record_id)
        if lead is None:
            results[change.row] = Refused("", _("The record was deleted meanwhile."))
            continue
        stage, since = lead.status, lead.status_since
        result = results[change.row] = _changed(lead, change, check, fill_only=batch.fill_only)
        if isinstance(result, Written) and result.before:
            changed.append(lead)
            if lead.status != stage:
                seconds = max(0, int((now() - since).total_seconds()))
                moves.append(StageChange(lead=lead, from_status=stage, to_status=lead.status, seconds=seconds,
                                         changed_at=now()))  # fmt: skip
    update_rows(Lead, changed, _COLUMNS)
    copy_rows(StageChange, moves)
    return results


def _changed(lead: Lead, change: Change, check: Check, *, fill_only: bool) -> Written | Refused:
    """The values set on the lead, unsaved."""
    values, custom = change.reading.values, change.reading.custom
    if fill_only:
        values = {name: value for name, value in values.items() if name in _WRITTEN and not getattr(lead, name)}
        custom = {key: value for key, value in custom.items() if key not in lead.custom_fields}
    if values.get("score") == lead.score:
        # The score that counts, come back from an export: nobody set it by hand.
        values = {name: value for name, value in values.items() if name != "score"}
    before = _held(lead)
    try:
        _set(lead, values, custom, check)
    except DomainError as error:
        field = error.complaints[0].field if error.complaints else ""
        return Refused(field, error.complaints[0].message if error.complaints else error.message)
    after = _held(lead)
    former = {name: value for name, value in before.items() if after[name] != value}
    if not former:
        return Written(lead.pk, lead.updated_at, {})
    lead.updated_at = now()
    return Written(lead.pk, lead.updated_at, former)


def _check() -> Check:
    """Addresses and custom fields are checked where they are set."""
    vouched, printable = ("email", "custom_fields"), (no_control_characters,)
    return row_check(Lead, exclude=KEPT_ELSEWHERE, vouched=vouched, passed_by_printable=printable)


def _set(lead: Lead, values: Mapping[str, Any], custom: Mapping[str, Any], check: Check) -> None:
    """Raises Invalid, BadEmail, BadPhone, BadCustomValue, ConvertedByHand, StaysConverted."""
    stage = values.get("status", lead.status)
    ensure_may_move(lead, stage)
    set_values(lead, values, check=check)
    if stage != lead.status:
        lead.status, lead.status_since = stage, now()
    lead.custom_fields = merged_custom_fields(lead.custom_fields, custom, are_checked=True)


def _locked(ids: Collection[UUID]) -> dict[UUID, Lead]:
    """The living leads among `ids`, under their locks."""
    living = Lead.objects.for_update().filter(pk__in=ids, deleted_at=None).order_by("pk")
    return dict(living.defer("words", "search").in_bulk())


def _held(lead: Lead) -> dict[str, Any]:
    """What the row holds, as undoing keeps it."""
    held: dict[str, Any] = to_json({name: getattr(lead, name) for name in _HELD})
    return held


# Taking back


def _changed_since(lead: Lead | None, row: Undoing, taken: Collection[str]) -> Message | None:
    """Why a row is left alone. What was deleted since is gone already, which is what undoing a new lead wants."""
    if row.before == {}:
        return None
    if lead is None:
        return None if row.before is None else _("The record was deleted since.")
    if lead.updated_at != row.stamp:
        return _("The record was changed since.")
    if row.before and row.before.get("email_key") in taken:
        return _("Somebody else has the former e-mail address.")
    return None


def _give_back(lead: Lead, former: Mapping[str, Any]) -> None:
    for name, value in former.items():
        field: Any = lead._meta.get_field(name.removesuffix("_id"))
        setattr(lead, name, field.to_python(value))
    lead.updated_at = now()


def _taken_emails(rows: Sequence[Undoing]) -> set[str]:
    """Which of the former addresses living leads have."""
    former = {row.before.get("email_key") for row in rows if row.before} - {None}
    return set(Lead.objects.filter(deleted_at=None, email_key__in=former).values_list("email_key", flat=True))
