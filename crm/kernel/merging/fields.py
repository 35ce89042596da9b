"""Whose value a field gets when records are merged (semantics §3.13).

The winner's values stay and their blanks are filled from the losers, in the order these were named. `choices` names,
for a field, the record whose value it gets instead; for some fields the furthest or strictest value holds.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.kernel.errors import Complaint, Invalid
from crm.kernel.merging.carry import is_blank

CUSTOM = "custom_fields."


@dataclass(frozen=True)
class FieldChoice:
    """One field of the winner: the value it gets, whose that is, and what each of them has."""

    field: str
    value: Any
    from_id: UUID
    values: Mapping[UUID, Any]


def first_filled(field: str, values: Mapping[UUID, Any], wanted: UUID | None = None) -> FieldChoice:
    first = next(iter(values))
    filled = next((id_ for id_, value in values.items() if not is_blank(value)), first)
    chosen = wanted if wanted is not None and wanted in values else filled
    return FieldChoice(field, values[chosen], chosen, values)


def furthest(field: str, values: Mapping[UUID, Any], rank: Callable[[Any], Any]) -> FieldChoice:
    """The value of the highest rank; of equal ones the first."""
    chosen = max(values, key=lambda id_: rank(values[id_]))
    return FieldChoice(field, values[chosen], chosen, values)


def custom_choices(held: Mapping[UUID, Mapping[str, Any]], wanted: Mapping[str, UUID]) -> list[FieldChoice]:
    """Custom fields key by key; `held` is what each of them has."""
    keys = sorted({key for values in held.values() for key in values})
    return [
        first_filled(f"{CUSTOM}{key}", {id_: values.get(key) for id_, values in held.items()}, wanted.get(CUSTOM + key))
        for key in keys
    ]


def custom_values(choices: Iterable[FieldChoice]) -> dict[str, Any]:
    """What the winner's custom fields are then."""
    chosen = {each.field.removeprefix(CUSTOM): each.value for each in choices if each.field.startswith(CUSTOM)}
    return {key: value for key, value in chosen.items() if not is_blank(value)}


def ensure_choosable(choices: Mapping[str, UUID], known: Iterable[str], merged: set[UUID]) -> None:
    """Raises Invalid for a field that cannot be chosen, and for somebody who takes no part."""
    fields = set(known)
    complaints = [Complaint(f"choices.{f}", "There is no such field to choose.") for f in choices if f not in fields]
    complaints += [
        Complaint(f"choices.{field}", "This is none of those being merged.")
        for field, id_ in choices.items()
        if id_ not in merged
    ]
    if complaints:
        raise Invalid(complaints=complaints)
