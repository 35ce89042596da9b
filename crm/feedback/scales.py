"""What a rating means on its scale, and the figures that ratings add up to: arithmetic on numbers, no database.

The formulas are semantics §3.10's; a figure of nothing is None, never an invented 0.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.figures import to_decimals

_CONFIDENCE = Decimal("1.96")


class Range(NamedTuple):
    """From where to where ratings go; up to which one somebody is unhappy, and from which on happy."""

    lowest: int
    highest: int
    unhappy_to: int
    happy_from: int


class Scale(models.TextChoices):
    """What is asked: satisfaction, recommendation or ease."""

    CSAT = "CSAT", _("Satisfaction, 1 to 5")
    NPS = "NPS", _("Recommendation, 0 to 10")
    CES = "CES", _("Ease, 1 to 7")

    @property
    def range(self) -> Range:
        return _RANGES[self]

    @property
    def ratings(self) -> list[int]:
        return list(range(self.range.lowest, self.range.highest + 1))


_RANGES = {Scale.CSAT: Range(1, 5, 2, 4), Scale.NPS: Range(0, 10, 6, 9), Scale.CES: Range(1, 7, 3, 5)}


def score_of(scale: str, rating: int) -> float:
    """A rating from 0 to 100, so that those of different scales can be compared (semantics §3.6)."""
    lowest, highest, *_limits = Scale(scale).range
    return 100 * (rating - lowest) / (highest - lowest)


def lean_of(scale: str, rating: int) -> float:
    """A rating from −1 to 1, as the feeling of a text is told."""
    return score_of(scale, rating) / 50 - 1


def is_unhappy(scale: str, rating: int) -> bool:
    """Whether somebody should talk to who gave this rating: NPS up to 6, CSAT up to 2, CES up to 3."""
    return rating <= Scale(scale).range.unhappy_to


@dataclass(frozen=True)
class Ratings:
    """How often each rating was given, on one scale."""

    scale: Scale
    counts: Mapping[int, int]

    @property
    def n(self) -> int:
        return sum(self.counts.values())

    @property
    def distribution(self) -> dict[int, int]:
        """Every rating of the scale, those that nobody gave too."""
        return {rating: self.counts.get(rating, 0) for rating in self.scale.ratings}

    @property
    def average(self) -> Decimal | None:
        total = sum(rating * number for rating, number in self.counts.items())
        return to_decimals(Decimal(total) / self.n, 2) if self.n else None

    @property
    def nps(self) -> Decimal | None:
        """100·(P−D)/n; None on other scales."""
        if self.scale != Scale.NPS or not self.n:
            return None
        return to_decimals(Decimal(100 * (self._happy - self._unhappy)) / self.n, 1)

    @property
    def nps_margin(self) -> Decimal | None:
        """By how much the NPS may be off, 95 times of 100."""
        if self.scale != Scale.NPS or not self.n:
            return None
        happy, unhappy = Decimal(self._happy) / self.n, Decimal(self._unhappy) / self.n
        return to_decimals(_CONFIDENCE * 100 * ((happy + unhappy - (happy - unhappy) ** 2) / self.n).sqrt(), 1)

    @property
    def csat(self) -> Decimal | None:
        """Which share is satisfied, in percent; None on other scales."""
        if self.scale != Scale.CSAT or not self.n:
            return None
        return to_decimals(Decimal(100 * self._happy) / self.n, 1)

    @property
    def ces(self) -> Decimal | None:
        """How easy it was on average; None on other scales."""
        return self.average if self.scale == Scale.CES else None

    @classmethod
    def sum_of(cls, scale: Scale, groups: Iterable["Ratings"]) -> "Ratings":
        total: Counter[int] = Counter()
        for group in groups:
            total.update(group.counts)
        return cls(scale, total)

    def without(self, others: "Ratings") -> "Ratings":
        """Those of everybody else."""
        left = {rating: number - others.counts.get(rating, 0) for rating, number in self.counts.items()}
        return Ratings(self.scale, left)

    @property
    def _happy(self) -> int:
        return sum(number for rating, number in self.counts.items() if rating >= self.scale.range.happy_from)

    @property
    def _unhappy(self) -> int:
        return sum(number for rating, number in self.counts.items() if rating <= self.scale.range.unhappy_to)
