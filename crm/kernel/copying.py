"""Rows into and over tables in one statement, as the models say: COPY for new rows, one UPDATE for changed ones.

Django's bulk_create and bulk_update write the same rows at a seventh of the speed (spec: performance, imports). Values
go to PostgreSQL as texts, which its columns read; what is the same in row after row is written out once.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models.base import ModelState

from crm.kernel.search import SearchWordsField
from crm.kernel.tenancy import TenantModel, current_scope

Row = TypeVar("Row", bound=models.Model)
_Automatic = (models.AutoField, models.GeneratedField)
# Lines that are sent together.
_BLOCK = 100
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_IN_ARRAY = str.maketrans({"\\": "\\\\", '"': '\\"'})
_LENGTH = re.compile(r"\([^)]*\)")


def copy_rows(model: type[models.Model], rows: Iterable[models.Model]) -> int:
    """Insert `rows` by one COPY; how many they were. Every row gets the open scope, defaults and its search words.

    Rows are not checked: raises IntegrityError like any insert, and then none is there. They are asked for while
    PostgreSQL is at work on those before.
    """
    fields = _written(model)
    columns = ", ".join(_quoted(field.column) for field in fields)
    lines = _Lines(fields)
    with connection.cursor() as cursor:
        command = f"COPY {_quoted(model._meta.db_table)} ({columns}) FROM STDIN"
        with connection.wrap_database_errors, cursor.cursor.copy(command) as target:
            written = lines.of(rows)
            while block := "".join(islice(written, _BLOCK)):
                target.write(block)
    return lines.count


def insert_rows(model: type[TenantModel], rows: Sequence[TenantModel]) -> set[Any]:
    """Insert those of `rows` that break no unique constraint, by one INSERT; the keys of those that went in."""
    if not rows:
        return set()
    fields = _written(model)
    lines, key = _Lines(fields), _quoted(model._meta.pk.column)
    columns = zip(*(lines.texts_of(row) for row in rows), strict=True)
    names = ", ".join(f"v{at}" for at in range(len(fields)))
    given = ", ".join(f"v{at}::{_type_of(field)}" for at, field in enumerate(fields))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_quoted(model._meta.db_table)} ({', '.join(_quoted(field.column) for field in fields)}) "  # noqa: S608
            f"SELECT {given} FROM unnest({', '.join(['%s::text[]'] * len(fields))}) AS given({names}) "
            f"ON CONFLICT DO NOTHING RETURNING {key}",
            [_array(column) for column in columns],
        )
        return {row[0] for row in cursor.fetchall()}


def another(row: Row) -> Row:
    """A new row with the values of `row`, in a twentieth of the time of making one. Its key is the same."""
    twin = row.__class__.__new__(row.__class__)
    twin.__dict__ = {**row.__dict__, "_state": ModelState()}
    return twin


def update_rows(model: type[TenantModel], rows: Sequence[TenantModel], names: Sequence[str]) -> int:
    """Write the fields `names` of existing `rows` by one UPDATE; how many were there. Search words follow by
    themselves where the model has them.
    """
    words = _words_of(model._meta.concrete_fields)
    for row in rows:
        row.claim()
        _index(row, words)
    fields: list[Any] = [model._meta.get_field(name) for name in names] + words
    values = {field.name: [getattr(row, field.attname) for row in rows] for field in fields}
    return update_columns(model, [row.pk for row in rows], values)


def update_columns(model: type[TenantModel], keys: Sequence[Any], values: Mapping[str, Sequence[Any]]) -> int:
    """Write `values`, a list for each field, over the rows of these keys by one UPDATE; how many were there."""
    if not keys:
        return 0
    table, key = _quoted(model._meta.db_table), model._meta.pk
    fields: list[Any] = [model._meta.get_field(name) for name in values]
    given = ", ".join(f"v{at}::{_type_of(field)} AS {_quoted(field.column)}" for at, field in enumerate([key, *fields]))
    arrays = ", ".join(["%s::text[]"] * (len(fields) + 1))
    names = ", ".join(f"v{at}" for at in range(len(fields) + 1))
    assigned = ", ".join(f"{_quoted(field.column)} = new.{_quoted(field.column)}" for field in fields)
    tenant = current_scope().tenant
    columns = zip([key, *fields], [keys, *values.values()], strict=True)
    parameters = [_array([_text(value, _is_json(field)) for value in column]) for field, column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS old SET {assigned} "  # noqa: S608 - names of our own tables
            f"FROM (SELECT {given} FROM unnest({arrays}) AS given({names})) AS new "
            f"WHERE old.{_quoted(key.column)} = new.{_quoted(key.column)} "
            "AND old.organisation_id = %s AND old.mode = %s",
            [*parameters, tenant.organisation_id, tenant.mode],
        )
        return int(cursor.rowcount)


class _Lines:
    """Rows of a model as lines of COPY's text format."""

    def __init__(self, fields: Sequence[Any]) -> None:
        self.values = attrgetter(*(field.attname for field in fields))
        self.are_json = [_is_json(field) for field in fields]
        self.are_plain = [not isinstance(field, (models.JSONField, ArrayField)) for field in fields]
        self.words = _words_of(fields)
        self.count = 0
        # Of each column the value of the row before, and how it was written.
        self.former: list[Any] = [self] * len(fields)
        self.texts = [""] * len(fields)

    def of(self, rows: Iterable[models.Model]) -> Iterator[str]:
        for row in rows:
            _prepare(row, self.words)
            self.count += 1
            yield self._line(self.values(row))

    def texts_of(self, row: models.Model) -> list[str | None]:
        """The values of a row as PostgreSQL reads them, not escaped."""
        _prepare(row, self.words)
        return [_text(value, is_json) for value, is_json in zip(self.values(row), self.are_json, strict=True)]

    def _line(self, values: Sequence[Any]) -> str:
        former, texts = self.former, self.texts
        for at, value in enumerate(values):
            if value is not former[at]:
                # A list or an object may come again with other contents.
                former[at] = value if self.are_plain[at] else self
                texts[at] = _escaped(_text(value, self.are_json[at]))
        return "\t".join(texts) + "\n"


def _text(value: Any, is_json: bool) -> str | None:
    """As PostgreSQL reads it again, numbers of any size; None for NULL."""
    if value is None:
        return None
    if is_json:
        return json.dumps(value, default=str)
    if type(value) is str:
        return value
    if isinstance(value, (list, tuple)):
        return _array([item if type(item) is str else _text(item, False) for item in value])
    return value.hex if isinstance(value, UUID) else str(value)


def _array(texts: Iterable[str | None]) -> str:
    items = ["NULL" if text is None else f'"{_in_array(text)}"' for text in texts]
    return f"{{{','.join(items)}}}"


def _in_array(text: str) -> str:
    return text.translate(_IN_ARRAY) if '"' in text or "\\" in text else text


def _escaped(text: str | None) -> str:
    if text is None:
        return "\\N"
    return text if text.isprintable() and "\\" not in text else text.translate(_ESCAPES)


def _type_of(field: Any) -> str:
    """Without its length: a text that is too long is an error, not cut off."""
    return _LENGTH.sub("", str(field.rel_db_type(connection)) if field.primary_key else str(field.db_type(connection)))


def _is_json(field: Any) -> bool:
    return isinstance(field, models.JSONField)


def _written(model: type[models.Model]) -> list[Any]:
    """The fields of new rows; what the database fills in by itself is left to it."""
    fields: Any = model._meta.concrete_fields
    return [field for field in fields if not isinstance(field, _Automatic) and not field.has_db_default()]


def _prepare(row: models.Model, words: Iterable[Any]) -> None:
    if isinstance(row, TenantModel):
        row.claim()
    _index(row, words)


def _index(row: models.Model, words: Iterable[Any]) -> None:
    for field in words:
        field.pre_save(row, False)


def _words_of(fields: Iterable[Any]) -> list[Any]:
    return [field for field in fields if isinstance(field, SearchWordsField)]


def _quoted(name: Any) -> str:
    return connection.ops.quote_name(str(name))
