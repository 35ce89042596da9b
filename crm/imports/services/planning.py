"""What is to become of each row of a chunk, before anything is written: new, a change, skipped, or an error.

The first of several rows of a file that mean the same record is taken, the others are skipped and reported.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.imports.custom_values import object_from
from crm.imports.mapping import ALL_CUSTOM, CUSTOM
from crm.imports.models import Import, ImportRow, OnMatch, Outcome
from crm.imports.nouns import Batch, Change, New, Noun, Read, Reading
from crm.kernel.errors import Complaint, DomainError, Invalid
from crm.messaging.selectors import erased_among

TAKEN = (Outcome.CREATED, Outcome.UPDATED, Outcome.SKIPPED)
_REQUIRED = gettext_lazy("This field is required.")
_ERASED = gettext_lazy("This person asked to be erased, and no file brings them back.")
_ADDRESSES = ("email", "phone")


@dataclass(frozen=True, slots=True)
class Told:
    """A row that nothing is written of, and why; skipped without a message when its record was to be left alone."""

    outcome: str
    field: str = ""
    message: str = ""


@dataclass
class Plan:
    """`keys` are the hashed keys of the rows that are taken, `incomplete` the required field that a row lacks."""

    new: list[New] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    told: dict[int, Told] = field(default_factory=dict)
    keys: dict[int, list[int]] = field(default_factory=dict)
    incomplete: dict[int, str] = field(default_factory=dict)

    def batch(self, of: Import) -> Batch:
        return Batch(of.id, self.new, self.changes, fill_only=of.on_match == OnMatch.UPDATE_BLANK)


def planned(of: Import, noun: Noun, rows: Sequence[tuple[int, list[str]]]) -> Plan:
    """The plan for `rows`, which come after the import's cursor."""
    return _Planner(of, noun).planned(rows)


class _Planner:
    def __init__(self, of: Import, noun: Noun) -> None:
        self.of, self.noun, self.plan = of, noun, Plan()
        # By what a row is known: its record by the match key, unless another is wanted, and what none may share.
        self.creates = of.on_match == OnMatch.CREATE
        self.fields = list(dict.fromkeys([*([] if self.creates else [of.match_key]), *noun.unique]))
        self.targets = [of.mapping.get(heading, "") for heading in of.columns]
        self.addresses = [name for name in _ADDRESSES if name in noun.match_keys]
        self.erased: set[str] = set()

    def planned(self, rows: Sequence[tuple[int, list[str]]]) -> Plan:
        readings = self._readings(rows)
        keys = {name: {row: self.noun.key_of(name, reading) for row, reading in readings.items()}
                for name in self.fields}  # fmt: skip
        self.erased = erased_among({self.noun.key_of(name, it) for it in readings.values() for name in self.addresses})
        found = {name: self.noun.find(name, set(of_rows.values()) - {""}) for name, of_rows in keys.items()}
        hashed = {row: [_hash(name, keys[name][row]) for name in self.fields if keys[name][row]] for row in readings}
        seen = _seen_before(self.of, {it for hashes in hashed.values() for it in hashes})
        for row, reading in readings.items():
            hashes = hashed[row]
            first = next((seen[it] for it in hashes if it in seen), None)
            if first is not None:
                message = _("The same as row %(row)s, which was taken.") % {"row": first}
                self.plan.told[row] = Told(Outcome.SKIPPED, self.of.match_key, message)
                continue
            owners = {name: found[name].get(keys[name][row], ()) for name in self.fields}
            told = self._of_erased(reading) or self._decide(New(row, reading), owners)
            if told:
                self.plan.told[row] = told
            if told is None or told.outcome == Outcome.SKIPPED:
                self.plan.keys[row] = hashes
                seen.update(dict.fromkeys(hashes, row))
        return self.plan

    def _of_erased(self, reading: Reading) -> Told | None:
        name = next((it for it in self.addresses if self.noun.key_of(it, reading) in self.erased), None)
        return Told(Outcome.ERROR, name, str(_ERASED)) if name else None

    def _decide(self, new: New, owners: Mapping[str, Sequence[UUID]]) -> Told | None:
        """New, or a change of the one record it is recognised as; what two records may not share must be free."""
        matched = () if self.creates else owners[self.of.match_key]
        if len(matched) > 1:
            return Told(Outcome.ERROR, self.of.match_key, _("Several records have this."))
        target = matched[0] if matched else None
        if target is None and self.of.match_key == "id" and self.noun.key_of("id", new.reading):
            return Told(Outcome.ERROR, "id", _("There is no record with this id."))
        if target and self.of.on_match == OnMatch.SKIP:
            return Told(Outcome.SKIPPED)
        for name in self.noun.unique:
            if any(owner != target for owner in owners[name]):
                return Told(Outcome.ERROR, name, _("Another record has this."))
        if target:
            self.plan.changes.append(Change(new.row, target, new.reading))
            return None
        refusal = self._refusal(new)
        if refusal is None:
            self.plan.new.append(new)
        return refusal

    def _refusal(self, new: New) -> Told | None:
        """What a row lacks to become a new record."""
        if new.row in self.plan.incomplete:
            return Told(Outcome.ERROR, self.plan.incomplete[new.row], str(_REQUIRED))
        lacking = self.noun.lacking(new.reading)
        return Told(Outcome.ERROR, lacking.field, str(lacking.message)) if lacking else None

    def _readings(self, rows: Sequence[tuple[int, list[str]]]) -> dict[int, Reading]:
        """What the noun makes of each row; rows that it refuses are told in the plan."""
        read = self.noun.reader()
        readings: dict[int, Reading] = {}
        for row, cells in rows:
            try:
                readings[row] = self._reading(row, cells, read)
            except DomainError as error:
                complaint = error.complaints[0] if error.complaints else Complaint("", error.message)
                self.plan.told[row] = Told(Outcome.ERROR, complaint.field[:100], str(complaint.message)[:300])
        return readings

    def _reading(self, row: int, cells: list[str], read: Read) -> Reading:
        """Raises what `read` does, and Invalid."""
        if any(cells[len(self.of.columns) :]):
            raise Invalid(_("The row has more cells than the header."), field=self.of.match_key)
        texts, custom = self._texts(cells)
        # Records without an id are new ones; by anything else a record must be recognisable.
        if self.of.match_key != "id" and self.of.match_key not in texts:
            raise Invalid(_REQUIRED, field=self.of.match_key)
        missing = next((name for name in self.noun.required if name not in texts), None)
        if missing:
            self.plan.incomplete[row] = missing
        return read(texts, custom)

    def _texts(self, cells: list[str]) -> tuple[dict[str, str], dict[str, Any]]:
        """The cells that are filled, by field, and those of custom fields by key. Raises Invalid."""
        texts: dict[str, str] = {}
        custom: dict[str, Any] = {}
        for target, cell in zip(self.targets, cells, strict=False):
            if not cell or not target:
                continue
            if target.startswith(CUSTOM):
                custom[target.removeprefix(CUSTOM)] = cell
            elif target == ALL_CUSTOM:
                custom = object_from(cell) | custom
            else:
                texts[target] = cell
        return texts, custom


def _seen_before(of: Import, wanted: Collection[int]) -> dict[int, int]:
    """The rows above that were taken and have one of the `wanted` keys, by that key."""
    taken = ", ".join(["%s"] * len(TAKEN))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT key, number FROM {ImportRow._meta.db_table}, unnest(keys) AS key WHERE organisation_id = %s "  # noqa: S608 - our own table
            f"AND mode = %s AND of_id = %s AND number <= %s AND outcome IN ({taken}) AND key = ANY(%s)",
            [of.organisation_id, of.mode, of.pk, of.cursor, *TAKEN, list(wanted)],
        )
        return dict(cursor.fetchall())


def _hash(name: str, key: str) -> int:
    return int.from_bytes(blake2b(f"{name}:{key}".encode(), digest_size=8).digest(), signed=True)
