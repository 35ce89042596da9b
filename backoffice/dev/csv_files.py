"""CSV as S4 sends it: RFC 4180, UTF-8, a header of field names, and no cell that a spreadsheet would calculate."""

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import orjson
from django.db.models import F
from django.db.models.fields.tuple_lookups import Tuple, TupleLessThan

from crm.imports.cells import guarded
from crm.kernel.tenancy import ScopedQuerySet
from crm.web.presenters import Presenter

CONTENT_TYPE = "text/csv; charset=utf-8"
CHUNK = 2_000


def csv_of(presenter: Presenter, queryset: ScopedQuerySet[Any], *, key: tuple[str, str]) -> Iterator[bytes]:
    """The rows of `queryset` with the greatest `key` first, in chunks, each read when it is asked for.

    The columns are the presenter's fields. A chunk begins below the last row's key, so rows that come or go meanwhile
    shift no others, and an index of that key is walked once from end to end.
    """
    yield written([presenter.fields])
    rest = ordered = queryset.order_by(*(f"-{name}" for name in key))
    while rows := list(rest.values_list(*presenter.columns, *key)[:CHUNK]):
        yield written([_cell(value) for value in row.values()] for row in presenter.presented(rows))
        rest = ordered.filter(TupleLessThan(Tuple(*map(F, key)), rows[-1][-len(key) :]))


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return guarded(value)
    if value is None or value == {}:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return orjson.dumps(value).decode() if isinstance(value, dict) else str(value)


def written(rows: Iterable[Iterable[str]]) -> bytes:
    """Rows of cells as lines of a CSV file."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
