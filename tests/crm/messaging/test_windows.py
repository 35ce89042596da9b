"""Quiet hours and caps on the clock, daylight saving time included (semantics §3.8)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.messaging.windows import Cap, first_free, instant_of, next_open

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
LORD_HOWE, APIA, UTC_ZONE = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia"), ZoneInfo("UTC")
TEN, EIGHT = time(22), time(8)
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "moment"),
    [
        (BERLIN, date(2026, 6, 10), time(8), "2026-06-10T06:00"),
        (BERLIN, date(2026, 1, 10), time(8), "2026-01-10T07:00"),
        # The gap of 29 March 2026, 02:00 to 03:00: its first valid minute is 03:00.
        (BERLIN, date(2026, 3, 29), time(1, 59), "2026-03-29T00:59"),
        (BERLIN, date(2026, 3, 29), time(2, 0), "2026-03-29T01:00"),
        (BERLIN, date(2026, 3, 29), time(2, 30), "2026-03-29T01:00"),
        (BERLIN, date(2026, 3, 29), time(2, 59, 30), "2026-03-29T01:00"),
        (BERLIN, date(2026, 3, 29), time(3, 0), "2026-03-29T01:00"),
        # The fold of 25 October 2026, 02:00 to 03:00 twice: the first occurrence is the one of summer time.
        (BERLIN, date(2026, 10, 25), time(2, 30), "2026-10-25T00:30"),
        (BERLIN, date(2026, 10, 25), time(3, 0), "2026-10-25T02:00"),
        (NEW_YORK, date(2026, 3, 8), time(2, 30), "2026-03-08T07:00"),
        (NEW_YORK, date(2026, 3, 8), time(3, 0), "2026-03-08T07:00"),
        (NEW_YORK, date(2026, 11, 1), time(1, 30), "2026-11-01T05:30"),
        (NEW_YORK, date(2026, 11, 1), time(2, 0), "2026-11-01T07:00"),
        # Half an hour of change, and a whole day left out.
        (LORD_HOWE, date(2026, 10, 4), time(2, 15), "2026-10-03T15:30"),
        (APIA, date(2011, 12, 30), time(12), "2011-12-30T10:00"),
    ],
)
def test_a_clock_time_is_one_moment(zone: ZoneInfo, day: date, clock: time, moment: str) -> None:
    assert instant_of(day, clock, zone) == utc(moment)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-06-10T12:00", "2026-06-10T12:00"),
        ("2026-06-10T19:59", "2026-06-10T19:59"),
        ("2026-06-10T20:00", "2026-06-11T06:00"),  # 22:00 in Berlin is quiet already
        ("2026-06-10T23:00", "2026-06-11T06:00"),
        ("2026-06-11T05:59", "2026-06-11T06:00"),
        ("2026-06-11T06:00", "2026-06-11T06:00"),  # 08:00 is open again
        ("2026-03-28T22:00", "2026-03-29T06:00"),  # the night that lacks an hour
        ("2026-10-24T21:00", "2026-10-25T07:00"),  # the night that has one more
    ],
)
def test_a_night_in_berlin_is_waited_out(moment: str, opens: str) -> None:
    assert next_open(utc(moment), BERLIN, TEN, EIGHT) == utc(opens)


@pytest.mark.parametrize(
    ("zone", "moment", "opens"),
    [
        # Quiet until 02:30, which the gap swallows: open from 03:00.
        (BERLIN, "2026-03-29T00:30", "2026-03-29T01:00"),
        (NEW_YORK, "2026-03-08T06:30", "2026-03-08T07:00"),
        # Quiet until 02:30 (01:30 in New York), which comes twice: open from the first, and not quiet again.
        (BERLIN, "2026-10-25T00:15", "2026-10-25T00:30"),
        (BERLIN, "2026-10-25T01:15", "2026-10-25T01:15"),
    ],
)
def test_a_window_that_ends_in_a_change_of_clocks_ends_once(zone: ZoneInfo, moment: str, opens: str) -> None:
    assert next_open(utc(moment), zone, TEN, time(2, 30)) == utc(opens)


def test_a_window_that_ends_in_new_yorks_fold_ends_at_its_first_occurrence() -> None:
    assert next_open(utc("2026-11-01T05:00"), NEW_YORK, TEN, time(1, 30)) == utc("2026-11-01T05:30")
    assert next_open(utc("2026-11-01T06:15"), NEW_YORK, TEN, time(1, 30)) == utc("2026-11-01T06:15")


def test_a_window_that_begins_in_a_gap_begins_after_it() -> None:
    assert next_open(utc("2026-03-29T00:59"), BERLIN, time(2, 30), EIGHT) == utc("2026-03-29T00:59")
    assert next_open(utc("2026-03-29T01:00"), BERLIN, time(2, 30), EIGHT) == utc("2026-03-29T06:00")


def test_a_window_within_a_day_is_quiet_within_that_day() -> None:
    assert next_open(utc("2026-06-10T12:30"), UTC_ZONE, time(12), time(14)) == utc("2026-06-10T14:00")
    assert next_open(utc("2026-06-10T14:00"), UTC_ZONE, time(12), time(14)) == utc("2026-06-10T14:00")
    assert next_open(utc("2026-06-10T23:00"), UTC_ZONE, time(12), time(14)) == utc("2026-06-10T23:00")


def test_equal_times_are_no_quiet_hours() -> None:
    assert next_open(utc("2026-06-10T22:00"), UTC_ZONE, TEN, TEN) == utc("2026-06-10T22:00")


@given(
    moment=st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from([BERLIN, NEW_YORK, LORD_HOWE, UTC_ZONE, ZoneInfo("Asia/Kathmandu")]),
    starts=st.times(), ends=st.times(),
)  # fmt: skip
def test_what_is_open_stays_open_and_is_never_earlier(
    moment: datetime, zone: ZoneInfo, starts: time, ends: time
) -> None:
    starts, ends = starts.replace(microsecond=0), ends.replace(microsecond=0)
    opens = next_open(moment, zone, starts, ends)
    assert moment <= opens <= moment + timedelta(hours=26)
    assert next_open(opens, zone, starts, ends) == opens


NOW = utc("2026-06-10T12:00")


@pytest.mark.parametrize(
    ("hours_ago", "caps", "free_in"),
    [
        ([], [Cap(2, DAY)], 0),
        ([1], [Cap(2, DAY)], 0),
        ([20, 1], [Cap(2, DAY)], 4),
        ([25, 1], [Cap(2, DAY)], 0),
        ([24, 1], [Cap(2, DAY)], 0),  # exactly a day ago is over
        ([22, 20, 1], [Cap(2, DAY)], 4),  # more than the cap already: the last two count
        ([100, 90, 80], [Cap(2, DAY), Cap(3, WEEK)], 68),
        ([20, 1], [Cap(2, DAY), Cap(2, WEEK)], 148),  # the harder of two caps decides
    ],
)
def test_a_slot_is_free_once_the_oldest_that_counts_is_over(
    hours_ago: list[int], caps: list[Cap], free_in: int
) -> None:
    sent = [NOW - timedelta(hours=hours) for hours in hours_ago]
    assert first_free(NOW, sent, caps) == NOW + timedelta(hours=free_in)


def test_a_cap_of_none_is_never_free() -> None:
    assert first_free(NOW, [], [Cap(0, DAY)]) is None
