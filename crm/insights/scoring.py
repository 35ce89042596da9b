"""How a customer is doing, from 0 to 100, and why: pure functions of what is known of them (semantics §3.6).

Each part is a whole number from 0 to 100, or missing where nothing is known. What is missing counts neither way: the
score is the weighted mean of the rest, and how much of the weight that is, the coverage, says how far to trust it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from crm.insights.models import Band

FORMULA_VERSION = 1
# Of a hundred.
WEIGHTS: Mapping[str, int] = {
    "recency": 25, "trend": 15, "sentiment": 25, "support": 15, "engagement": 10, "loyalty": 10,
}  # fmt: skip
HEALTHY, WATCH, LEAST_COVERAGE = 75, 50, 40
# A band is entered at its threshold and left this far below it.
HYSTERESIS = 3
MOST_DRAGS = 3


@dataclass(frozen=True, slots=True)
class Component:
    """`contribution`: how many points of the score come from this part; of a missing one it is null, like its value."""

    value: int | None
    weight: int
    contribution: Decimal | None


@dataclass(frozen=True, slots=True)
class Drag:
    """A part, and how many points the score would gain if it were 100."""

    part: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class Score:
    """`value` is null where nothing is known."""

    value: int | None
    coverage: int
    components: Mapping[str, Component]
    drags: tuple[Drag, ...]


def score_of(parts: Mapping[str, int]) -> Score:
    """`parts` holds the value of each part that something is known of."""
    coverage = sum(WEIGHTS[part] for part in parts)
    total = sum(WEIGHTS[part] * value for part, value in parts.items())
    components = {
        part: Component(parts[part], weight, _share(weight * parts[part], coverage)) if part in parts
        else Component(None, weight, None)
        for part, weight in WEIGHTS.items()
    }  # fmt: skip
    drags = [
        Drag(part, _share(WEIGHTS[part] * (100 - value), coverage)) for part, value in parts.items() if value < 100
    ]
    worst = sorted(drags, key=lambda drag: (-drag.points, drag.part))[:MOST_DRAGS]
    return Score(rounded(Decimal(total) / coverage) if parts else None, coverage, components, tuple(worst))


def band_of(score: Score, former: str, *, is_blocked: bool) -> str:
    """The band of a score, for who was in `former`: nobody rises before a threshold, nor falls until three below it.
    Who is blocked is at risk whatever they score; where less than 40 of 100 is known, nobody can tell.
    """
    if is_blocked:
        return Band.AT_RISK
    if score.value is None or score.coverage < LEAST_COVERAGE:
        return Band.UNKNOWN
    if score.value >= HEALTHY - (HYSTERESIS if former == Band.HEALTHY else 0):
        return Band.HEALTHY
    if score.value >= WATCH - (HYSTERESIS if former in (Band.HEALTHY, Band.WATCH) else 0):
        return Band.WATCH
    return Band.AT_RISK


def rounded(value: Decimal) -> int:
    """To a whole number, halves up."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _share(weighted: int, coverage: int) -> Decimal:
    return (Decimal(weighted) / coverage).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


# Parts that are reckoned here


def support_of(opened: int, overdue: int, closed: int) -> int:
    """Of calls for help that are still open, of those among them that are overdue, and of those closed in 90 days."""
    return max(0, 100 - 10 * opened - 20 * overdue - 5 * closed)


def engagement_of(per_day: Mapping[date, int]) -> int:
    """Of how often they were in touch on each of the last 90 days; more than three times a day count as three."""
    return min(100, 10 * sum(min(3, times) for times in per_day.values()))
