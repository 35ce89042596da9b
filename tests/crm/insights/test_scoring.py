"""A score is the weighted mean of what is known; bands are entered at their threshold and left three below it."""

from datetime import date
from decimal import Decimal

import pytest

from crm.insights.models import Band
from crm.insights.scoring import WEIGHTS, band_of, engagement_of, score_of, support_of

# semantics §3.6: last order 20 days ago, three orders against two, a nine, one open call, four touches, no member.
WORKED = {"recency": 78, "trend": 75, "sentiment": 90, "support": 90, "engagement": 40}


def test_the_worked_example_is_79() -> None:
    score = score_of(WORKED)
    assert (score.value, score.coverage) == (79, 90)
    assert sum(WEIGHTS.values()) == 100
    assert {part: (one.value, one.weight, one.contribution) for part, one in score.components.items()} == {
        "recency": (78, 25, Decimal("21.7")), "trend": (75, 15, Decimal("12.5")),
        "sentiment": (90, 25, Decimal("25.0")), "support": (90, 15, Decimal("15.0")),
        "engagement": (40, 10, Decimal("4.4")), "loyalty": (None, 10, None),
    }  # fmt: skip
    assert [(drag.part, drag.points) for drag in score.drags] == [
        ("engagement", Decimal("6.7")), ("recency", Decimal("6.1")), ("trend", Decimal("4.2")),
    ]  # fmt: skip


def test_where_nothing_is_known_there_is_no_score() -> None:
    score = score_of({})
    assert (score.value, score.coverage, score.drags) == (None, 0, ())
    assert band_of(score, "", is_blocked=False) == Band.UNKNOWN


@pytest.mark.parametrize(("parts", "value"), [
    ({"recency": 50, "sentiment": 51}, 51), ({"recency": 50, "sentiment": 50}, 50),
    ({"support": 0, "engagement": 1}, 0), ({"recency": 100}, 100), ({"loyalty": 10, "engagement": 11}, 11),
])  # fmt: skip
def test_halves_are_rounded_up(parts: dict[str, int], value: int) -> None:
    assert score_of(parts).value == value


def band(value: int, former: str = "", *, is_blocked: bool = False) -> str:
    return band_of(score_of(dict.fromkeys(WEIGHTS, value)), former, is_blocked=is_blocked)


@pytest.mark.parametrize(("former", "expected"), [
    ("", {100: "healthy", 75: "healthy", 74: "watch", 50: "watch", 49: "at_risk", 0: "at_risk"}),
    ("healthy", {75: "healthy", 72: "healthy", 71: "watch", 47: "watch", 46: "at_risk"}),
    ("watch", {75: "healthy", 74: "watch", 50: "watch", 47: "watch", 46: "at_risk"}),
    ("at_risk", {75: "healthy", 74: "watch", 50: "watch", 49: "at_risk"}),
    ("unknown", {74: "watch", 49: "at_risk"}),
])  # fmt: skip
def test_a_band_is_left_three_points_below_where_it_is_entered(former: str, expected: dict[int, str]) -> None:
    assert {value: band(value, former) for value in expected} == expected


def test_a_score_that_trembles_about_a_threshold_stays_in_its_band() -> None:
    bands, former = [], ""
    for value in (76, 73, 75, 72, 74, 71, 74, 75):
        former = band(value, former)
        bands.append(former)
    assert bands == ["healthy"] * 5 + ["watch", "watch", "healthy"]


def test_who_is_blocked_is_at_risk_whatever_is_known() -> None:
    assert band(100, "healthy", is_blocked=True) == Band.AT_RISK
    assert band_of(score_of({}), "", is_blocked=True) == Band.AT_RISK


@pytest.mark.parametrize(("parts", "expected"), [
    ({"recency": 90, "trend": 90}, "healthy"), ({"recency": 90, "engagement": 90}, "unknown"),
    ({"sentiment": 90, "support": 90}, "healthy"), ({"recency": 90}, "unknown"),
])  # fmt: skip
def test_below_40_of_100_nobody_can_tell(parts: dict[str, int], expected: str) -> None:
    assert band_of(score_of(parts), "healthy", is_blocked=False) == expected


def test_calls_for_help() -> None:
    assert [support_of(*numbers) for numbers in ((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 0, 3), (9, 9, 9))] == [
        100, 90, 70, 85, 0,
    ]  # fmt: skip


def test_touches_count_three_a_day_and_up_to_ten() -> None:
    first, second = date(2026, 3, 1), date(2026, 3, 2)
    assert engagement_of({first: 3, second: 1}) == 40
    assert engagement_of({first: 9}) == 30
    assert engagement_of({date(2026, 3, day): 2 for day in range(1, 9)}) == 100
    assert engagement_of({}) == 0
