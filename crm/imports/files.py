"""CSV files as people send them: in which encoding, with which delimiter, and their rows one by one.

A file is read as a stream, so that a large one takes no more memory than a small one. What is wrong with the file as a
whole is a BadImportFile that names the row, counted as a spreadsheet does: the header is row 1 (s4 §6, 12;
reliability X4).
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from crm.imports.cells import unguarded
from crm.imports.errors import BadImportFile

LARGEST_FILE = 20 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 200
LONGEST_CELL = 32 * 1024
LONGEST_HEADING = 200
DELIMITERS = ",;\t"
_BLOCK = 1 << 16
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip


@dataclass(frozen=True)
class CsvFile:
    """An open file: its headings, and its rows below them with their numbers, blank rows left out."""

    size: int
    encoding: str
    delimiter: str
    columns: list[str]
    rows: Iterator[tuple[int, list[str]]]


def open_csv(file: IO[bytes]) -> CsvFile:
    """Find out how `file` is written, and read its header. Raises BadImportFile, while rows are read too."""
    size = file.seek(0, io.SEEK_END)
    if size > LARGEST_FILE:
        raise BadImportFile(_("The file is larger than 20 MB."))
    encoding = _encoding_of(file)
    delimiter = _delimiter_of(file, encoding)
    rows = _rows(_text(file, encoding), delimiter)
    try:
        number, header = next(rows)
    except StopIteration:
        raise BadImportFile(_("The file is empty.")) from None
    return CsvFile(size, encoding, delimiter, _columns(header, number), rows)


def _encoding_of(file: IO[bytes]) -> str:
    """By its mark, else UTF-8 when every byte of it is, else the code page of Windows. Raises BadImportFile."""
    file.seek(0)
    start = file.read(4096)
    marked = next((name for bom, name in _BOMS if start.startswith(bom)), None) or _utf16_without_mark(start)
    for encoding in [marked] if marked else ["utf-8", "cp1252"]:
        row = _undecodable_row(file, encoding)
        if row is None:
            return encoding
    raise BadImportFile(
        _("The file is neither UTF-8 nor UTF-16 nor Windows-1252: row %(row)s, more or less, cannot be read.")
        % {"row": row},
        row=row,
    )


def _utf16_without_mark(start: bytes) -> str | None:
    """Latin text in UTF-16 has a zero in every second byte."""
    half = len(start) // 2
    if half and start[1::2].count(0) > 0.7 * half:
        return "utf-16-le"
    return "utf-16-be" if half and start[0::2].count(0) > 0.7 * half else None


def _undecodable_row(file: IO[bytes], encoding: str) -> int | None:
    """The row, counted by line ends, of the first byte that is no text in `encoding`; None when all are."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    row = 1
    while True:
        block = file.read(_BLOCK)
        try:
            row += decoder.decode(block, final=not block).count("\n")
        except UnicodeDecodeError as error:
            return row + block[: error.start].count(b"\n")
        if not block:
            return None


def _text(file: IO[bytes], encoding: str) -> Iterator[str]:
    """The lines, with their ends. The file stays open when they have been read."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        # `yield from` would close the file together with this generator.
        for line in text:  # noqa: UP028
            yield line
    finally:
        if not file.closed:
            text.detach()


def _delimiter_of(file: IO[bytes], encoding: str) -> str:
    """The one that cuts the first line that says anything into the most columns."""
    lines = _text(file, encoding)
    first = next((line for line in lines if line.strip(f'{DELIMITERS}" \r\n')), "")[:_BLOCK]
    return max(DELIMITERS, key=lambda delimiter: len(next(csv.reader([first], delimiter=delimiter), [])))


def _rows(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    number = filled = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadImportFile(_told(str(error), number), row=number) from None
        if any(cell and not cell.isspace() for cell in cells):
            filled += 1
            _ensure_within(cells, number, filled)
            yield number, [unguarded(cell.strip()) for cell in cells]


def _told(error: str, number: int) -> str:
    """What the reader of the standard library complains about, in words for people."""
    if "field larger" in error:
        return _too_long(number)
    if "unexpected end" in error:
        return _("Row %(row)s: a quotation mark is opened and never closed.") % {"row": number}
    return _("Row %(row)s is not valid CSV: a quotation mark is out of place.") % {"row": number}


def _too_long(number: int) -> str:
    return _("Row %(row)s: a cell is longer than 32 kB.") % {"row": number}


def _ensure_within(cells: list[str], number: int, filled: int) -> None:
    """Raises BadImportFile."""
    if filled > MOST_ROWS + 1:
        raise BadImportFile(_("The file has more than 200,000 rows."), row=number)
    if len(cells) > MOST_COLUMNS:
        raise BadImportFile(_("Row %(row)s has more than 200 columns.") % {"row": number}, row=number)
    for cell in cells:
        if "\0" in cell:
            raise BadImportFile(_("Row %(row)s holds a NUL character.") % {"row": number}, row=number)
        if len(cell) > LONGEST_CELL // 4 and len(cell.encode()) > LONGEST_CELL:
            raise BadImportFile(_too_long(number), row=number)


def _columns(header: list[str], number: int) -> list[str]:
    """The headings; blank ones at the end are none. Raises BadImportFile."""
    while header and not header[-1]:
        header = header[:-1]
    if any(len(heading) > LONGEST_HEADING for heading in header):
        raise BadImportFile(_("A heading is longer than 200 characters."), row=number)
    folded = [heading.casefold() for heading in header if heading]
    twice = {heading for heading in header if folded.count(heading.casefold()) > 1}
    if twice:
        raise BadImportFile(_("The column %(name)s is there twice.") % {"name": min(twice)}, row=number)
    return header
