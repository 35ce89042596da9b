"""Rows into tables by COPY, column by column as the models say."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from django.db import connection, models
from psycopg.types.json import Jsonb

from crm.kernel.search import SearchWordsField
from crm.kernel.tenancy import TenantModel

# Foreign keys are checked at the end of a transaction and remembered until then.
ROWS_AT_ONCE = 50_000


class Template:
    """One instance of a model, filled anew for each row: the model's defaults and its own search words apply."""

    def __init__(self, model: type[TenantModel], **same_for_all: Any) -> None:
        self.row: Any = model(**same_for_all)
        self.row.claim()
        fields = [field for field in model._meta.concrete_fields if not self._is_left_to_database(field)]
        self.table = connection.ops.quote_name(model._meta.db_table)
        self.columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
        self._words = [field for field in fields if isinstance(field, SearchWordsField)]
        self._json = [at for at, field in enumerate(fields) if isinstance(field, models.JSONField)]
        self._values = attrgetter(*(field.attname for field in fields))

    def _is_left_to_database(self, field: Any) -> bool:
        return bool(field.generated or isinstance(field, models.AutoField))

    def filled(self, values: dict[str, Any]) -> list[Any]:
        """The row's columns once `values` are set."""
        for name, value in values.items():
            setattr(self.row, name, value)
        for field in self._words:
            field.pre_save(self.row, add=True)
        cells = list(self._values(self.row))
        for at in self._json:
            cells[at] = Jsonb(cells[at])
        return cells


def copy(template: Template, rows: Iterable[dict[str, Any]]) -> None:
    """One COPY with the rows, each given as what differs from row to row."""
    command = f"COPY {template.table} ({template.columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.cursor.copy(command) as target:
        for row in rows:
            target.write_row(template.filled(row))
