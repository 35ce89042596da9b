"""Figures of feedback: semantics §3.10's formulas, worked numbers, and all of it recomputed by SQL of its own."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import sqrt
from typing import Any

import pytest
from django.db import connection

from crm.contacts.services import delete_contact
from crm.feedback.models import FeedbackRequest, FeedbackState, Scale
from crm.feedback.scales import Ratings, lean_of, score_of
from crm.feedback.selectors import Asking, analytics_of, scale_to_show, spoken_of
from crm.kernel.copying import copy_rows
from crm.kernel.figures import share_of
from crm.organisations.errors import PeriodBackwards
from crm.organisations.models import Organisation
from crm.organisations.periods import period_of
from tests.builders import customers_of
from tests.cast import Cast, World
from tests.crm.feedback.asked import DAY, an_answer, ask
from tests.crm.messaging.letters import NOON, at

pytestmark = pytest.mark.django_db
MAY = (date(2026, 5, 1), date(2026, 5, 31))


def analytics(world: World, scale: Scale = Scale.CSAT, days: Any = (None, None), **more: Any) -> Any:
    with world.scope():
        return analytics_of(Asking(period_of(*days), scale, **more))


@pytest.mark.parametrize(
    ("scale", "counts", "nps", "margin", "csat", "ces", "average"),
    [
        (Scale.NPS, {10: 5, 8: 3, 3: 2}, "30.0", "48.4", None, None, "8.00"),
        (Scale.NPS, {9: 1}, "100.0", "0.0", None, None, "9.00"),
        (Scale.NPS, {6: 1}, "-100.0", "0.0", None, None, "6.00"),
        (Scale.NPS, {7: 1}, "0.0", "0.0", None, None, "7.00"),
        (Scale.NPS, {9: 2, 0: 1}, "33.3", "106.7", None, None, "6.00"),
        (Scale.CSAT, {5: 2, 4: 1, 3: 1, 1: 2}, None, None, "50.0", None, "3.17"),
        (Scale.CES, {7: 1, 6: 1, 1: 1}, None, None, None, "4.67", "4.67"),
        (Scale.NPS, {}, None, None, None, None, None),
        (Scale.CSAT, {}, None, None, None, None, None), (Scale.CES, {}, None, None, None, None, None),
    ],
)  # fmt: skip
def test_the_formulas(scale: Scale, counts: Any, nps: Any, margin: Any, csat: Any, ces: Any, average: Any) -> None:
    ratings = Ratings(scale, counts)
    told = (ratings.nps, ratings.nps_margin, ratings.csat, ratings.ces, ratings.average)
    assert tuple(None if figure is None else str(figure) for figure in told) == (nps, margin, csat, ces, average)
    assert sum(ratings.distribution.values()) == ratings.n == sum(counts.values())
    assert list(ratings.distribution) == scale.ratings


def test_ratings_of_different_scales_are_compared_from_0_to_100() -> None:
    assert [score_of("NPS", rating) for rating in (0, 9, 10)] == [0, 90, 100]
    assert [score_of("CSAT", rating) for rating in (1, 2, 5)] == [0, 25, 100]
    assert [score_of("CES", rating) for rating in (1, 4, 7)] == [0, 50, 100]
    assert [lean_of("CSAT", rating) for rating in (1, 3, 5)] == [-1, 0, 1]
    assert share_of(0, 0) is None


def test_nothing_asked_is_nothing_known(acme: World) -> None:
    told = analytics(acme)
    assert (told.ratings.n, told.ratings.average, told.response.rate) == (0, None, None)
    assert (told.ratings.distribution, told.by_category, told.by_month) == (dict.fromkeys(range(1, 6), 0), [], [])


def test_of_each_customer_the_latest_answer_of_the_period_counts(acme: World) -> None:
    first = an_answer(acme, 1, datetime(2026, 5, 1, 9, tzinfo=UTC))
    an_answer(acme, 5, datetime(2026, 5, 31, 23, 59, tzinfo=UTC), customer_id=first.customer_id)
    an_answer(acme, 3, datetime(2026, 7, 1, 9, tzinfo=UTC), customer_id=first.customer_id)
    an_answer(acme, 4, datetime(2026, 5, 2, 9, tzinfo=UTC))
    assert analytics(acme, days=MAY).ratings.counts == {5: 1, 4: 1}
    assert analytics(acme).ratings.counts == {3: 1, 4: 1}
    assert analytics(acme, days=MAY, latest_only=False).ratings.counts == {1: 1, 5: 1, 4: 1}
    # Every month has its own latest.
    assert [(month.month, ratings.counts) for month, ratings in analytics(acme).by_month] == [
        (5, {5: 1, 4: 1}), (7, {3: 1}),
    ]  # fmt: skip


def test_days_are_those_of_the_organisation_the_last_one_included(acme: World) -> None:
    Organisation.objects.filter(pk=acme.organisation.pk).update(zone="Asia/Tokyo")
    an_answer(acme, 5, datetime(2026, 5, 31, 14, 59, tzinfo=UTC))
    an_answer(acme, 1, datetime(2026, 5, 31, 15, 0, tzinfo=UTC))
    an_answer(acme, 2, datetime(2026, 4, 30, 15, 0, tzinfo=UTC))
    told = analytics(acme, days=MAY)
    assert told.ratings.counts == {5: 1, 2: 1}
    assert [month for month, _ratings in told.by_month] == [date(2026, 5, 1)]
    with acme.scope():
        one_day = period_of(date(2026, 6, 1), date(2026, 6, 1))
        assert analytics_of(Asking(one_day, Scale.CSAT)).ratings.counts == {1: 1}
        with pytest.raises(PeriodBackwards):
            period_of(date(2026, 6, 2), date(2026, 6, 1))
        period_of(date.min, date.max)


def test_scales_are_not_mixed(acme: World) -> None:
    an_answer(acme, 5)
    assert shown(acme) == Scale.CSAT
    an_answer(acme, 9, scale="NPS")
    an_answer(acme, 5, scale="NPS")
    assert (analytics(acme).ratings.n, analytics(acme).ratings.nps) == (1, None)
    assert analytics(acme, Scale.NPS).ratings.nps == 0
    # With answers on several scales it is that of the settings, with answers on one it is that one.
    assert shown(acme) == Scale.CSAT
    with at(acme, NOON):
        FeedbackRequest.objects.filter(scale="CSAT").delete()
    assert shown(acme) == Scale.NPS


def shown(world: World) -> Scale:
    with world.scope():
        return scale_to_show(period_of())


def test_of_those_who_were_reached_the_rate_says_how_many_answered(acme: World) -> None:
    an_answer(acme, 5)
    ask(acme, channel="link")
    bounced, pending = ask(acme, channel="api").request, ask(acme).request
    with acme.scope():
        FeedbackRequest.objects.filter(pk=bounced.pk).update(state=FeedbackState.BOUNCED)
    response = analytics(acme).response
    assert (response.sent, response.bounced, response.answered, response.rate) == (3, 1, 1, Decimal("0.5"))
    assert pending.sent_at is None
    # Whether somebody who did not answer would have chosen a category, nobody knows.
    assert analytics(acme, category="support").response is None


def test_categories_by_how_often_and_one_by_itself(acme: World) -> None:
    for rating, category in ((5, "support"), (4, "support"), (1, "delivery"), (3, "")):
        an_answer(acme, rating, category=category)
    told = analytics(acme).by_category
    assert [(name, ratings.n, ratings.average) for name, ratings in told] == [
        ("support", 2, Decimal("4.50")), ("", 1, 3), ("delivery", 1, 1),
    ]  # fmt: skip
    assert analytics(acme, category="delivery").ratings.counts == {1: 1}


def test_customers_who_are_gone_and_other_places_do_not_count(cast: Cast) -> None:
    gone = an_answer(cast.acme, 5)
    an_answer(cast.acme, 4)
    for world in (cast.rival, cast.rehearsal):
        an_answer(world, 1)
    with cast.acme.scope():
        delete_contact(contact_id=gone.customer_id)
    told = analytics(cast.acme)
    assert (told.ratings.counts, told.response.sent) == ({4: 1}, 1)


# All of it once more, by other means


def a_year_of_answers(world: World) -> None:
    """Three hundred answers of sixty customers on two scales, some bounced and some unanswered."""
    dice, customers = random.Random(7), customers_of(world, 60)
    rows = []
    with world.scope():
        for number in range(300):
            scale = dice.choice([Scale.CSAT, Scale.NPS])
            sent_at = NOON - dice.random() * 365 * DAY
            state = dice.choice(["answered"] * 6 + ["bounced", "expired"])
            rating = dice.choice(scale.ratings) if state == "answered" else None
            rows.append(FeedbackRequest(
                customer_id=customers[number % 60], channel="email", scale=scale, state=state, sent_at=sent_at,
                created_at=sent_at, expires_at=sent_at + 30 * DAY, rating=rating,
                answered_at=sent_at + timedelta(hours=dice.random() * 90) if rating is not None else None,
                category=dice.choice(["", "support", "delivery"]) if rating is not None else "",
            ))  # fmt: skip
        copy_rows(FeedbackRequest, rows)


def asked_of_sql(sql: str, *parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


_LATEST = """
SELECT DISTINCT ON (customer_id{more}) customer_id, rating, category,
  date_trunc('month', answered_at AT TIME ZONE 'UTC')
FROM feedback_feedbackrequest WHERE organisation_id = %s AND mode = %s AND state = 'answered' AND scale = %s
  AND answered_at >= %s AND answered_at < %s ORDER BY customer_id{more}, answered_at DESC, id DESC
"""


@pytest.mark.parametrize("scale", [Scale.CSAT, Scale.NPS])
def test_figures_are_those_of_sql_written_anew(acme: World, rival: World, scale: Scale) -> None:
    for world in (acme, rival):
        a_year_of_answers(world)
    days = (date(2025, 9, 1), date(2026, 3, 31))
    bounds = (*acme.tenant, scale.value, "2025-09-01T00:00:00Z", "2026-04-01T00:00:00Z")
    told = analytics(acme, scale, days)
    rows = asked_of_sql(_LATEST.format(more=""), *bounds)
    given = [rating for _customer, rating, _category, _month in rows]
    assert told.ratings.n == len(given) > 30
    assert told.ratings.distribution == {rating: given.count(rating) for rating in scale.ratings}
    assert told.ratings.average == round(Decimal(sum(given)) / len(given), 2)
    by_category: dict[str, list[int]] = {}
    for _customer, rating, category, _month in rows:
        by_category.setdefault(category, []).append(rating)
    assert {name: (one.n, one.average) for name, one in told.by_category} == {
        name: (len(some), round(Decimal(sum(some)) / len(some), 2)) for name, some in by_category.items()
    }
    months = asked_of_sql(_LATEST.format(more=", date_trunc('month', answered_at AT TIME ZONE 'UTC')"), *bounds)
    by_month: dict[date, int] = {}
    for _customer, _rating, _category, month in months:
        by_month[month.date()] = by_month.get(month.date(), 0) + 1
    assert {month: ratings.n for month, ratings in told.by_month} == by_month
    if scale == Scale.NPS:
        n, happy, unhappy = len(given), sum(r >= 9 for r in given), sum(r <= 6 for r in given)
        p, d = happy / n, unhappy / n
        assert float(told.ratings.nps) == pytest.approx(100 * (happy - unhappy) / n, abs=0.051)
        assert float(told.ratings.nps_margin) == pytest.approx(196 * sqrt((p + d - (p - d) ** 2) / n), abs=0.051)
    ((sent, bounced, answered),) = asked_of_sql(
        "SELECT count(*), count(*) FILTER (WHERE state = 'bounced'), count(*) FILTER (WHERE state = 'answered')"
        " FROM feedback_feedbackrequest"
        " WHERE organisation_id = %s AND mode = %s AND scale = %s AND sent_at >= %s AND sent_at < %s", *bounds,
    )  # fmt: skip
    assert (told.response.sent, told.response.bounced, told.response.answered) == (sent, bounced, answered)
    assert float(told.response.rate) == pytest.approx(answered / (sent - bounced), abs=0.0001)


# What answers are about


def spoken(world: World, scale: Scale, days: Any = (None, None)) -> Any:
    with world.scope():
        return spoken_of(Asking(period_of(*days), scale))


def test_a_theme_has_its_mentions_share_feeling_rating_and_impact(acme: World) -> None:
    for rating, comment in (
        (0, "The price is terrible."), (3, "Prices are awful, Ann says"), (9, "Great staff."), (10, "Friendly staff"),
        (9, "I will come back."), (8, ""),
    ):  # fmt: skip
        an_answer(acme, rating, scale="NPS", comment=comment)
    told = spoken(acme, Scale.NPS)
    assert (told.comments, told.unexplained, told.unexplained_share) == (5, 1, Decimal("0.2"))
    price, service = told.themes
    assert (price.key, price.name, price.mentions, price.share) == ("price", "Price", 2, Decimal("0.4"))
    assert (price.ratings.average, price.ratings.nps) == (Decimal("1.50"), -100)
    assert price.sentiment < 0 < service.sentiment
    # All: 3 happy, 2 unhappy of 6; without those who mention the price: 3 of 4.
    assert (price.impact, service.impact) == (Decimal("16.7") - 75, Decimal("16.7") - Decimal("-25.0"))
    assert price.quotes == ["Prices are awful, Ann says", "The price is terrible."]


def test_quotes_are_the_latest_three_and_do_not_say_who_spoke(acme: World) -> None:
    from tests.builders import a_customer

    for number in range(5):
        who = a_customer(acme, name="Zoe Quill")
        comment = f"Price {number} hurts. Zoe, zoe@example.com, +357 99 123456"
        an_answer(acme, 2, NOON + number * DAY, customer_id=who, comment=comment)
    assert spoken(acme, Scale.CSAT).themes[0].quotes == ["Price 4 hurts.", "Price 3 hurts.", "Price 2 hurts."]
    who = a_customer(acme, name="Zoe Quill")
    an_answer(acme, 2, NOON + 9 * DAY, customer_id=who, comment="price: ask Zoe at zoe@example.com or +357 99 123456")
    assert spoken(acme, Scale.CSAT).themes[0].quotes[0] == "price: ask [name] at [e-mail] or [phone]"


@pytest.mark.parametrize(("before", "now", "change"), [(5, 5, True), (4, 9, False), (9, 4, False)])
def test_a_change_is_told_where_both_periods_have_five(acme: World, before: int, now: int, change: bool) -> None:
    for day, number in ((10, before), (40, now)):
        for one in range(10):
            comment = "The price" if one < number else "Nothing"
            an_answer(acme, 3, datetime(2026, 5, 1, tzinfo=UTC) + day * DAY, comment=comment)
    told = spoken(acme, Scale.CSAT, (date(2026, 5, 31), date(2026, 6, 29)))
    (price,) = told.themes
    assert price.mentions == now
    assert price.change == (Decimal(now - before) / 10 if change else None)
    assert spoken(acme, Scale.CSAT).themes[0].change is None


@pytest.mark.parametrize("days", [(None, None), MAY])
def test_what_is_spoken_of_costs_four_statements(acme: World, django_assert_num_queries: Any, days: Any) -> None:
    for rating in (1, 3, 5):
        an_answer(acme, rating, datetime(2026, 5, 9, tzinfo=UTC), comment="The price of the staff")
    with acme.scope():
        asking = Asking(period_of(*days), Scale.CSAT)
        with django_assert_num_queries(4):
            assert len(spoken_of(asking).themes) == 2
        with django_assert_num_queries(3):
            analytics_of(asking)


def test_impact_and_nps_are_those_of_recommendation_alone(acme: World) -> None:
    an_answer(acme, 2, comment="The price")
    (price,) = spoken(acme, Scale.CSAT).themes
    assert (price.impact, price.ratings.nps, price.ratings.average) == (None, None, 2)
    only = an_answer(acme, 2, scale="NPS", comment="The price")
    assert only.pk
    # Without those who mention it nobody is left to compare with.
    assert spoken(acme, Scale.NPS).themes[0].impact is None
