"""What nobody has spoken for: tables and columns that are in the database and in no `privacy.py`, or only there."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from crm.kernel.privacy.fields import Afterwards, holds_text
from crm.kernel.privacy.holdings import HOLDINGS, IMPERSONAL, Holding, Impersonal
from crm.kernel.privacy.person import Person

# Whose row it is, and the tenant's own columns: every table has them.
OF_EVERY_ROW = frozenset({"organisation", "organisation_id", "mode"})
NOBODY = Person(UUID(int=0), {})


def gaps() -> list[str]:
    """What is wrong with the registry, a line each; nothing, when every column is spoken for."""
    return sorted(_gaps())


def _gaps() -> Iterator[str]:
    models = {model._meta.label: model for model in apps.get_models(include_auto_created=True)}
    known: dict[str, Holding | Impersonal] = {**HOLDINGS, **IMPERSONAL}
    yield from (f"{label}: nobody says what it holds" for label in models.keys() - known.keys())
    yield from (f"{label}: there is no such table" for label in known.keys() - models.keys())
    for label in models.keys() & known.keys():
        said = known[label]
        yield from _of_holding(models[label], said) if isinstance(said, Holding) else _of_others(models[label], said)


def _columns(model: Any) -> dict[str, Any]:
    """What can be written; a generated column follows from others."""
    return {
        field.name: field
        for field in model._meta.concrete_fields
        if field.name not in OF_EVERY_ROW and not field.generated
    }


def _of_holding(model: Any, holding: Holding) -> Iterator[str]:
    columns = _columns(model)
    yield from (f"{holding.label}.{name}: nobody says what becomes of it" for name in columns.keys() - holding.fields)
    yield from (f"{holding.label}.{name}: there is no such column" for name in holding.fields.keys() - columns.keys())
    for name in columns.keys() & holding.fields.keys():
        yield from _of_column(f"{holding.label}.{name}", columns[name], holding)


def _of_column(name: str, column: Any, holding: Holding) -> Iterator[str]:
    rule = holding.fields[column.name]
    if not holding.goes and rule.afterwards is None and not rule.why:
        yield f"{name}: it stays, and nobody says why"
    if column.primary_key and rule.afterwards is not None:
        yield f"{name}: a key cannot be written anew"
    if rule.afterwards is not None:
        yield from (f"{name}: {why}" for why in _unfit(column, rule.afterwards))


def _unfit(column: Any, afterwards: Afterwards) -> Iterator[str]:
    """Why a column cannot hold what it is to hold afterwards."""
    try:
        value = afterwards(column, NOBODY)
    except ImproperlyConfigured as problem:
        yield str(problem)
        return
    longest = getattr(column, "max_length", None)
    if isinstance(value, str) and longest is not None and len(value) > longest:
        yield "it is too short for what is to stand there"


def _of_others(model: Any, said: Impersonal) -> Iterator[str]:
    texts = {name for name, column in _columns(model).items() if holds_text(column)}
    yield from (f"{said.label}.{name}: is nothing about people written there?" for name in texts - said.texts)
    yield from (f"{said.label}.{name}: there is no such text" for name in said.texts - texts)
    if not said.why:
        yield f"{said.label}: it is nobody's, and nobody says why"
