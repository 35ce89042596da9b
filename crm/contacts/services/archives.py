"""Everything that is exported of a person, as one archive: `data.json`, and beside it their files."""

import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Any

from crm.files.errors import FileNotFound
from crm.files.selectors import opened
from crm.kernel.clock import now
from crm.kernel.privacy.holdings import HOLDINGS
from crm.kernel.privacy.person import Person
from crm.kernel.privacy.steps import rows_of
from crm.organisations.selectors import organisation_of_scope

DATA = "data.json"


@contextmanager
def archive_with(person: Person) -> Iterator[IO[bytes]]:
    """The archive, on disk for as long as the block runs. Rows are written as they are read, so that there may be any
    number of them.
    """
    with TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            with archive.open(DATA, "w", force_zip64=True) as data:
                for piece in _pieces(person):
                    data.write(piece.encode())
            _add_files(archive, person)
        yield file


def _pieces(person: Person) -> Iterator[str]:
    """One JSON object: `records` holds a list of rows for each table, by the table's name."""
    about = {"person": str(person.id), "made_at": now().isoformat(), "organisation": organisation_of_scope().name}
    yield f'{json.dumps(about, ensure_ascii=False)[:-1]}, "records": {{'
    first = True
    for label, rows in rows_of(person):
        listed = _listed(rows)
        opening = next(listed, None)
        if opening is None:
            continue
        yield f"{'' if first else ','}\n{json.dumps(label)}: [{opening}"
        yield from listed
        yield "]"
        first = False
    yield "\n}}\n"


def _listed(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    comma = ""
    for row in rows:
        yield f"{comma}\n {json.dumps(row, ensure_ascii=False, default=str)}"
        comma = ","


def _add_files(archive: zipfile.ZipFile, person: Person) -> None:
    """Each under its id, for two may have one name. Pictures are packed already, so nothing is packed anew."""
    for file in HOLDINGS["files.StoredFile"].rows(person).order_by("pk").iterator():
        entry = zipfile.ZipInfo(f"files/{file.pk}/{file.name}", date_time=file.created_at.timetuple()[:6])
        try:
            with opened(file) as data, archive.open(entry, "w") as copy:
                shutil.copyfileobj(data, copy)
        except FileNotFound:
            # Its bytes were lost, as by a disk: the row in data.json says what it was.
            continue
