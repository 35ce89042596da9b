"""What other apps know of people, for segments and health. They say so at start, in a module `insights.py` of theirs.

Insights stands low and knows contacts only: a field is a path from the contact, an event a queryset of rows that name
one. Nothing here runs a query.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models.expressions import Combinable

from crm.kernel.errors import Message
from crm.kernel.tenancy import ScopedQuerySet


class FieldKind(StrEnum):
    """What a field holds, and so what may be asked of it."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    MONEY = "money"
    YES_NO = "yes_no"
    DAY = "day"
    MOMENT = "moment"


Choices = Callable[[], Sequence[tuple[str, Message]]]


def no_choices() -> Sequence[tuple[str, Message]]:
    return ()


@dataclass(frozen=True, slots=True)
class SegmentField:
    """`path` leads from the contact (`customer__status`), or from the row where it is an event's attribute, over
    relations to one row alone. Who may not read `grant` may not ask for it, so that nobody finds out by asking what
    they may not see. `expression` stands in for the path where there is more to say; it is null where there is no
    value. `holders` are rows, with the contact's id for their key, of those who have one of some values: with them
    PostgreSQL joins what few have to all people, not what all have.
    """

    key: str
    label: Message
    kind: FieldKind
    path: str
    grant: str = "auth:members:read"
    choices: Choices = no_choices
    expression: Callable[[], Combinable] | None = None
    holders: Callable[[Sequence[Any]], ScopedQuerySet[Any]] | None = None


@dataclass(frozen=True, slots=True)
class SegmentEvent:
    """Something that happens with people, a row for each time: `contact` and `at` are columns of `rows()`."""

    key: str
    label: Message
    rows: Callable[[], ScopedQuerySet[Any]]
    contact: str
    at: str
    grant: str = "auth:members:read"
    attributes: Mapping[str, SegmentField] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A segment that every place has, whose rule is code's and not staff's; `rule` as staff would have written it."""

    slug: str
    name: Message
    rule: Mapping[str, Any]


# Of customers by id, how good it looks from 0 to 100 at a moment; whoever nothing is known of is missing.
Values = Callable[[Collection[UUID], datetime], Mapping[UUID, int]]

PARTS = ("recency", "trend", "sentiment", "support", "engagement", "loyalty")

_fields: dict[str, SegmentField] = {}
_events: dict[str, SegmentEvent] = {}
_built_ins: list[Callable[[], Sequence[BuiltIn]]] = []
_parts: dict[str, Values] = {}


def register_fields(*fields: SegmentField) -> None:
    for one in fields:
        _once(_fields, one.key, one)


def register_events(*events: SegmentEvent) -> None:
    for one in events:
        _once(_events, one.key, one)


def register_built_ins(built_ins: Callable[[], Sequence[BuiltIn]]) -> None:
    """`built_ins` is asked inside a scope: a programme's tiers differ from place to place."""
    _built_ins.append(built_ins)


def register_part(part: str, values: Values) -> None:
    """One of the parts of a customer's health (semantics §3.6)."""
    if part not in PARTS:
        raise ValueError(f"{part} is no part of health.")
    _once(_parts, part, values)


def fields() -> Mapping[str, SegmentField]:
    return _fields


def events() -> Mapping[str, SegmentEvent]:
    return _events


def built_ins() -> dict[str, BuiltIn]:
    """Those of the open scope, by slug."""
    return {one.slug: one for source in _built_ins for one in source()}


def parts() -> Mapping[str, Values]:
    return _parts


def _once(table: dict[str, Any], key: str, value: Any) -> None:
    if key in table:
        raise ValueError(f"{key} is registered already.")
    table[key] = value
