"""Answers without serializer objects: an output serializer is compiled once into a function over `.values_list()` rows.

Walking DRF's fields for every row costs more than the query that found it (spec/performance.md). A presenter walks
them once, notes which columns they need, and builds one expression that makes the JSON of a row.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from crm.kernel.errors import NotFound
from crm.web.dialects import Dialect
from crm.web.serializers import Constant, OutputSerializer


class Presenter:
    """Presents rows of one serializer in one dialect, with the optional parts that were asked for."""

    def __init__(self, serializer: OutputSerializer, dialect: Dialect, include: frozenset[str] = frozenset()) -> None:
        self.columns: list[str] = []
        self._dialect = dialect
        self._names: dict[str, Any] = {}
        fields = {**serializer.fields, **{name: serializer.optional[name] for name in sorted(include)}}
        self.fields = list(fields)
        row = self._object(fields, "")
        self._present: Callable[[Iterable[Any]], list[Any]] = eval(  # noqa: S307 - built from declared fields only
            f"lambda rows: [{row} for r in rows]", self._names
        )

    def rows(self, queryset: QuerySet[Any]) -> list[Any]:
        """Every row of the queryset, presented; one query."""
        return self.presented(queryset.values_list(*self.columns))

    def presented(self, rows: Iterable[Any]) -> list[Any]:
        """The same for rows that begin with `columns` and may go on."""
        return self._present(rows)

    def one(self, queryset: QuerySet[Any]) -> Any:
        """The first row of the queryset; raises NotFound when there is none."""
        presented = self.rows(queryset[:1])
        if not presented:
            raise NotFound
        return presented[0]

    def _object(self, fields: dict[str, Any], path: str) -> str:
        items = [f"{name!r}: {self._value(name, field, path)}" for name, field in fields.items()]
        return "{" + ", ".join(items) + "}"

    def _value(self, name: str, field: Any, path: str) -> str:
        source = (field.source or name).replace(".", "__")
        if isinstance(field, Constant):
            return self._named(field.value)
        if isinstance(field, serializers.BaseSerializer):
            inner = path if source == "*" else f"{path}{source}__"
            return self._object(dict(field.fields), inner)  # type: ignore[attr-defined]
        cell = f"r[{self._column(path + source)}]"
        convert = self._converter(field)
        if convert is None:
            return cell
        beside = "".join(f", r[{self._column(path + name)}]" for name in getattr(field, "beside", ()))
        return f"(None if {cell} is None else {self._named(convert)}({cell}{beside}))"

    def _converter(self, field: Any) -> Callable[[Any], Any] | None:
        if hasattr(field, "present"):
            present: Callable[[Any], Any] = field.present
            return present
        return self._dialect.moment if isinstance(field, serializers.DateTimeField) else None

    def _column(self, name: str) -> int:
        if name not in self.columns:
            self.columns.append(name)
        return self.columns.index(name)

    def _named(self, value: Any) -> str:
        name = f"v{len(self._names)}"
        self._names[name] = value
        return name


_compiled: dict[tuple[type[OutputSerializer], str, frozenset[str]], Presenter] = {}


def presenter_for(
    serializer: type[OutputSerializer], dialect: Dialect, include: frozenset[str] = frozenset()
) -> Presenter:
    """The presenter of a serializer class, compiled at its first use."""
    key = (serializer, dialect.name, include)
    if key not in _compiled:
        _compiled[key] = Presenter(serializer(), dialect, include)
    return _compiled[key]
