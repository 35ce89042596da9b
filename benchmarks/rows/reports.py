"""B12: reports and dashboards over a million orders of the people of the largest organisation, over HTTP.

The orders are built once and kept. What is answered is compared with sums over the orders themselves first.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum

from benchmarks.bench import Bench, Reach, Result
from benchmarks.clients import Ask, Client, ensure
from benchmarks.copying import ROWS_AT_ONCE, Template, copy
from benchmarks.data import ACTOR, Place
from benchmarks.measuring import p50, p95
from benchmarks.people import YEARS, people
from crm.kernel.clock import now
from crm.kernel.entrances import scope_for
from crm.kernel.ids import new_id
from crm.orders.models import Order, OrderStatus, Purchases
from crm.orders.selectors import counted_orders, orders
from crm.reports.services import verify_order_days

ORDERS, TIMES, LONGEST_MS = 1_000_000, 10, 1_000
PATHS = ("analytics/dashboard", "reports/leads", "reports/customers", "customers/segments")
# One in so many.
CANCELLED, REFUNDED = 20, 30
_PURCHASES = """
INSERT INTO orders_purchases (organisation_id, mode, contact_id, number, spent, first_at, last_at)
SELECT organisation_id, mode, customer_id, count(*), sum(total - refunded), min(ordered_at), max(ordered_at)
FROM orders_order
WHERE organisation_id = %s AND mode = %s AND deleted_at IS NULL AND status <> 'cancelled'
GROUP BY 1, 2, 3
"""


def measure(bench: Bench) -> Iterator[Result]:
    """Raises WrongAnswer."""
    place = bench.largest
    with scope_for(place.tenant, ACTOR):
        _build(place)
    client = bench.product(place, []).client()
    _check(client, place)
    for path in PATHS:
        taken = client.milliseconds([Ask(f"/dev/crm/{path}")] * TIMES)
        yield Result(
            row="B12",
            work=f"{path}, {ORDERS:,} orders, {place.size:,} people",
            ours=f"p50 {p50([taken]):.0f} ms, p95 {p95([taken]):.0f} ms",
            reaches=[Reach("an answer", p95([taken]), LONGEST_MS, unit=" ms")],
            figures={"ms": taken},
        )


def _build(place: Place) -> None:
    """Whatever orders are missing, what each customer bought in all, and the sums by day."""
    there = Order.objects.count()
    if there >= ORDERS:
        return
    template = Template(Order, currency="USD", created_at=now(), updated_at=now())
    customers = [(person.id, person.joined) for person in people(place.size)]
    for start in range(there, ORDERS, ROWS_AT_ONCE):
        with transaction.atomic():
            copy(template, (_order(number, customers) for number in range(start, min(start + ROWS_AT_ONCE, ORDERS))))
    with transaction.atomic(), connection.cursor() as cursor:
        Purchases.objects.all().delete()
        cursor.execute(_PURCHASES, list(place.tenant))
    verify_order_days()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) orders_order, orders_purchases, reports_orderday")


def _order(number: int, customers: list[Any]) -> dict[str, Any]:
    """Most people order once, a few very often, as customers do; each at some time after they joined."""
    draw = Random(number)
    customer, joined = customers[int(draw.random() ** 3 * len(customers))]
    total = Decimal(draw.randrange(500, 50_000)) / 100
    is_cancelled = number % CANCELLED == 0
    return {
        "id": new_id(), "number": f"B-{number:07}", "customer_id": customer, "subtotal": total, "total": total,
        "status": OrderStatus.CANCELLED if is_cancelled else OrderStatus.DELIVERED,
        "refunded": total / 2 if number % REFUNDED == 1 else Decimal(0),
        "ordered_at": joined + timedelta(seconds=draw.randrange(int(YEARS.total_seconds()))),
    }  # fmt: skip


def _check(client: Client, place: Place) -> None:
    """What is told is what the orders come to. Raises WrongAnswer."""
    with scope_for(place.tenant, ACTOR):
        sums: Any = counted_orders().aggregate(total=Sum("total"), refunded=Sum("refunded"))
        number, buyers = counted_orders().count(), orders().values("customer_id").distinct().count()
    ask = Ask("/dev/crm/analytics/dashboard")
    got = client.send(ask)
    ensure(got.status == 200, ask, got)
    told = got.json()["data"]["orders"]
    ensure(told["count"] == number, ask, got)
    ensure(abs(Decimal(str(told["revenue"])) - (sums["total"] - sums["refunded"])) < 1, ask, got)
    ensure(buyers > number / 10, ask, got)
