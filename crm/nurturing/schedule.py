"""When a step is due: arithmetic on moments, in the zone where the lead is (semantics §3.8).

Minutes and hours are counted as they pass. Days and working days are counted by the calendar, to the same time of day:
a time that daylight saving time skips stands for the first valid minute after the gap, one that comes twice for its
first occurrence. A message is then rounded into the hours in which it may be sent.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from crm.messaging.windows import instant_of, next_open
from crm.nurturing.models import DelayUnit, Step

_DAY = timedelta(days=1)
_SATURDAY = 5


class Hours(NamedTuple):
    """The zone, and between which times of day no message leaves."""

    zone: ZoneInfo
    quiet_from: time
    quiet_until: time


def due_after(step: Step, completed_at: datetime, hours: Hours) -> datetime:
    """When `step` is due, in UTC, if the step before it was completed at `completed_at`."""
    moment = _later(completed_at, step.delay, step.delay_unit, hours.zone)
    if step.at_time is not None:
        moment = _next_at(moment, step.at_time, hours.zone)
    if step.is_message:
        moment = next_open(moment, *hours)
    return moment.astimezone(UTC)


def _later(moment: datetime, delay: int, unit: str, zone: ZoneInfo) -> datetime:
    if not delay:
        return moment
    if unit == DelayUnit.MINUTE:
        return moment + timedelta(minutes=delay)
    if unit == DelayUnit.HOUR:
        return moment + timedelta(hours=delay)
    local = moment.astimezone(zone)
    day = local.date() + delay * _DAY if unit == DelayUnit.DAY else _workday(local.date(), delay)
    return instant_of(day, local.time().replace(fold=0), zone)


def _workday(day: date, number: int) -> date:
    while number:
        day += _DAY
        number -= day.weekday() < _SATURDAY
    return day


def _next_at(moment: datetime, clock: time, zone: ZoneInfo) -> datetime:
    """The first moment from `moment` on at which the clocks show `clock`."""
    today = moment.astimezone(zone).date()
    at = instant_of(today, clock, zone)
    return at if at >= moment else instant_of(today + _DAY, clock, zone)
