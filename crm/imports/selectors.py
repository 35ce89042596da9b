"""Questions about imports of the open scope."""

from collections.abc import Iterator
from uuid import UUID

from crm.imports.cells import guarded
from crm.imports.errors import ImportNotFound
from crm.imports.models import Import, ImportRow
from crm.kernel.tenancy import ScopedQuerySet

# A file may bring these columns, and they are not read: they are what an error file adds.
ERROR_COLUMN = "_error"
TOLD_AT_ONCE = 1_000


def imports() -> ScopedQuerySet[Import]:
    return Import.objects.get_queryset()


def import_by_id(import_id: UUID) -> Import:
    """Raises ImportNotFound, for foreign and unknown ids alike."""
    found = imports().filter(pk=import_id).first()
    if found is None:
        raise ImportNotFound
    return found


def import_called(import_id: UUID) -> ScopedQuerySet[Import]:
    """The one import of that id, as a queryset to present."""
    return imports().filter(pk=import_id)


def told_rows(of: Import) -> ScopedQuerySet[ImportRow]:
    """The rows that something is said about: errors, duplicates in the file, rows that undoing left alone."""
    dealt_with = ImportRow.objects.filter(of=of, number__lte=of.cursor)
    return dealt_with.exclude(message="").order_by("number")


def error_pages(of: Import) -> Iterator[list[list[str]]]:
    """The error file in pages of rows: the file's own columns and what is wrong, to be corrected and sent again."""
    yield [[*map(guarded, of.columns), ERROR_COLUMN]]
    columns, last = len(of.columns), 0
    while rows := list(told_rows(of).filter(number__gt=last)[:TOLD_AT_ONCE]):
        yield [[*_cells(row, columns), guarded(row.told)] for row in rows]
        last = rows[-1].number


def _cells(row: ImportRow, columns: int) -> list[str]:
    return [guarded(cell) for cell in (row.cells + [""] * columns)[:columns]]
