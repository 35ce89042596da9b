"""Answers without serializer objects: an output serializer is compiled once into a function over `.values_list()` rows.

Walking DRF's fields for every row costs more than the query that found it (spec/performance.md). A presenter walks
them once, notes which columns they need, and builds one expression that makes the JSON of a row.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from crm.kernel.errors import NotFound
from crm.kernel.tenancy import Question, answers_to
from crm.web.dialects import Dialect
from crm.web.serializers import Constant, OutputSerializer, RowsOf


class Presenter:
    """Presents rows of one serializer in one dialect, with the optional parts that were asked for."""

    def __init__(self, serializer: OutputSerializer, dialect: Dialect, include: frozenset[str] = frozenset()) -> None:
        self.columns: list[str] = []
        self._dialect = dialect
        self._names: dict[str, Any] = {}
        self._nested: list[_Nested] = []
        fields = {**serializer.fields, **{name: serializer.optional[name] for name in sorted(include)}}
        self.fields = list(fields)
        row = self._object(fields, "")
        self._present: Callable[[Iterable[Any], list[Any]], list[Any]] = eval(  # noqa: S307 - of declared fields only
            f"lambda rows, nested: [{row} for r in rows]", self._names
        )

    def rows(self, wanted: QuerySet[Any] | Question) -> list[Any]:
        """Every row of a queryset, or of a question, which is compiled once; presented. One query, and one more for
        each kind of rows that belong to them.
        """
        if isinstance(wanted, Question):
            return self.presented(answers_to(wanted, tuple(self.columns)))
        return self.presented(wanted.values_list(*self.columns))

    def presented(self, rows: Iterable[Any]) -> list[Any]:
        """The same for rows that begin with `columns` and may go on."""
        if self._nested:
            rows = list(rows)
        return self._present(rows, [nested.of_rows(rows) for nested in self._nested])

    def one(self, wanted: QuerySet[Any] | Question) -> Any:
        """The first row; raises NotFound when there is none."""
        presented = self.rows(wanted if isinstance(wanted, Question) else wanted[:1])
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
        if isinstance(field, RowsOf):
            at = self._column(path + field.by)
            self._nested.append(_Nested(field, self._dialect, at))
            return f"nested[{len(self._nested) - 1}].get(r[{at}], [])"
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


class _Nested:
    """Rows that belong to the rows of a presenter, whose key stands in column `at`."""

    def __init__(self, field: RowsOf, dialect: Dialect, at: int) -> None:
        self._field, self._at = field, at
        self._presenter = Presenter(field.child, dialect)  # type: ignore[arg-type]

    def of_rows(self, rows: Iterable[Any]) -> dict[Any, list[Any]]:
        """What belongs to these rows, presented, by key; one statement, and none where there are no rows."""
        keys = tuple(dict.fromkeys(row[self._at] for row in rows if row[self._at] is not None))
        if not keys:
            return {}
        found = list(answers_to(Question(self._field.rows, keys), (*self._presenter.columns, self._field.of)))
        grouped: dict[Any, list[Any]] = {}
        for row, presented in zip(found, self._presenter.presented(found), strict=True):
            grouped.setdefault(row[-1], []).append(presented)
        return grouped


_compiled: dict[tuple[type[OutputSerializer], str, frozenset[str]], Presenter] = {}


def presenter_for(
    serializer: type[OutputSerializer], dialect: Dialect, include: frozenset[str] = frozenset()
) -> Presenter:
    """The presenter of a serializer class, compiled at its first use."""
    key = (serializer, dialect.name, include)
    if key not in _compiled:
        _compiled[key] = Presenter(serializer(), dialect, include)
    return _compiled[key]
