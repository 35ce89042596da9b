"""Orders by day follow the events, and are provably equal to the orders they stand for."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection

from crm.kernel.audit import events_of_scope
from crm.kernel.due import State
from crm.kernel.jobs import carry_on, run_now
from crm.kernel.models import JobRun
from crm.kernel.tasks import deliver
from crm.orders.models import Order
from crm.orders.services import OrderRow, change_order, delete_order, load_orders, refund_order
from crm.organisations.models import Organisation
from crm.organisations.periods import period_of
from crm.reports.models import OrderDay, StaleDay
from crm.reports.selectors import MonthRevenue, revenue_by_month, revenue_of, tenants_with_stale_days
from crm.reports.services import mark_days, refresh_order_days, verify_order_days
from tests.builders import a_customer, a_product, an_order
from tests.cast import Cast, World
from tests.proofs import times

pytestmark = pytest.mark.django_db
MONDAY = date(2024, 5, 6)
NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)

Row = tuple[date, str, str, int, Decimal, Decimal]


def deliver_all(world: World) -> None:
    with world.scope():
        waiting = list(events_of_scope().filter(state=State.DUE).order_by("id").values_list("id", flat=True))
    for event_id in waiting:
        assert deliver(event_id)


def count(world: World) -> None:
    deliver_all(world)
    run_job("count_orders_by_day")


def run_job(name: str) -> JobRun:
    run = run_now(name)
    assert carry_on(run.pk)
    run.refresh_from_db()
    return run


def kept(world: World) -> set[Row]:
    with world.scope():
        return set(OrderDay.objects.values_list("day", "status", "currency", "number", "total", "refunded"))


def truth(world: World, zone: str = "UTC") -> set[Row]:
    """By SQL of the test's own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (ordered_at AT TIME ZONE %s)::date, status, currency, count(*), sum(total), sum(refunded)"
            " FROM orders_order WHERE organisation_id = %s AND mode = %s AND deleted_at IS NULL GROUP BY 1, 2, 3",
            [zone, *world.tenant],
        )
        return set(cursor.fetchall())


def move_to(world: World, zone: str) -> None:
    Organisation.objects.filter(pk=world.tenant.organisation_id).update(zone=zone)


def test_an_order_is_counted_on_its_day_some_seconds_later(acme: World) -> None:
    an_order(acme, ordered_at=NOON)
    assert kept(acme) == set()
    count(acme)
    assert kept(acme) == truth(acme) == {(MONDAY, "pending", "USD", 1, Decimal(20), Decimal(0))}
    with acme.scope():
        assert not StaleDay.objects.exists()
    assert tenants_with_stale_days() == []


def test_an_order_that_moves_leaves_its_former_day(acme: World) -> None:
    order = an_order(acme, ordered_at=NOON)
    count(acme)
    with acme.scope():
        change_order(order_id=order, ordered_at=NOON + timedelta(days=3))
    count(acme)
    assert [row[0] for row in kept(acme)] == [MONDAY + timedelta(days=3)]


def something_happens(draw: random.Random, order_id: UUID, ordered_at: datetime) -> None:
    """To an order, if it still allows it."""
    act = draw.choice(["move", "day", "refund", "delete"])
    order = Order.objects.filter(pk=order_id, deleted_at=None).first()
    if order is None:
        return
    if act == "move" and order.status == "pending":
        change_order(order_id=order_id, status=draw.choice(["shipped", "cancelled"]))
    elif act == "day":
        change_order(order_id=order_id, ordered_at=ordered_at)
    elif act == "refund" and order.is_refundable:
        refund_order(order_id=order_id, amount=min(Decimal(3), order.total - order.refunded))
    elif act == "delete":
        delete_order(order_id=order_id)


def test_whatever_happens_to_orders_the_days_are_what_they_are(acme: World) -> None:
    draw = random.Random(7)
    product = a_product(acme, units_in_stock=100_000)
    customer = a_customer(acme)
    orders: list[UUID] = []
    for step in range(times(400, 60)):
        ordered_at = NOON + timedelta(hours=draw.randrange(240))
        if not orders or draw.random() < 0.4:
            orders.append(an_order(acme, customer, (product, draw.randint(1, 5)), ordered_at=ordered_at))
        else:
            with acme.scope():
                something_happens(draw, draw.choice(orders), ordered_at)
        if step % 7 == 0:
            count(acme)
            assert kept(acme) == truth(acme)
    count(acme)
    assert kept(acme) == truth(acme)
    assert verified(acme) == []


def verified(world: World) -> list[object] | None:
    with world.scope():
        return verify_order_days()  # type: ignore[return-value]


def test_a_loaded_batch_is_counted_in_the_organisations_zone(acme: World) -> None:
    move_to(acme, "Pacific/Auckland")
    customer, product = a_customer(acme), a_product(acme)
    rows = [
        OrderRow(reference=f"R{hour}", customer_id=customer, product_id=product, quantity=1, amount=Decimal("9.99"),
                 ordered_at=NOON + timedelta(hours=hour))
        for hour in range(-20, 20)
    ]  # fmt: skip
    with acme.scope():
        load_orders(rows)
    count(acme)
    assert kept(acme) == truth(acme, "Pacific/Auckland")
    assert {row[0] for row in kept(acme)} == {MONDAY, MONDAY + timedelta(days=1)}


def test_another_zone_moves_all_days(acme: World) -> None:
    an_order(acme, ordered_at=datetime(2024, 5, 6, 23, tzinfo=UTC))
    count(acme)
    move_to(acme, "Europe/Athens")
    assert tenants_with_stale_days() == [acme.tenant]
    run_job("count_orders_by_day")
    assert kept(acme) == truth(acme, "Europe/Athens")
    assert [row[0] for row in kept(acme)] == [MONDAY + timedelta(days=1)]
    assert tenants_with_stale_days() == []


def test_what_is_wrong_is_mended_and_told(acme: World) -> None:
    an_order(acme, ordered_at=NOON)
    count(acme)
    with acme.scope():
        OrderDay.objects.update(total=Decimal(999))
        wrong = verify_order_days()
    assert wrong is not None
    [miss] = wrong
    assert (miss.key.day, miss.kept and miss.kept.total, miss.truth and miss.truth.total) == (MONDAY, 999, 20)
    assert kept(acme) == truth(acme)


def test_nothing_is_said_while_orders_change(acme: World) -> None:
    an_order(acme, ordered_at=NOON)
    assert verified(acme) is None
    deliver_all(acme)
    assert verified(acme) is None
    run_job("count_orders_by_day")
    assert verified(acme) == []


def test_the_night_tells_how_many_days_it_mended(acme: World) -> None:
    an_order(acme, ordered_at=NOON)
    count(acme)
    with acme.scope():
        OrderDay.objects.all().delete()
    run = run_job("verify_tallies")
    assert run.outcome["mended"] == 1
    assert kept(acme) == truth(acme)


def test_only_marked_days_are_read(acme: World) -> None:
    an_order(acme, ordered_at=NOON)
    count(acme)
    with acme.scope():
        OrderDay.objects.update(number=7)
        mark_days([MONDAY + timedelta(days=1)])
        assert refresh_order_days() == 1
        assert OrderDay.objects.get().number == 7


def test_the_other_places_days_stay(cast: Cast) -> None:
    for world in (cast.acme, cast.rehearsal, cast.rival):
        an_order(world, ordered_at=NOON)
    for world in (cast.acme, cast.rehearsal, cast.rival):
        deliver_all(world)
    run_job("count_orders_by_day")
    assert all(kept(world) == truth(world) != set() for world in (cast.acme, cast.rehearsal, cast.rival))


def test_revenue_is_what_was_not_cancelled_less_what_went_back(acme: World) -> None:
    product = a_product(acme)
    customer = a_customer(acme)
    sent = an_order(acme, customer, (product, 3), ordered_at=NOON, status="delivered")
    an_order(acme, customer, (product, 1), ordered_at=NOON + timedelta(days=40))
    an_order(acme, customer, (product, 5), ordered_at=NOON, status="cancelled")
    with acme.scope():
        refund_order(order_id=sent, amount=Decimal("12.50"))
    count(acme)
    with acme.scope():
        all_time, day = revenue_of(period_of()), revenue_of(period_of(MONDAY, MONDAY))
        before = revenue_of(period_of(None, MONDAY - timedelta(days=1)))
        assert revenue_by_month(months=2) == [
            MonthRevenue(date(2024, 5, 1), 1, Decimal("17.50")), MonthRevenue(date(2024, 6, 1), 1, Decimal("10.00")),
        ]  # fmt: skip
    assert (all_time.number, all_time.amount, all_time.average) == (2, Decimal("27.50"), Decimal("13.75"))
    assert (day.number, day.amount) == (1, Decimal("17.50"))
    assert (before.number, before.amount, before.average) == (0, 0, None)


def test_other_currencies_are_not_added_up(acme: World) -> None:
    an_order(acme, ordered_at=NOON)
    Organisation.objects.filter(pk=acme.tenant.organisation_id).update(currency="EUR")
    an_order(acme, ordered_at=NOON)
    count(acme)
    assert len(kept(acme)) == 2
    with acme.scope():
        revenue = revenue_of(period_of())
    assert (revenue.currency, revenue.number, revenue.amount) == ("EUR", 1, 20)
