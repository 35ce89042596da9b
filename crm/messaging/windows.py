"""Quiet hours and frequency caps as arithmetic on moments: no database, no clock, nothing of ours.

A quiet window is two wall-clock times in a zone, and may cross midnight. It is turned into instants day by day: a time
that daylight saving time skips stands for the first valid minute after the gap, one that comes twice for its first
occurrence (semantics §3.8).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


class Cap(NamedTuple):
    """At most `most` messages in any stretch of time as long as `within`. 0: none at all."""

    most: int
    within: timedelta


@lru_cache(maxsize=4_096)
def instant_of(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which the clocks of `zone` show `clock` on `day`."""
    wall = datetime.combine(day, clock, zone)
    moment = wall.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    # Inside a gap fold=0 reads the clock as before the change, which lands past the gap: back to where it begins.
    after = wall.replace(fold=1).utcoffset()
    moment = moment.replace(second=0, microsecond=0)
    while (moment - _MINUTE).astimezone(zone).utcoffset() == after:
        moment -= _MINUTE
    return moment


def next_open(moment: datetime, zone: ZoneInfo, quiet_from: time, quiet_until: time) -> datetime:
    """`moment` itself outside quiet hours, else the end of them; in UTC. Equal times are no quiet hours at all."""
    moment = moment.astimezone(UTC)
    if quiet_from == quiet_until:
        return moment
    today = moment.astimezone(zone).date()
    for day in (today - _DAY, today, today + _DAY):
        starts = instant_of(day, quiet_from, zone)
        ends = instant_of(day if quiet_from < quiet_until else day + _DAY, quiet_until, zone)
        if starts <= moment < ends:
            moment = ends
    return moment


def first_free(moment: datetime, sent: Sequence[datetime], caps: Iterable[Cap]) -> datetime | None:
    """The first moment, from `moment` on, at which one more message keeps every cap; None when none ever does.

    `sent` are the moments of those that count already. What is sent later can only push it further.
    """
    latest = sorted(sent)
    for cap in caps:
        if cap.most <= 0:
            return None
        if len(latest) >= cap.most:
            moment = max(moment, latest[-cap.most] + cap.within)
    return moment
