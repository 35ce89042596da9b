"""What orders tell of customers: recency and trend as the worked example says, and what segments may ask."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.contacts.models import Contact
from crm.insights import registry
from crm.kernel.clock import now
from crm.orders.insights import recency, trend
from tests.builders import a_customer, a_product, an_order
from tests.cast import World
from tests.crm.orders.shop import delete

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ago(*days: float) -> list[datetime]:
    """Moments so many days ago, the earliest first."""
    return [AT - timedelta(days=n) for n in sorted(days, reverse=True)]


@pytest.mark.parametrize(
    ("days", "value"),
    [
        # Worked example: D is 90, and the last order 20 days ago.
        ((20,), 78), ((110, 65, 20), 78),
        ((0,), 100), ((90,), 0), ((91,), 0), ((1_000,), 0), ((45,), 50),
        # Half up: 1.8 of 90 days leave 98, 0.45 leave 99.5.
        ((1.8,), 98), ((0.45,), 100),
        # Twice the median gap, of an even number of gaps the mean of the middle two; not less than 30 days.
        ((40, 30, 20, 10), 67), ((5, 4, 3, 3, 3), 90), ((200, 150, 140, 100, 10), 89),
    ],
)  # fmt: skip
def test_recency_falls_to_nothing_at_twice_the_usual_gap(days: Sequence[float], value: int) -> None:
    assert recency(ago(*days), AT) == value


@pytest.mark.parametrize(
    ("days", "value"),
    [
        # Worked example: three orders in the last 90 days, two before.
        ((10, 20, 30, 100, 110), 75),
        ((10, 20), 100), ((100, 110), 0), ((10, 100), 50), ((400,), 50), ((10, 100, 110, 120), 17),
        # A window holds its end and not its beginning.
        ((0,), 100), ((90,), 0), ((89.99,), 100), ((180,), 50), ((179.99,), 0),
    ],
)  # fmt: skip
def test_trend_compares_the_last_ninety_days_with_those_before(days: Sequence[float], value: int) -> None:
    assert trend(ago(*days), AT) == value


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["recency", "trend"])
def test_a_part_costs_one_statement_for_any_number_of_customers(acme: World, rival: World, part: str) -> None:
    ids, beans = [a_customer(acme) for _ in range(4)], a_product(acme)
    for days in (1, 20, 50):
        for customer in ids[:2]:
            an_order(acme, customer, (beans, 1), ordered_at=now() - timedelta(days=days))
    an_order(acme, ids[2], (beans, 1), status="cancelled")
    delete(acme, an_order(acme, ids[3], (beans, 1)))
    foreign = a_customer(rival)
    an_order(rival, foreign)
    with acme.scope(), CaptureQueriesContext(connection) as captured:
        values = registry.parts()[part]([*ids, foreign], now())
    assert len(captured) == 1
    assert set(values) == set(ids[:2])
    assert all(type(value) is int and 0 <= value <= 100 for value in values.values())


@pytest.mark.django_db
def test_orders_of_the_future_are_not_known_yet(acme: World) -> None:
    customer = a_customer(acme)
    an_order(acme, customer, ordered_at=now() + timedelta(days=1))
    with acme.scope():
        assert registry.parts()["recency"]([customer], now()) == {}


def contacts_where(world: World, **where: Any) -> set[UUID]:
    with world.scope():
        return set(Contact.objects.filter(**where).values_list("pk", flat=True))


@pytest.mark.django_db
def test_every_field_leads_from_the_contact_to_what_they_bought(acme: World) -> None:
    buyer, idle = a_customer(acme), a_customer(acme)
    moment = now().replace(microsecond=0)
    an_order(acme, buyer, (a_product(acme), 3), ordered_at=moment)
    truth = {"orders.number": 1, "orders.spent": 30, "orders.first_at": moment, "orders.last_at": moment}
    fields = {key: field for key, field in registry.fields().items() if key.startswith("orders.")}
    assert set(fields) == set(truth)
    for key, value in truth.items():
        assert contacts_where(acme, **{fields[key].path: value}) == {buyer}
        assert contacts_where(acme, **{f"{fields[key].path}__isnull": True}) == {idle}
        assert fields[key].grant == "crm:orders:read"


@pytest.mark.django_db
def test_the_event_has_a_row_for_each_order_that_counts(acme: World) -> None:
    buyer = a_customer(acme)
    an_order(acme, buyer, status="delivered")
    an_order(acme, buyer, status="cancelled")
    event = registry.events()["order"]
    with acme.scope():
        (row,) = event.rows().values(event.contact, event.at, *(one.path for one in event.attributes.values()))
    assert (row["customer_id"], row["status"], row["total"]) == (buyer, "delivered", 20)
    assert "cancelled" not in dict(event.attributes["status"].choices())


@pytest.mark.django_db
def test_the_built_in_segments_ask_for_fields_that_there_are(acme: World) -> None:
    with acme.scope():
        built_ins = registry.built_ins()
    assert {"lapsed", "high_value"} <= set(built_ins)
    for slug in ("lapsed", "high_value"):
        leaves = built_ins[slug].rule["all"]
        assert {leaf["field"] for leaf in leaves} <= set(registry.fields())
