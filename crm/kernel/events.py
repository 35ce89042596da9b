"""Events, not signals: what happened, who reacts to it together with the effect, and who afterwards.

An event is a frozen dataclass in an app's `events.py`. A service ends with `record(...)`, which writes the one row
that is audit trail and outbox, and runs the `TOGETHER` reactions in the same transaction. `AFTERWARDS` reactions run
in a worker, each exactly once in the database (docs/architecture.md, "What follows from what").
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from importlib import import_module
from types import UnionType
from typing import Any, ClassVar, cast, get_args, get_origin
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models.functions import Now
from django.utils.module_loading import module_has_submodule

from crm.kernel.copying import another, copy_rows
from crm.kernel.due import State
from crm.kernel.errors import NotFound
from crm.kernel.ids import new_id
from crm.kernel.models import Event
from crm.kernel.tenancy.scope import Scope, current_scope

Changes = Mapping[str, tuple[Any, Any]]


@dataclasses.dataclass(frozen=True)
class DomainEvent:
    """Something that happened, past tense: ids and plain values only, so that it reads the same years later."""

    name: ClassVar[str]
    about: ClassVar[str]

    @property
    def subject_id(self) -> str:
        """The record it is about: the value of the field `<about>_id`."""
        return str(getattr(self, f"{self.about}_id"))


Reaction = Callable[[Any], None]


def not_kept(default: Any) -> Any:
    """A field that reactions in the same transaction may read, and that is too long to keep."""
    return dataclasses.field(default=default, metadata={"kept": False})


def _kept_fields(kind: type[DomainEvent]) -> list[dataclasses.Field[Any]]:
    return [field for field in dataclasses.fields(kind) if field.metadata.get("kept", True)]


def record(event: DomainEvent, *, changes: Changes | None = None, scope: Scope | None = None) -> Event:
    """Write the event's row inside the caller's transaction, and let the reactions that belong to the effect run.

    `changes` is `{field: (before, after)}`. A reaction in TOGETHER may refuse by raising a domain error; then nothing
    of the effect remains. `scope` is given only where none can be open: while an organisation is being founded.
    """
    scope = scope or current_scope()
    _ensure_transaction(event.name)
    row = _row(event, changes or {}, scope)
    row.save(force_insert=True)
    _react_together(event)
    return row


def record_all(events: Sequence[DomainEvent]) -> None:
    """The same for many events of one effect, written at once."""
    if not events:
        return
    _ensure_transaction(events[0].name)
    blank = _row(events[0], {}, current_scope())
    copy_rows(Event, [_filled(another(blank), new_id(), event, {}) for event in events])
    for event in events:
        _react_together(event)


def _ensure_transaction(name: str) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{name} must be recorded in the transaction of its effect.")


def _row(event: DomainEvent, changes: Changes, scope: Scope) -> Event:
    row = Event(
        organisation_id=scope.tenant.organisation_id,
        mode=scope.tenant.mode,
        actor_kind=scope.actor.kind,
        actor_id=scope.actor.id,
        occurred_at=scope.now,
        request_id=scope.request_id,
        next_at=Now(),
    )
    return _filled(row, row.id, event, changes)


def _filled(row: Event, id_: UUID, event: DomainEvent, changes: Changes) -> Event:
    """`row` with what one event tells; the rest is the same for all of an effect."""
    row.id, row.name = id_, event.name
    row.subject_kind, row.subject_id = event.about, event.subject_id
    row.payload = to_json({field.name: getattr(event, field.name) for field in _kept_fields(type(event))})
    row.changes = to_json(changes)
    row.state = State.DUE if consumers_of(event.name) else State.DONE
    return row


def _react_together(event: DomainEvent) -> None:
    for reaction in _table("TOGETHER").get(event.name, {}).values():
        reaction(event)


def consumers_of(name: str) -> dict[str, Reaction]:
    """The AFTERWARDS reactions to the event called `name`, by their stable consumer names."""
    return _table("AFTERWARDS").get(name, {})


def event_from(row: Event) -> DomainEvent:
    """The dataclass that `row` was written from; raises NotFound when no app defines it any more."""
    try:
        kind = event_types()[row.name]
    except KeyError:
        raise NotFound(f"No app defines the event {row.name}.") from None
    return kind(**{field.name: _typed(row.payload[field.name], field.type) for field in _kept_fields(kind)})


def event_types() -> dict[str, type[DomainEvent]]:
    """Every event class by its public name."""
    return {kind.name: kind for kind in _subclasses(DomainEvent)}


def _subclasses(kind: type[DomainEvent]) -> list[type[DomainEvent]]:
    children = kind.__subclasses__()
    return [*children, *(grandchild for child in children for grandchild in _subclasses(child))]


@cache
def _table(when: str) -> dict[str, dict[str, Reaction]]:
    """All apps' `subscribers.TOGETHER` or `.AFTERWARDS`, keyed by event name, then by `<app>.<function>`."""
    table: dict[str, dict[str, Reaction]] = {}
    for app in apps.get_app_configs():
        if not app.name.startswith(("crm.", "loyalty.")) or not module_has_submodule(app.module, "subscribers"):
            continue
        module = import_module(f"{app.name}.subscribers")
        reactions: Mapping[type[DomainEvent], list[Reaction]] = getattr(module, when, {})
        for kind, functions in reactions.items():
            for function in functions:
                table.setdefault(kind.name, {})[f"{app.label}.{function.__name__}"] = function
    return table


def to_json(value: Any) -> Any:
    """`value` in JSON's own types; numbers that must stay exact become text."""
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_json(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (UUID, Decimal, datetime, date)):
        return value.isoformat() if isinstance(value, date) else str(value)
    return value


def _typed(value: Any, kind: Any) -> Any:
    """Back from JSON: identifiers and moments get their types again, and those that may be missing or are several."""
    if get_origin(kind) is tuple:
        return tuple(_typed(item, get_args(kind)[0]) for item in value)
    if get_origin(kind) is UnionType:
        return None if value is None else _typed(value, get_args(kind)[0])
    if kind is UUID:
        return UUID(cast(str, value))
    if kind is datetime:
        return datetime.fromisoformat(cast(str, value))
    if kind is Decimal:
        return Decimal(cast(str, value))
    return value
