from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from crm.kernel.clock import now
from crm.reports.models import DailyTally, Measure


@dataclass(frozen=True)
class MonthCount:
    month: date
    count: int


def new_customers_by_month(*, months: int = 12) -> list[MonthCount]:
    """New customers in each of the last `months` months that have any, oldest first."""
    rows = (
        DailyTally.objects.filter(measure=Measure.NEW_CUSTOMERS, count__gt=0)
        .annotate(month=TruncMonth("day"))
        .order_by("-month")
        .values_list("month")
        .annotate(n=Sum("count"))[:months]
    )
    return [MonthCount(month, count) for month, count in reversed(rows)]


def count_of(measure: str, *, days: int | None = None) -> int:
    """How often `measure` happened, ever or in the last `days` days."""
    tallies = DailyTally.objects.filter(measure=measure)
    if days is not None:
        tallies = tallies.filter(day__gt=(now() - timedelta(days=days)).date())
    total: int = tallies.aggregate(total=Sum("count"))["total"] or 0
    return total
