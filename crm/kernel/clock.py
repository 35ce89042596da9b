"""Business time, read once where a scope is entered.

Inside a scope `now()` is that one moment, so that all rows of one effect agree; test mode may run ahead of real time
(where-they-meet.md, "Test clock"). Outside a scope it is the real time. Tokens and limits always use `real_now()`.
"""

from datetime import UTC, date, datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection
from django.utils import timezone

from crm.kernel.tenancy.scope import scope_or_none

# When people may say that something happened or is due: far outside of it no calendar and no zone can follow.
WITHIN_REASON = (
    MinValueValidator(datetime(1900, 1, 1, tzinfo=UTC)), MaxValueValidator(datetime(2200, 1, 1, tzinfo=UTC)),
)  # fmt: skip


def now() -> datetime:
    scope = scope_or_none()
    return scope.now if scope else real_now()


def real_now() -> datetime:
    return timezone.now()


def utc_day(moment: datetime) -> date:
    """The day that rollups count a moment under, whatever zone it was written in."""
    return moment.astimezone(UTC).date()


def database_now() -> datetime:
    """The database's clock, which all machines share (reliability part 4, "Clock step")."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment
