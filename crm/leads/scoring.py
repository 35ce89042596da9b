"""A lead's score from 0 to 100, and why it is what it is: pure functions of what is known of the lead (semantics §3.7).

Fit and engagement give up to 50 points each. Rules add or take; a group's rules count within the group's cap. A touch
either fades (its points halve every so many days) or lapses (they count for so many days and are then gone).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crm.leads.models import Band, Grade, Part, ScoreRule, Test
from crm.leads.models.scoring import MOST_OF_A_PART

HALF_LIFE_DAYS = 30
HOT, WARM, ARMED_AGAIN_BELOW = 80, 50, 10
# From how many of a part's 50 points on a grade is an A or a 1, a B or a 2.
BEST, MIDDLE = 34, 17
CUSTOM = "custom_fields."
FIELDS = ("source", "company", "phone", "campaign_id", "assigned_to_id", "notes")
DAY = 86_400


@dataclass(frozen=True)
class Contribution:
    """What one rule gives: `points` before the group's cap, from `times` touches (1 for a field)."""

    rule: str
    group: str
    part: str
    points: Decimal
    times: int


@dataclass(frozen=True)
class Score:
    """`value` is a whole number from 0 to 100; `groups` is what each group counts, cap included."""

    value: int
    fit: Decimal
    engagement: Decimal
    grade: str
    contributions: tuple[Contribution, ...]
    groups: Mapping[str, Decimal]


def score_of(
    values: Mapping[str, Any], touches: Mapping[str, Sequence[datetime]], rules: Iterable[ScoreRule], moment: datetime
) -> Score:
    """`values` are the lead's fields, `touches` the moments of each kind of touch. Rules come with their groups."""
    contributions: list[Contribution] = []
    sums: dict[Any, Decimal] = defaultdict(Decimal)
    for rule in rules:
        points, times = _touched(rule, touches, moment) if rule.touch else _fitting(rule, values)
        if times:
            contributions.append(Contribution(rule.name, rule.group.name, rule.group.part, _rounded(points), times))
            sums[rule.group] += points
    capped = {group: max(Decimal(-group.cap), min(Decimal(group.cap), total)) for group, total in sums.items()}
    fit, engagement = (_part(capped, part) for part in (Part.FIT, Part.ENGAGEMENT))
    value = int((fit + engagement).quantize(Decimal(1), ROUND_HALF_UP))
    groups = {group.name: _rounded(total) for group, total in capped.items()}
    return Score(value, _rounded(fit), _rounded(engagement), _grade(fit, engagement), tuple(contributions), groups)


def band_of(score: Decimal, former: str) -> str:
    """The band of a score for a lead that was in `former`: up at 50 and 80, down ten below."""
    if score >= HOT or (former == Band.HOT and score >= HOT - ARMED_AGAIN_BELOW):
        return Band.HOT
    if score >= WARM or (former != Band.COLD and score >= WARM - ARMED_AGAIN_BELOW):
        return Band.WARM
    return Band.COLD


def has_risen(former: str, band: str) -> bool:
    order = (Band.COLD, Band.WARM, Band.HOT)
    return order.index(Band(band)) > order.index(Band(former))


def _fitting(rule: ScoreRule, values: Mapping[str, Any]) -> tuple[Decimal, int]:
    holds = _TESTS[rule.test](_value(rule.field, values), set(map(str, rule.values)))
    return Decimal(rule.points), int(holds)


def _value(field: str, values: Mapping[str, Any]) -> str:
    value = values["custom_fields"].get(field.removeprefix(CUSTOM)) if field.startswith(CUSTOM) else values[field]
    return "" if value is None else str(value)


_TESTS: dict[str, Callable[[str, set[str]], bool]] = {
    Test.IS_SET: lambda value, _wanted: value != "",
    Test.IS_EMPTY: lambda value, _wanted: value == "",
    Test.IS_ANY_OF: lambda value, wanted: value in wanted,
    Test.IS_NONE_OF: lambda value, wanted: value not in wanted,
}


def _touched(rule: ScoreRule, touches: Mapping[str, Sequence[datetime]], moment: datetime) -> tuple[Decimal, int]:
    """The points of every touch that counts; of one day the latest ones, up to the rule's most."""
    per_day: Counter[Any] = Counter()
    points, times = Decimal(0), 0
    for at in sorted(touches.get(rule.touch, ()), reverse=True):
        per_day[at.date()] += 1
        worth = _worth(rule, (moment - at).total_seconds() / DAY)
        if per_day[at.date()] <= rule.max_per_day and worth:
            points, times = points + worth, times + 1
    return points, times


def _worth(rule: ScoreRule, age_days: float) -> Decimal:
    age_days = max(0.0, age_days)
    if rule.within_days is not None:
        return Decimal(rule.points if age_days <= rule.within_days else 0)
    return Decimal(rule.points * 0.5 ** (age_days / (rule.half_life_days or HALF_LIFE_DAYS)))


def _part(capped: Mapping[Any, Decimal], part: str) -> Decimal:
    total = sum((points for group, points in capped.items() if group.part == part), Decimal(0))
    return max(Decimal(0), min(Decimal(MOST_OF_A_PART), total))


def _grade(fit: Decimal, engagement: Decimal) -> str:
    letter = "A" if fit >= BEST else "B" if fit >= MIDDLE else "C"
    figure = "1" if engagement >= BEST else "2" if engagement >= MIDDLE else "3"
    return Grade(f"{letter}{figure}")


def _rounded(points: Decimal) -> Decimal:
    return points.quantize(Decimal("0.1"), ROUND_HALF_UP)
