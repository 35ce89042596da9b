"""CSV as S4 sends it: RFC 4180, UTF-8, a header of field names, and no cell that a spreadsheet would calculate."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import orjson
from django.db.models import F
from django.db.models.fields.tuple_lookups import Tuple, TupleLessThan

from crm.kernel.tenancy import ScopedQuerySet
from crm.web.presenters import Presenter

CONTENT_TYPE = "text/csv; charset=utf-8"
CHUNK = 2_000

# Spreadsheets calculate a cell that begins so, or in full-width forms of it. One that is quoted already is quoted once
# more, so that taking one quote away gives back every text (reliability X5).
_SIGNS = "=+-@\t\r\n＝＋－＠"
_FORMULA = re.compile(f"'*[{re.escape(_SIGNS)}]")
_SUSPECT = {*_SIGNS, "'"}


def csv_of(presenter: Presenter, queryset: ScopedQuerySet[Any], *, key: tuple[str, str]) -> Iterator[bytes]:
    """The rows of `queryset` with the greatest `key` first, in chunks, each read when it is asked for.

    The columns are the presenter's fields. A chunk begins below the last row's key, so rows that come or go meanwhile
    shift no others, and an index of that key is walked once from end to end.
    """
    yield _written([presenter.fields])
    rest = ordered = queryset.order_by(*(f"-{name}" for name in key))
    while rows := list(rest.values_list(*presenter.columns, *key)[:CHUNK]):
        yield _written([_cell(value) for value in row.values()] for row in presenter.presented(rows))
        rest = ordered.filter(TupleLessThan(Tuple(*map(F, key)), rows[-1][-len(key) :]))


def guarded(text: str) -> str:
    """`text` as a cell that is read as text."""
    return f"'{text}" if text[:1] in _SUSPECT and _FORMULA.match(text) else text


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return guarded(value)
    if value is None or value == {}:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return orjson.dumps(value).decode() if isinstance(value, dict) else str(value)


def _written(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
