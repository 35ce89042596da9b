"""MomentField: what `date_from` and `date_to` understand (s0 §5)."""

from datetime import UTC, datetime, timedelta

import pytest
from django import forms

from crm.web.filters import MomentField

MIDNIGHT = datetime(2024, 1, 31, tzinfo=UTC)
LAST = MIDNIGHT + timedelta(days=1) - timedelta(microseconds=1)


def _read(text: object, *, to_end: bool = False) -> datetime | None:
    return MomentField(to_end=to_end, required=False).clean(text)


@pytest.mark.parametrize("text", ["2024-01-31", " 2024-01-31 ", "2024-W05-3"])
def test_a_bare_date_is_its_first_moment_or_its_last(text: str) -> None:
    assert _read(text) == MIDNIGHT
    assert _read(text, to_end=True) == LAST


@pytest.mark.parametrize("text", ["20240131", "2024W053"])
def test_a_date_in_the_basic_format_is_a_bare_date_too(text: str) -> None:
    assert _read(text) == MIDNIGHT
    assert _read(text, to_end=True) == LAST


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2024-01-31T10:30", datetime(2024, 1, 31, 10, 30, tzinfo=UTC)),
     ("2024-01-31T10:30:15", datetime(2024, 1, 31, 10, 30, 15, tzinfo=UTC)),
     ("2024-01-31T10:30:15Z", datetime(2024, 1, 31, 10, 30, 15, tzinfo=UTC)),
     ("2024-01-31T10:30:15.123Z", datetime(2024, 1, 31, 10, 30, 15, 123000, tzinfo=UTC)),
     ("2024-01-31T10:30:15+02:00", datetime(2024, 1, 31, 8, 30, 15, tzinfo=UTC)),
     ("2024-01-31T10:30:15-0530", datetime(2024, 1, 31, 16, 0, 15, tzinfo=UTC)),
     ("20240131T103015Z", datetime(2024, 1, 31, 10, 30, 15, tzinfo=UTC)),
     ("2024-01-31 10:30", datetime(2024, 1, 31, 10, 30, tzinfo=UTC)),
     ("2024-01-31 10:30:15", datetime(2024, 1, 31, 10, 30, 15, tzinfo=UTC)),
     ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC))],
)  # fmt: skip
@pytest.mark.parametrize("to_end", [False, True])
def test_a_date_time_is_that_moment_in_utc_unless_it_says_otherwise(
    text: str, expected: datetime, to_end: bool
) -> None:
    moment = _read(text, to_end=to_end)
    assert moment == expected
    assert moment is not None
    assert moment.utcoffset() == timedelta(0)


def test_a_plus_that_a_query_string_made_a_blank_is_a_plus() -> None:
    assert _read("2024-01-31T10:30:15 02:00") == datetime(2024, 1, 31, 8, 30, 15, tzinfo=UTC)
    assert _read("2024-01-31T10:30:15 0200") == datetime(2024, 1, 31, 8, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", None])
def test_nothing_is_no_moment(text: str | None) -> None:
    assert _read(text) is None


@pytest.mark.parametrize(
    "text",
    ["yesterday", "2024", "2024-13-01", "2024-02-30", "2023-02-29", "31.01.2024", "01/31/2024", "2024-1-31",
     "2024-01-31T25:00", "2024-01-31T10:30:61", "2024-01-31T10:30+25:00", "1706745599", "10:30", "0000-01-01",
     "2024-01-31x", "٢٠٢٤-٠١-٣١", "2024-01-31\x00", "0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-14:00",
     "x" * 100_000],
)  # fmt: skip
@pytest.mark.parametrize("to_end", [False, True])
def test_what_is_no_moment_is_refused(text: str, to_end: bool) -> None:
    with pytest.raises(forms.ValidationError):
        _read(text, to_end=to_end)


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_of_the_calendar_can_be_named(text: str) -> None:
    start = datetime.fromisoformat(text).replace(tzinfo=UTC)
    assert _read(text) == start
    assert _read(text, to_end=True) == start.replace(hour=23, minute=59, second=59, microsecond=999999)
