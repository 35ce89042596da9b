"""Orders by day: marked by whoever changes one, counted anew from the orders themselves some seconds later.

A mark is written after the change is committed, and taken away by the statement before the one that counts: so what is
counted holds every change whose mark is gone.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate

from crm.kernel.audit import undelivered_events
from crm.kernel.locks import hold_names
from crm.kernel.tenancy import ScopedQuerySet
from crm.kernel.transactions import atomic
from crm.orders.events import (
    OrderCreated,
    OrderDeleted,
    OrderRefunded,
    OrdersLoaded,
    OrderStatusChanged,
    OrderUpdated,
)
from crm.orders.models import Order
from crm.orders.selectors import orders
from crm.organisations.selectors import organisation_of_scope
from crm.reports.models import OrderDay, StaleDay

COUNTED_ORDERS = (OrderCreated, OrderUpdated, OrderStatusChanged, OrderRefunded, OrderDeleted, OrdersLoaded)
MOST_MARKS, CHUNK = 10_000, 5_000
_LOCK = "orders by day"


class DayKey(NamedTuple):
    day: date
    status: str
    currency: str


class Counted(NamedTuple):
    number: int
    total: Decimal
    refunded: Decimal


class DayMismatch(NamedTuple):
    """What was kept of some orders of a day, and what is true; none is None."""

    key: DayKey
    kept: Counted | None
    truth: Counted | None


@atomic
def mark_days(days: Iterable[date]) -> None:
    """The orders of these days of the organisation's zone are to be counted anew."""
    StaleDay.objects.bulk_create([StaleDay(day=day) for day in sorted(set(days))])


@atomic
def refresh_order_days() -> int:
    """Count the marked days anew, all of them when the organisation is in another zone by now; how many marks are done.

    One at a time in a tenant: of two who counted the same day, the one who read first could write last.
    """
    hold_names(_LOCK)
    zone = organisation_of_scope().zone
    marks = dict(StaleDay.objects.order_by("pk").values_list("pk", "day")[:MOST_MARKS])
    StaleDay.objects.filter(pk__in=marks).delete()
    has_moved = OrderDay.objects.exclude(zone=zone).exists()
    if has_moved or marks:
        _rewrite(None if has_moved else set(marks.values()), zone)
    return len(marks) + has_moved


@atomic
def verify_order_days() -> list[DayMismatch] | None:
    """Compare what is kept with the orders it stands for, put it right, and say what was wrong.

    None when orders were changing meanwhile, so that nothing can be said.
    """
    hold_names(_LOCK)
    zone = organisation_of_scope().zone
    kept, truth = _kept(), true_order_days(None, zone)
    if StaleDay.objects.exists() or undelivered_events(*COUNTED_ORDERS) or OrderDay.objects.exclude(zone=zone).exists():
        return None
    wrong = [
        DayMismatch(key, kept.get(key), truth.get(key))
        for key in sorted(kept.keys() | truth.keys())
        if kept.get(key) != truth.get(key)
    ]
    if wrong:
        _rewrite({miss.key.day for miss in wrong}, zone)
    return wrong


def true_order_days(days: Collection[date] | None, zone: str) -> dict[DayKey, Counted]:
    """The living orders of these days, all days if None, counted from the rows themselves."""
    of_days = orders() if days is None else _orders_of(days, ZoneInfo(zone))
    day = TruncDate("ordered_at", tzinfo=ZoneInfo(zone))
    rows = of_days.order_by().annotate(day=day).values("day", "status", "currency").annotate(
        number=Count("pk"), total=Sum("total"), refunded=Sum("refunded")
    )  # fmt: skip
    return {
        DayKey(row["day"], row["status"], row["currency"]): Counted(row["number"], row["total"], row["refunded"])
        for row in rows
    }


def _rewrite(days: Collection[date] | None, zone: str) -> None:
    stale = OrderDay.objects.all() if days is None else OrderDay.objects.filter(day__in=days)
    stale.delete()
    fresh = true_order_days(days, zone)
    rows = [OrderDay(zone=zone, **key._asdict(), **fresh[key]._asdict()) for key in sorted(fresh)]
    OrderDay.objects.bulk_create(rows, batch_size=CHUNK)


def _kept() -> dict[DayKey, Counted]:
    rows = OrderDay.objects.values_list("day", "status", "currency", "number", "total", "refunded")
    return {DayKey(*row[:3]): Counted(*row[3:]) for row in rows}


def _orders_of(days: Collection[date], zone: ZoneInfo) -> ScopedQuerySet[Order]:
    """By stretches of time, which the index of orders by day knows."""
    within = Q(pk__in=[])
    for first, last in _stretches(days):
        within |= Q(ordered_at__gte=_midnight(first, zone), ordered_at__lt=_midnight(last + timedelta(days=1), zone))
    return orders().filter(within)


def _stretches(days: Collection[date]) -> Iterable[tuple[date, date]]:
    """Days that follow each other, as the first and the last of them."""
    numbered = enumerate(sorted(days))
    for _start, pairs in groupby(numbered, lambda pair: pair[1] - timedelta(days=pair[0])):
        together = [day for _place, day in pairs]
        yield together[0], together[-1]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)
