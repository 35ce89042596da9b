"""A file is read once, row by row, into the staging table."""

from collections.abc import Iterator
from itertools import islice
from typing import IO

from crm.imports.events import ImportUploaded
from crm.imports.files import CsvFile, open_csv
from crm.imports.mapping import guessed_mapping, signature_of
from crm.imports.models import Import, ImportRow, SavedMapping
from crm.imports.nouns import noun_called
from crm.imports.services.mapping import map_import
from crm.imports.services.running import run_import
from crm.kernel.bulk import analyse
from crm.kernel.clock import now
from crm.kernel.copying import copy_rows
from crm.kernel.events import record
from crm.kernel.tenancy import current_scope
from crm.kernel.transactions import atomic

# Rows of one COPY: each is a statement of its own, and a request's statements have ten seconds.
STAGED_AT_ONCE = 5_000
# An autovacuum may be a minute away; until then PostgreSQL would plan as if a new file had no rows.
WORTH_ANALYSING = 1_000


@atomic
def upload_import(*, noun: str, file: IO[bytes], file_name: str) -> Import:
    """Read a file into the staging table and guess what its columns mean; nothing else is written.

    Raises UnknownNoun; BadImportFile, and then nothing of the file is kept.
    """
    known = noun_called(noun)
    opened = open_csv(file)
    staged = _new_import(noun, file_name, opened)
    saved = SavedMapping.objects.filter(noun=noun, signature=signature_of(staged.columns)).first()
    staged.mapping = saved.mapping if saved else guessed_mapping(known, staged.columns)
    staged.match_key = known.match_keys[0]
    staged.save(force_insert=True)
    staged.total = _stage(staged, opened)
    staged.save(update_fields=["total"])
    record(ImportUploaded(import_id=staged.id, noun=noun, rows=staged.total))
    return staged


@atomic
def import_file(*, noun: str, file: IO[bytes], file_name: str) -> Import:
    """The whole way for machines: what the columns are called says what they are, and records that are recognised
    take what the file gives (s4 §6, 12). Up to 1,000 rows it is done on return, else a worker goes on.

    Raises what upload_import does, and BadMapping for a column that is missing.
    """
    staged = upload_import(noun=noun, file=file, file_name=file_name)
    mapping = guessed_mapping(noun_called(noun), staged.columns)
    map_import(import_id=staged.id, mapping=mapping, remember=False)
    return run_import(import_id=staged.id)


def _new_import(noun: str, file_name: str, opened: CsvFile) -> Import:
    actor = current_scope().actor
    return Import(
        noun=noun,
        file_name=file_name[-200:],
        size=opened.size,
        encoding=opened.encoding,
        delimiter=opened.delimiter,
        columns=opened.columns,
        actor_kind=actor.kind,
        actor_id=actor.id,
        created_at=now(),
    )


def _stage(staged: Import, opened: CsvFile) -> int:
    """Copy the rows, so many at once; how many they are."""
    rows = _as_rows(staged, opened)
    total = copied = copy_rows(ImportRow, islice(rows, STAGED_AT_ONCE))
    while copied == STAGED_AT_ONCE:
        copied = copy_rows(ImportRow, islice(rows, STAGED_AT_ONCE))
        total += copied
    if total > WORTH_ANALYSING:
        analyse(ImportRow)
    return total


def _as_rows(staged: Import, opened: CsvFile) -> Iterator[ImportRow]:
    """One row of the table, filled anew for each of the file: it is copied before the next one is read."""
    row = ImportRow(of=staged)
    for number, cells in opened.rows:
        row.number, row.cells = number, cells
        yield row
