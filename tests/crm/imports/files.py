"""CSV files to import, as bytes."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from crm.imports.models import Import, ImportRow
from crm.imports.services import import_file, map_import, upload_import
from tests.cast import World

HEADER = ("name", "email", "phone")


def csv_file(
    *rows: Sequence[str], header: Sequence[str] = HEADER, delimiter: str = ",", encoding: str = "utf-8"
) -> Any:
    """An open file with a header and these rows."""
    return in_memory(text_of([header, *rows], delimiter).encode(encoding))


def people(count: int, start: int = 1) -> list[tuple[str, str, str]]:
    return [(f"Person {n}", f"person{n}@example.com", f"+4479{n:08d}") for n in range(start, start + count)]


def text_of(rows: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def in_memory(content: bytes) -> io.BytesIO:
    return io.BytesIO(content)


def imported(world: World, file: Any) -> Import:
    """The import of a file with customers, the way machines do it."""
    with world.scope():
        return import_file(noun="customers", file=file, file_name="people.csv")


def ready(world: World, file: Any, **options: Any) -> Import:
    """The import of a file, mapped by its headings, not yet run."""
    with world.scope():
        staged = upload_import(noun="customers", file=file, file_name="people.csv")
        return map_import(import_id=staged.id, mapping=staged.mapping, **options)


def told(world: World, of: Import) -> list[tuple[int, str, str, str]]:
    """What is said about rows: number, outcome, field, message."""
    with world.scope():
        rows = ImportRow.objects.filter(of=of).exclude(message="").order_by("number")
        return list(rows.values_list("number", "outcome", "field", "message"))
