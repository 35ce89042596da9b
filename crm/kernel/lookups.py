"""Rows found by words or custom values, in lists that are sorted by something else.

PostgreSQL guesses that a prefix matches one row in two hundred and a custom value one in a hundred, whichever it is,
and may then walk through a whole sorted index for one row. So we look first: few are found by their own index and
sorted, many are met soon enough while walking (docs/decisions/0008-lists-that-stay-fast.md).
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import models
from django.db.models.constants import LOOKUP_SEP

from crm.kernel.search import PrefixQuery, prefix_query
from crm.kernel.tenancy import ScopedQuerySet

_M = TypeVar("_M", bound=models.Model)

# Up to this many rows are found first and sorted then.
FEW = 2_000


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
    """Rows of which `lookup` is true for any of `wanted`. The LIMIT keeps the planner from merging the two again."""
    matching = _at(queryset.model, path)._default_manager.filter(_any_of(lookup, wanted)).values("pk")
    if matching[FEW : FEW + 1].exists():
        return queryset.filter(_any_of(f"{path}{lookup}", wanted))
    return queryset.filter(**{f"{path}pk__in": matching[: FEW + 1]})


def _at(model: Any, path: str) -> Any:
    """The model that `path` leads to."""
    for relation in filter(None, path.split(LOOKUP_SEP)):
        model = model._meta.get_field(relation).related_model
    return model


def _any_of(lookup: str, wanted: Sequence[Any]) -> models.Q:
    return models.Q(*[models.Q(**{lookup: value}) for value in wanted], _connector=models.Q.OR)
