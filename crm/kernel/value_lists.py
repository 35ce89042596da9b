"""`…__in` with many values as one array: `= ANY(…)`.

Django makes a placeholder of each value, and so another statement of each number of them: for a thousand ids writing it
out takes longer than PostgreSQL takes to answer, and none of them is ever asked twice as it stands.
"""

from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models.fields import related_lookups
from django.db.models.lookups import In

_TYPES: dict[type, str] = {UUID: "uuid[]", str: "text[]"}


class _AsArray:
    """For ids and texts; whatever else stands in the list, such as an expression, is left to Django."""

    rhs: Any

    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        values = self._plain_values()
        if values is None:
            return super().process_rhs(compiler, connection)  # type: ignore[misc]
        if not values:
            raise EmptyResultSet
        return f"ANY(%s::{_TYPES[type(values[0])]})", [values]

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"= {rhs}" if rhs.startswith("ANY(") else f"IN {rhs}"

    def _plain_values(self) -> list[Any] | None:
        if not self.rhs_is_direct_value():  # type: ignore[attr-defined]
            return None
        values = list(dict.fromkeys(value for value in self.rhs if value is not None))
        kinds = {type(value) for value in values}
        return values if len(kinds) <= 1 and kinds <= _TYPES.keys() and len(values) != 1 else None


class InArray(_AsArray, In):
    pass


class RelatedInArray(_AsArray, related_lookups.RelatedIn):
    pass


def register() -> None:
    for field in (models.UUIDField, models.CharField, models.TextField):
        field.register_lookup(InArray)
    models.ForeignObject.register_lookup(RelatedInArray)
