"""Files as people send them, and as nobody should: what is read, and what is refused with nothing half done."""

import pytest

from crm.imports.cells import guarded, unguarded
from crm.imports.errors import BadImportFile
from crm.imports.files import MOST_ROWS, open_csv
from crm.imports.models import Import, ImportRow
from crm.imports.services import import_file
from tests.cast import World
from tests.crm.imports.files import csv_file, in_memory, people, text_of

HEADER = "name,email\n"


def read(content: bytes | str) -> list[tuple[int, list[str]]]:
    opened = open_csv(in_memory(content.encode() if isinstance(content, str) else content))
    return [(1, opened.columns), *opened.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_usual_encoding_is_read(encoding: str) -> None:
    rows = read("name,email\nZoë €,zoe@example.com\n".encode(encoding))
    assert rows == [(1, ["name", "email"]), (2, ["Zoë €", "zoe@example.com"])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_out(delimiter: str) -> None:
    file = csv_file(("Lee, Ann; x", "a@example.com", ""), delimiter=delimiter)
    assert list(open_csv(file).rows) == [(2, ["Lee, Ann; x", "a@example.com", ""])]


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    rows = read('name,email\n"two\nlines",a@x.y\n\n , \nlast,b@x.y\n')
    assert [number for number, _cells in rows] == [1, 2, 5]


def test_a_delimiter_inside_quotes_and_spaces_around_cells_do_no_harm() -> None:
    assert read('name, email\n "Lee, Ann", a@x.y \n')[1] == (2, ["Lee, Ann", "a@x.y"])


@pytest.mark.parametrize("text", ["=1+1", "'=1+1", "+44", "-1", "@x", "''=1", "'plain", "plain", "＝1"])
def test_guarding_a_cell_can_be_taken_back(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "＝"))


def test_the_quote_of_a_guarded_cell_is_taken_off() -> None:
    assert read(HEADER + "'=cmd,a@x.y\n")[1] == (2, ["=cmd", "a@x.y"])


HOSTILE = {
    "nothing": (b"", "empty"),
    "blank lines": (b"\n\n , \n", "empty"),
    "no encoding": (b"name,email\nA,a@x.y\nB\x81,b@x.y\n", "row 3"),
    "broken UTF-16": (b"\xff\xfe" + "name".encode("utf-16-le") + b"\x00", "cannot be read"),
    "NUL": (HEADER.encode() + b"A,a@x.y\nB\x00,b@x.y\n", "Row 3 holds a NUL"),
    "unclosed quote": (HEADER + 'A,"a@x.y\nB,b@x.y\n', "Row 2: a quotation mark is opened"),
    "quote out of place": (HEADER + '"A"x,a@x.y\n', "Row 2 is not valid CSV"),
    "10 MB cell": (HEADER + "A," + "x" * 10_000_000, "Row 2: a cell is longer"),
    "33 kB cell": (HEADER + "A," + "x" * 33_000, "Row 2: a cell is longer"),
    "33 kB of two-byte letters": (HEADER + "A," + "é" * 17_000, "Row 2: a cell is longer"),
    "201 columns": (",".join(f"c{n}" for n in range(201)), "Row 1 has more than 200 columns"),
    "201 cells": (HEADER + "," * 200 + "x", "Row 2 has more than 200 columns"),
    "heading twice": ("name,email,Name\n", "is there twice"),
    "too large": (b"x" * (20 * 1024 * 1024 + 1), "20 MB"),
}


@pytest.mark.parametrize(("content", "told"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_and_nothing_of_it_kept(acme: World, content: bytes | str, told: str) -> None:
    file = in_memory(content.encode() if isinstance(content, str) else content)
    with acme.scope():
        with pytest.raises(BadImportFile, match=told):
            import_file(noun="customers", file=file, file_name="bad.csv")
        assert not Import.objects.exists()
        assert not ImportRow.objects.exists()


def test_a_cell_of_32_kb_is_taken() -> None:
    assert len(read(HEADER + "A," + "x" * 32_768)[1][1][1]) == 32_768


def test_two_hundred_thousand_rows_are_read_and_one_more_refused() -> None:
    line = "A,a@x.y\n"
    assert sum(1 for _row in open_csv(in_memory((HEADER + line * MOST_ROWS).encode())).rows) == MOST_ROWS
    with pytest.raises(BadImportFile, match="more than 200,000 rows") as refused:
        read(HEADER + line * (MOST_ROWS + 1))
    assert refused.value.data["row"] == MOST_ROWS + 2


def test_what_went_before_a_bad_row_is_not_kept_either(acme: World) -> None:
    rows = text_of([("name", "email", "phone"), *people(6_000)])
    with acme.scope():
        with pytest.raises(BadImportFile, match="Row 6002"):
            import_file(noun="customers", file=in_memory((rows + "B\0,b@x.y,\n").encode()), file_name="bad.csv")
        assert not ImportRow.objects.exists()
