"""Working days, Monday to Friday, as an organisation's own clock shows them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SATURDAY = 5


def workdays_before(moment: datetime, days: int, zone: str) -> datetime:
    """The moment `days` working days earlier, at the same time of day in `zone`. Days at a weekend do not count."""
    local = moment.astimezone(ZoneInfo(zone))
    while days:
        local -= timedelta(days=1)
        days -= local.weekday() < SATURDAY
    return local.astimezone(moment.tzinfo)
