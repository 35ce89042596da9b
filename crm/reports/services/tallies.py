from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from django.db.models import Count, F
from django.db.models.functions import TruncDate

from crm.contacts.events import (
    ContactDeleted,
    ContactMerged,
    ContactUnmerged,
    CustomerCreated,
    CustomersLoaded,
    CustomersTakenBack,
)
from crm.contacts.selectors import customers
from crm.kernel.audit import undelivered_events
from crm.kernel.transactions import atomic
from crm.reports.models import DailyTally, Measure

COUNTED = (CustomerCreated, CustomersLoaded, CustomersTakenBack, ContactDeleted, ContactMerged, ContactUnmerged)


class Mismatch(NamedTuple):
    day: date
    tally: int
    truth: int


@atomic
def add_to_tally(*, measure: str, per_day: Mapping[date, int]) -> None:
    """Add `per_day` to the days' counts, in the order of the days so that two callers cannot wait for each other."""
    for day in sorted(per_day):
        tally, _ = DailyTally.objects.get_or_create(measure=measure, day=day)
        DailyTally.objects.filter(pk=tally.pk).update(count=F("count") + per_day[day])


def true_new_customers() -> dict[date, int]:
    """Living customers of the open scope by the UTC day they began on, counted from the rows themselves."""
    days = customers().annotate(day=TruncDate("created_at")).order_by("day").values("day").annotate(n=Count("pk"))
    return {row["day"]: row["n"] for row in days}


@atomic
def verify_tallies() -> list[Mismatch] | None:
    """Compare the rollup of new customers with the rows it stands for, put it right, and say what was wrong.

    None when events that count were under way meanwhile, so that nothing can be said. The rollup is read before and
    after the rows: an event that came in between shows as undelivered, or as a change.
    """
    counted, truth, again = _tallies(), true_new_customers(), _tallies()
    if counted != again or undelivered_events(*COUNTED):
        return None
    wrong = [
        Mismatch(day, counted.get(day, 0), truth.get(day, 0))
        for day in sorted(counted.keys() | truth.keys())
        if counted.get(day, 0) != truth.get(day, 0)
    ]
    add_to_tally(measure=Measure.NEW_CUSTOMERS, per_day={miss.day: miss.truth - miss.tally for miss in wrong})
    return wrong


def _tallies() -> dict[date, int]:
    return dict(DailyTally.objects.filter(measure=Measure.NEW_CUSTOMERS).values_list("day", "count"))
