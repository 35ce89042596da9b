"""Whole days of the organisation's zone, as figures are asked for."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from crm.organisations.errors import PeriodBackwards
from crm.organisations.selectors import organisation_of_scope

EARLIEST, LATEST, LONGEST = date(1900, 1, 1), date(9000, 1, 1), timedelta(days=36_525)


@dataclass(frozen=True, slots=True)
class Period:
    """From `starts` until before `ends`; None is open. `zone` is the organisation's, whose days and months they are."""

    zone: ZoneInfo
    starts: datetime | None = None
    ends: datetime | None = None

    def within(self, column: str) -> Q:
        """Moments in that column that lie in it."""
        return _between(column, self.starts, self.ends)

    def days_within(self, column: str) -> Q:
        """Days of the zone in that column that lie in it."""
        first, end = (moment and moment.astimezone(self.zone).date() for moment in (self.starts, self.ends))
        return _between(column, first, end)

    def earlier(self, length: timedelta) -> "Period":
        """As long as this one, and so much before it."""
        return Period(self.zone, self.starts and self.starts - length, self.ends and self.ends - length)

    @property
    def before(self) -> "Period | None":
        """The period as long as this one that ends where it begins; None for one that is open, or of centuries."""
        if self.starts is None or self.ends is None or self.ends - self.starts > LONGEST:
            return None
        return Period(self.zone, self.starts - (self.ends - self.starts), self.starts)


def period_of(first: date | None = None, last: date | None = None) -> Period:
    """The days from `first` to `last`, both of them included, in the organisation's zone. Raises PeriodBackwards."""
    zone = ZoneInfo(organisation_of_scope().zone)
    if first is not None and last is not None and last < first:
        raise PeriodBackwards
    after = None if last is None else _within_reason(last) + timedelta(days=1)
    return Period(zone, _midnight(first, zone), _midnight(after, zone))


def _between(column: str, first: date | datetime | None, end: date | datetime | None) -> Q:
    given = {f"{column}__gte": first, f"{column}__lt": end}
    return Q(**{lookup: bound for lookup, bound in given.items() if bound is not None})


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else datetime.combine(_within_reason(day), time.min, zone)


def _within_reason(day: date) -> date:
    """A day that the clock of every zone knows: before and after those nobody has answered."""
    return min(max(day, EARLIEST), LATEST)
