"""Each figure of a report, recomputed from the raw rows by SQL of the test's own."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from crm.contacts.models import CustomerType, Status
from crm.contacts.services import create_customer, delete_contact, update_customer
from crm.leads.models import FollowUp, LeadSource, Stage
from crm.leads.services import capture_lead, convert_lead, delete_lead
from crm.organisations.periods import Period, period_of
from crm.reports.selectors import GROUPS, customers_report, leads_report, overview_of, spend_groups
from tests.builders import a_customer, a_lead, a_product, an_order
from tests.cast import Cast, World
from tests.crm.feedback.asked import an_answer
from tests.crm.messaging.letters import at
from tests.crm.reports.test_order_days import count

pytestmark = pytest.mark.django_db
SPRING = (date(2026, 3, 1), date(2026, 5, 31))
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def asked(world: World, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of one place; `sql` ends where its conditions go on."""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*world.tenant, *values])
        return cursor.fetchall()


def one(world: World, sql: str, *values: Any) -> Any:
    [[figure]] = asked(world, sql, *values)
    return figure


@pytest.fixture
def business(acme: World) -> World:
    """Leads, customers and orders of a year, at random but always the same."""
    draw = random.Random(11)
    moments = [NOW - timedelta(hours=draw.randrange(365 * 24)) for _ in range(60)]
    product = a_product(acme, units_in_stock=10_000)
    for number, moment in enumerate(moments[:30]):
        with at(acme, moment):
            source, score, act = draw.choice(LeadSource.values), Decimal(draw.randint(0, 100)), draw.random()
            lead = capture_lead(name=f"Lead {number}", email=f"l{number}@example.com", source=source, score=score).pk
        if act < 0.3:
            with at(acme, moment + timedelta(hours=1)):
                convert_lead(lead_id=lead)
        elif act < 0.4:
            with at(acme, moment + timedelta(hours=1)):
                delete_lead(lead_id=lead)
    for number, moment in enumerate(moments[30:]):
        with at(acme, moment):
            type_ = draw.choice(CustomerType.values)
            customer = create_customer(name=f"Customer {number}", email=f"c{number}@example.com", type=type_).pk
            if draw.random() < 0.3:
                update_customer(contact_id=customer, status=draw.choice([Status.INACTIVE, Status.BLOCKED]))
                continue
        for _ in range(draw.choice([0, 0, 1, 2, 5])):
            ordered_at = min(moment + timedelta(days=draw.randrange(200)), NOW)
            an_order(acme, customer, (product, draw.randint(1, 9)), ordered_at=ordered_at)
    gone = a_customer(acme)
    with at(acme, NOW):
        delete_contact(contact_id=gone)
    count(acme)
    return acme


@pytest.mark.parametrize("days", [(), SPRING, (None, date(2026, 1, 1)), (date(2040, 1, 1), None)])
def test_figures_of_leads(business: World, days: tuple[Any, ...]) -> None:
    with at(business, NOW):
        report, period = leads_report(period_of(*days)), period_of(*days)
    living = "FROM leads_lead WHERE organisation_id = %s AND mode = %s AND deleted_at IS NULL"
    came = f"{living} AND created_at >= %s AND created_at < %s"
    assert report.total == one(business, f"SELECT count(*) {living}") == sum(report.by_status.values())
    for figures, column, words in ((report.by_status, "status", Stage), (report.by_source, "source", LeadSource)):
        found = dict(asked(business, f"SELECT {column}, count(*) {living} GROUP BY 1"))
        assert figures == {word: found.get(word, 0) for word in words.values}
    assert report.average_score == one(business, f"SELECT round(avg(score), 2) {living}")
    assert report.new_in_period == one(business, f"SELECT count(*) {came}", *bounds(period))
    converted = one(business, f"SELECT count(*) {came} AND status = 'converted'", *bounds(period))
    rate = report.conversion_rate
    assert rate == (round(Decimal(converted) / report.new_in_period, 4) if report.new_in_period else None)


def bounds(period: Period) -> tuple[Any, Any]:
    return period.starts or datetime(1, 1, 1, tzinfo=UTC), period.ends or datetime(9999, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("days", [(), SPRING, (None, date(2026, 1, 1)), (date(2040, 1, 1), None)])
def test_figures_of_customers(business: World, days: tuple[Any, ...]) -> None:
    with at(business, NOW):
        report, period = customers_report(period_of(*days)), period_of(*days)
    living = "FROM contacts_customer c WHERE c.organisation_id = %s AND c.mode = %s AND c.deleted_at IS NULL"
    assert report.total == one(business, f"SELECT count(*) {living}")
    for figures, column in ((report.by_status, "status"), (report.by_type, "type")):
        found = dict(asked(business, f"SELECT {column}, count(*) {living} GROUP BY 1"))
        assert {word: number for word, number in figures.items() if number} == found
    began = f"SELECT count(*) {living} AND created_at >= %s AND created_at < %s"
    assert report.new_in_period == one(business, began, *bounds(period))
    counted = (
        "FROM orders_order o WHERE o.organisation_id = %s AND o.mode = %s AND o.deleted_at IS NULL"
        " AND o.status <> 'cancelled'"
    )
    lost = (
        f"SELECT count(*) FROM (SELECT customer_id, max(ordered_at) + interval '180 days' AS lost {counted}"
        " GROUP BY 1) AS last WHERE lost >= %s AND lost < %s AND lost <= %s"
    )
    assert report.churned == one(business, lost, *bounds(period), NOW)
    average = f"SELECT round(avg(total - refunded), 2) {counted} AND ordered_at >= %s AND ordered_at < %s"
    assert report.ordered.average == one(business, average, *bounds(period))
    value = f"SELECT round(sum(total - refunded) / count(DISTINCT customer_id), 2) {counted}"
    assert report.lifetime_value == one(business, value)


def test_every_figure_is_of_something(business: World) -> None:
    """What is compared above is no comparison of nothing with nothing."""
    with at(business, NOW):
        leads, customers = leads_report(period_of(*SPRING)), customers_report(period_of())
    assert all([leads.new_in_period, leads.converted, leads.average_score, leads.by_status[Stage.CONVERTED]])
    assert all([customers.churned, customers.ordered.number, customers.lifetime_value])
    assert all([*customers.by_status.values(), *customers.by_type.values()])


def test_groups_are_what_each_customer_is_in(business: World) -> None:
    with at(business, NOW):
        groups = {group.key: (group.number, group.spent) for group in spend_groups()}
    rows = asked(
        business,
        "SELECT c.status, c.type, (SELECT sum(o.total - o.refunded) FROM orders_order o"
        " WHERE o.customer_id = c.contact_id AND o.deleted_at IS NULL AND o.status <> 'cancelled'), "
        " (SELECT max(o.ordered_at) FROM orders_order o WHERE"
        " o.customer_id = c.contact_id AND o.deleted_at IS NULL AND o.status <> 'cancelled') FROM contacts_customer c"
        " WHERE c.organisation_id = %s AND c.mode = %s AND c.deleted_at IS NULL",
    )
    spends = sorted((spent for _status, _type, spent, _last in rows if spent is not None), reverse=True)
    least = [spends[ceil(len(spends) * quarter / 4) - 1] for quarter in (1, 2, 3)] + [Decimal(0)]
    found = {key: (0, Decimal(0)) for key in GROUPS}
    for status, type_, spent, last in rows:
        quarter = next((n for n, bound in enumerate(least, 1) if spent is not None and spent >= bound), None)
        age = (NOW - last) if last else None
        recency = next(
            (f"recency_{days}_days" for days in (30, 90, 180) if age is not None and age <= timedelta(days=days)),
            "recency_lapsed" if age is not None else "recency_never",
        )
        spend = "spend_none" if quarter is None else f"spend_quartile_{quarter}"
        for key in (f"status_{status}", f"type_{type_}", spend, recency):
            found[key] = (found[key][0] + 1, found[key][1] + (spent or 0))
    assert groups == found
    assert all(found[key][0] for key in ("spend_quartile_1", "spend_quartile_4", "recency_lapsed", "recency_never"))


def test_the_overview_is_made_of_the_reports(business: World) -> None:
    customer = an_answer(business, 5, NOW - timedelta(days=1)).customer_id
    with at(business, NOW):
        period = period_of(*SPRING)
        FollowUp.objects.bulk_create([
            FollowUp(contact_id=customer, kind="task", subject=uuid4(), due_at=NOW + timedelta(days=days),
                     created_at=NOW)
            for days in (-2, -1, 1)
        ])  # fmt: skip
        overview = overview_of(period)
        assert (overview.leads, overview.customers) == (leads_report(period), customers_report(period))
        assert overview_of(period_of()).feedback.ratings.n == 1
    assert overview.feedback.ratings.n == 0
    due = (
        "SELECT count(*) FROM leads_followup f LEFT JOIN leads_lead l ON l.id = f.lead_id"
        " WHERE f.organisation_id = %s AND f.mode = %s AND l.deleted_at IS NULL AND f.state = 'open' AND f.due_at <= %s"
    )
    assert overview.follow_ups_due == one(business, due, NOW) >= 2


def test_of_nothing_there_are_no_figures(cast: Cast) -> None:
    with cast.rival.scope():
        leads, customers, groups = leads_report(period_of()), customers_report(period_of()), spend_groups()
    assert (leads.total, leads.average_score, leads.conversion_rate) == (0, None, None)
    assert (customers.ordered.average, customers.lifetime_value, customers.churned) == (None, None, 0)
    assert [group.key for group in groups] == list(GROUPS)
    assert all((group.number, group.spent) == (0, 0) for group in groups)


def test_other_places_are_not_counted(cast: Cast) -> None:
    an_order(cast.rival)
    a_lead(cast.rehearsal)
    with cast.acme.scope():
        assert leads_report(period_of()).total == 0
        assert customers_report(period_of()).buyers == 0
