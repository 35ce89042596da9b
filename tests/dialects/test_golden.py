"""Every envelope of every dialect against `golden/<dialect>.json`, byte for byte.

A wanted change is made with `REWRITE_GOLDEN=1 .venv/bin/python -m pytest tests/dialects/test_golden.py -n0` and shows
as a diff of those files for review. A file that is missing fails like one that differs. In the files the bodies are
indented for the reader; they are compared as the compact bytes that the product sends.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from crm.kernel.errors import Complaint
from crm.web.dialects import DIALECTS, Dialect, Page
from crm.web.problems import Kind, Problem
from crm.web.renderers import envelope, to_bytes

FOLDER = Path(__file__).parent / "golden"
REWRITE = os.environ.get("REWRITE_GOLDEN") == "1"
RECORD = {
    "id": "0192f0c5-7a3b-7c1e-9b1a-2f4e5d6c7b8a", "name": 'Zoë "Q" <李> & Søn', "total": Decimal("10.50"),
    "count": 3, "is_open": True, "note": None, "day": date(2024, 1, 31), "tags": ["a", "b"], "nested": {"level": 2},
}  # fmt: skip
ROW = {"id": "1", "name": "Ann"}
PAGES = {
    "several items": Page([ROW, ROW], 1, 2, 5),
    "in the middle": Page([ROW, ROW], 2, 2, 5),
    "the last": Page([ROW], 3, 2, 5),
    "the only, full": Page([ROW, ROW], 1, 2, 2),
    "empty": Page([], 1, 20, 0),
    "beyond the last": Page([], 9, 2, 5),
}
DETAILS = (Complaint("email", "Email is required."), Complaint("address.city", 'Not "here".'))


def _cases(dialect: Dialect) -> Iterator[tuple[str, Any]]:
    """What a dialect can say, by name."""
    for status in (200, 201, 202):
        yield f"success {status}", (RECORD, status)
    for name, page in PAGES.items():
        yield f"page: {name}", (page, 200)
    for kind in Kind:
        for name, details in (("", ()), (" with details", DETAILS)):
            problem = Problem(kind, f"It is {kind.name.lower().replace('_', ' ')}.", details)
            yield f"failure {kind.name}{name}: {dialect.status_of(problem)}", (problem, dialect.status_of(problem))


def _bodies(dialect: Dialect) -> dict[str, bytes]:
    bodies = {name: to_bytes(envelope(dialect, said, status)) for name, (said, status) in _cases(dialect)}
    moment = datetime(2024, 1, 31, 23, 59, 59, 123456, tzinfo=UTC)
    return {**bodies, "moment": to_bytes(dialect.moment(moment))}


def _file(dialect: Dialect) -> Path:
    return FOLDER / f"{dialect.name}.json"


def _write(dialect: Dialect, bodies: dict[str, bytes]) -> None:
    def exact(number: Any) -> orjson.Fragment:
        return orjson.Fragment(str(number))

    readable = {name: json.loads(body, parse_float=Decimal) for name, body in bodies.items()}
    text = orjson.dumps(readable, default=exact, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    FOLDER.mkdir(exist_ok=True)
    _file(dialect).write_bytes(text)


def _read(dialect: Dialect) -> dict[str, bytes]:
    assert _file(dialect).exists(), f"{_file(dialect).name} is missing; see the head of this file for how to write it."
    golden = json.loads(_file(dialect).read_bytes(), parse_float=Decimal)
    return {name: to_bytes(body) for name, body in golden.items()}


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_envelopes_are_what_was_agreed(dialect: Dialect) -> None:
    said = _bodies(dialect)
    if REWRITE:
        _write(dialect, said)
    agreed = _read(dialect)
    assert list(said) == list(agreed)
    assert {name: said[name] for name in said if said[name] != agreed[name]} == {}


def test_no_golden_file_is_left_of_a_dialect_that_is_gone() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {_file(dialect).name for dialect in DIALECTS}


def test_bytes_are_compact_utf_8_with_exact_decimals_in_the_order_of_the_declaration() -> None:
    assert to_bytes(RECORD) == (
        b'{"id":"0192f0c5-7a3b-7c1e-9b1a-2f4e5d6c7b8a",'
        b'"name":"Zo\xc3\xab \\"Q\\" <\xe6\x9d\x8e> & S\xc3\xb8n","total":10.50,'
        b'"count":3,"is_open":true,"note":null,"day":"2024-01-31","tags":["a","b"],"nested":{"level":2}}'
    )


@pytest.mark.parametrize(
    ("number", "written"),
    [("0.10", b"0.10"), ("1E+3", b"1000"), ("-0.00", b"-0.00"), ("1E-7", b"0.0000001"),
     ("12345678901234567890.123", b"12345678901234567890.123")],
)  # fmt: skip
def test_a_decimal_is_written_digit_by_digit(number: str, written: bytes) -> None:
    assert to_bytes([Decimal(number)]) == b"[" + written + b"]"
