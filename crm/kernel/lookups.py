"""Rows found by words or custom values, in lists that are sorted by something else.

PostgreSQL guesses that a prefix matches one row in two hundred and a custom value one in a hundred, whichever it is,
and may then walk through a whole sorted index for one row. So we look first: few are found by their own index and
sorted; of some, the keys are read into a hash, and rows that are met while walking in order are looked up there; many
are met soon enough when each row is looked at (docs/decisions/0008-lists-that-stay-fast.md).
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.db.models.lookups import In

from crm.kernel.search import PrefixQuery, prefix_query
from crm.kernel.tenancy import ScopedQuerySet
from crm.kernel.totals import number_of

_M = TypeVar("_M", bound=models.Model)

# Up to this many rows are found first and sorted then: ten milliseconds, whichever page is asked for.
FEW = 1_000
# Up to this many keys are read into a hash: thirty milliseconds.
SOME = 20_000
# What the hash never goes beyond, though rows be added while their number is remembered; it takes 4 MB.
MOST = 100_000
# Within the first hundredth of the matches, looking at each row met is quicker than reading all keys.
NEAR = 100


def found_by(queryset: ScopedQuerySet[_M], search: str, *, path: str = "") -> ScopedQuerySet[_M]:
    """`queryset` narrowed to rows that `search` finds by word prefix; `path` leads from them to the searched ones.

    An empty search is no filter; one without a letter or digit finds nothing.
    """
    return found_by_query(queryset, prefix_query(search), path=path) if search.strip() else queryset


def found_by_query(queryset: ScopedQuerySet[_M], query: PrefixQuery | None, *, path: str = "") -> ScopedQuerySet[_M]:
    """The same for a query that is made already; None finds nothing."""
    return queryset.none() if query is None else _looked_up(queryset, "search", [query], path)


def with_custom_value(
    queryset: ScopedQuerySet[_M], key: str, values: Sequence[Any], *, path: str = ""
) -> ScopedQuerySet[_M]:
    """`queryset` narrowed to rows whose custom field `key` is any of `values`: texts letter by letter, numbers by what
    they amount to. Without values it is no filter.
    """
    wanted = [{key: value} for value in values]
    return _looked_up(queryset, "custom_fields__contains", wanted, path) if wanted else queryset


def _looked_up(queryset: ScopedQuerySet[_M], lookup: str, wanted: Sequence[Any], path: str) -> ScopedQuerySet[_M]:
    """Rows of which `lookup` is true for any of `wanted`."""
    return _met(queryset, lookup, wanted, path, _number(_at(queryset.model, path), lookup, wanted))


def number_found_by(model: type[models.Model], query: PrefixQuery) -> int:
    """Which number of rows `found_among` is told; rounded down to a power of two, so that statements are few."""
    number = _number(model, "search", [query])
    if number > SOME:
        return SOME + 1
    return max(1 << number.bit_length() - 1, FEW + 1) if number > FEW else 0


def found_among(queryset: ScopedQuerySet[_M], text: str, number: int, *, path: str = "") -> ScopedQuerySet[_M]:
    """`found_by_query` for a question that is compiled once: for any query's text of which so many rows are found."""
    return _met(queryset, "search", [PrefixQuery(text)], path, number)


def _number(model: Any, lookup: str, wanted: Sequence[Any]) -> int:
    question = f"{model._meta.label}.{lookup}:{wanted}"
    return number_of(
        lambda: model._default_manager.filter(_any_of(lookup, wanted)), question, at_most=SOME + 1, exact_up_to=FEW
    )


def _met(
    queryset: ScopedQuerySet[_M], lookup: str, wanted: Sequence[Any], path: str, number: int
) -> ScopedQuerySet[_M]:
    """The LIMIT keeps the planner from merging the two again, and from taking some for too many to hash."""
    if number > SOME:
        return queryset.filter(_any_of(f"{path}{lookup}", wanted))
    matching = _at(queryset.model, path)._default_manager.filter(_any_of(lookup, wanted)).values("pk")
    if number > FEW:
        return queryset.filter(_Met(f"{path}pk", matching, number))
    return queryset.filter(**{f"{path}pk__in": matching[: FEW + 1]})


class _Met(models.Func):
    """Whether the row that `key` leads to is among those that match."""

    output_field = models.BooleanField()

    def __init__(self, key: str, matching: ScopedQuerySet[Any], number: int) -> None:
        each = models.Exists(matching.filter(pk=models.OuterRef(key)))
        super().__init__(each, In(models.F(key), matching[:MOST]))
        self.number = number

    def as_sql(self, compiler: Any, connection: Any, *_rest: Any, **_context: Any) -> Any:
        """Walked through in order, rows are looked up in the hash: `IS TRUE` keeps the planner from beginning with the
        subquery. Rows in no order, which are counted, it finds as it thinks best.
        """
        each, among = self.get_source_expressions()
        query = compiler.query
        if not query.order_by:
            return compiler.compile(among)
        if query.high_mark is not None and query.high_mark * NEAR <= self.number:
            return compiler.compile(each)
        sql, params = compiler.compile(among)
        return f"({sql}) IS TRUE", params


def _at(model: Any, path: str) -> Any:
    """The model that `path` leads to."""
    for relation in filter(None, path.split(LOOKUP_SEP)):
        model = model._meta.get_field(relation).related_model
    return model


def _any_of(lookup: str, wanted: Sequence[Any]) -> models.Q:
    return models.Q(*[models.Q(**{lookup: value}) for value in wanted], _connector=models.Q.OR)
