"""When a step is due, where clocks are changed, at weekends and at night (semantics §3.8)."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from crm.nurturing.models import Step
from crm.nurturing.schedule import Hours, due_after

BERLIN = ZoneInfo("Europe/Berlin")
OPEN = Hours(BERLIN, time(0), time(0))
NIGHTS = Hours(BERLIN, time(22), time(8))


def moment(text: str) -> datetime:
    """A moment by Berlin's clocks; `fold` by a trailing *."""
    wall = datetime.fromisoformat(text.rstrip("*")).replace(fold=text.endswith("*"))
    return wall.replace(tzinfo=BERLIN).astimezone(UTC)


def due(after: str, hours: Hours = OPEN, **step: object) -> datetime:
    return due_after(Step(**{"kind": "wait", **step}), moment(after), hours)


# In 2026 Berlin's clocks go from 02:00 to 03:00 on 29 March, and from 03:00 back to 02:00 on 25 October.
@pytest.mark.parametrize(
    ("after", "step", "expected"),
    [
        ("2026-03-28T02:30", {"delay": 1, "delay_unit": "day"}, "2026-03-29T03:00"),
        ("2026-03-28T12:00", {"at_time": time(2, 30)}, "2026-03-29T03:00"),
        ("2026-03-28T12:00", {"delay": 1, "delay_unit": "day"}, "2026-03-29T12:00"),
        ("2026-03-28T12:00", {"delay": 24, "delay_unit": "hour"}, "2026-03-29T13:00"),
        ("2026-10-24T02:30", {"delay": 1, "delay_unit": "day"}, "2026-10-25T02:30"),
        ("2026-10-24T12:00", {"at_time": time(2, 30)}, "2026-10-25T02:30"),
        ("2026-10-24T12:00", {"delay": 24, "delay_unit": "hour"}, "2026-10-25T11:00"),
        ("2026-10-25T02:15", {"delay": 60, "delay_unit": "minute"}, "2026-10-25T02:15*"),
        ("2026-06-12T09:00", {"delay": 1, "delay_unit": "workday"}, "2026-06-15T09:00"),
        ("2026-06-13T09:00", {"delay": 2, "delay_unit": "workday"}, "2026-06-16T09:00"),
        ("2026-06-10T09:00", {"at_time": time(9)}, "2026-06-10T09:00"),
        ("2026-06-10T09:01", {"at_time": time(9)}, "2026-06-11T09:00"),
        ("2026-06-10T09:00", {}, "2026-06-10T09:00"),
    ],
)
def test_a_step_is_due_at_the_stated_minute(after: str, step: dict[str, object], expected: str) -> None:
    assert due(after, **step) == moment(expected)


@pytest.mark.parametrize(
    ("after", "kind", "expected"),
    [
        ("2026-06-10T23:00", "email", "2026-06-11T08:00"),
        ("2026-06-10T07:59", "sms", "2026-06-10T08:00"),
        ("2026-06-10T23:00", "task", "2026-06-10T23:00"),
        ("2026-03-28T23:00", "email", "2026-03-29T08:00"),
        ("2026-10-24T23:00", "email", "2026-10-25T08:00"),
    ],
)
def test_messages_wait_for_the_morning(after: str, kind: str, expected: str) -> None:
    assert due(after, NIGHTS, kind=kind) == moment(expected)


def test_a_night_that_ends_inside_the_gap_ends_after_it() -> None:
    hours = Hours(BERLIN, time(22), time(2, 30))
    assert due("2026-03-28T23:00", hours, kind="email") == moment("2026-03-29T03:00")


def test_a_night_that_ends_in_the_hour_that_comes_twice_ends_the_first_time() -> None:
    hours = Hours(BERLIN, time(22), time(2, 30))
    assert due("2026-10-24T23:00", hours, kind="email") == moment("2026-10-25T02:30")
