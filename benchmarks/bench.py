"""What a row of the table is given to measure with, and what it hands back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.clients import Ask
from benchmarks.data import Place
from benchmarks.load import Load
from benchmarks.options import Options
from benchmarks.servers import Server

NOTHING = Ask("/v1/bench/nothing")


@dataclass
class Bench:
    """One run. `floors` collects what the floor reached in each repeat: how far it wanders is the noise."""

    options: Options
    home: Path
    places: Mapping[int, Place]
    servers: Mapping[str, Server]
    floors: list[list[float]] = field(default_factory=list)

    @property
    def middle(self) -> Place:
        """Where rates are measured."""
        return self.places[self.options.sizes[len(self.options.sizes) // 2]]

    @property
    def every(self) -> list[Place]:
        """The measured organisations, the smallest first."""
        return [self.places[size] for size in self.options.sizes]

    @property
    def smallest(self) -> Place:
        return self.places[self.options.sizes[0]]

    @property
    def largest(self) -> Place:
        return self.places[self.options.sizes[-1]]

    def product(self, place: Place, asks: Sequence[Ask], status: int = 200) -> Load:
        return Load(self.servers["product"], asks, place.key, status)

    def nothing(self) -> Load:
        """The authenticated empty answer, which B4 measures and others are compared with."""
        return self.product(self.middle, [NOTHING])

    def floor(self) -> Load:
        return Load(self.servers["floor"], [Ask(f"/{self.middle.tenant.organisation_id}")])

    def stock(self) -> Load:
        return Load(self.servers["stock"], [Ask(f"/{self.middle.tenant.organisation_id}")])


@dataclass(frozen=True, slots=True)
class Reach:
    """A figure and what it should be: at most `limit`, or at least when `at_least`. No figure reaches nothing."""

    what: str
    value: float | None
    limit: float
    at_least: bool = False
    unit: str = ""

    @property
    def is_met(self) -> bool:
        return self.value is not None and (self.value >= self.limit if self.at_least else self.value <= self.limit)

    def __str__(self) -> str:
        value = "not known here" if self.value is None else f"{self.value:.3g}{self.unit}"
        verdict = "reached" if self.is_met else "SHORT OF THE REACH"
        return f"{self.what} {value} ({'≥' if self.at_least else '≤'} {self.limit:g}{self.unit}): {verdict}"


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table. `figures` holds for JSON what the line has no room for."""

    row: str
    work: str
    ours: str = ""
    floor: str = ""
    ratio: str = ""
    statements: int | None = None
    growth: str = ""
    reaches: Sequence[Reach] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
