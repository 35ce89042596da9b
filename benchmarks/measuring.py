"""Rates side by side, times in turns, and the middle of each: noise of the machine falls on all alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import median

from django.db import connection
from django.test import Client as InProcess
from django.test.utils import CaptureQueriesContext

from benchmarks.bench import Bench
from benchmarks.clients import Ask, Numbers
from benchmarks.data import Place
from benchmarks.environment import HOST
from benchmarks.load import Load, Rate, run

FEW, MANY = 1, 8


@dataclass(frozen=True, slots=True)
class Race:
    """Rates by name and number of connections, one for each repeat."""

    rates: Mapping[tuple[str, int], Sequence[Rate]]

    def per_second(self, name: str, connections: int = MANY) -> float:
        return median(rate.per_second for rate in self.rates[name, connections])

    def ratio(self, name: str, to: str, connections: int = MANY) -> float:
        """Both of the same minute, repeat by repeat; the middle one."""
        pairs = zip(self.rates[name, connections], self.rates[to, connections], strict=True)
        return median(ours.per_second / theirs.per_second for ours, theirs in pairs)

    def processor_ms(self, name: str) -> float | None:
        known = [rate.processor_ms for rate in self.rates[name, MANY] if rate.processor_ms is not None]
        return median(known) if known else None

    def shown(self, name: str) -> str:
        """Requests a second at 1 and at 8 connections."""
        return f"{self.per_second(name, FEW):,.0f} | {self.per_second(name):,.0f} /s"

    def told(self) -> dict[str, list[float]]:
        """Requests a second as they were measured, for JSON."""
        return {
            f"{name}, {connections} connection(s)": [round(rate.per_second, 1) for rate in rates]
            for (name, connections), rates in self.rates.items()
        }


def race(bench: Bench, loads: Mapping[str, Load]) -> Race:
    """Each load at 1 and at 8 connections, in turns; one of them is called `floor`."""
    rates: dict[tuple[str, int], list[Rate]] = {(name, many): [] for many in (FEW, MANY) for name in loads}
    for load in loads.values():
        run(load, MANY, min(1.0, bench.options.seconds))
    for repeat in range(bench.options.repeats):
        names = list(loads)
        turned = names[repeat % len(names) :] + names[: repeat % len(names)]
        for connections in (FEW, MANY):
            for name in turned:
                rates[name, connections].append(run(loads[name], connections, bench.options.seconds))
    bench.floors.append([rate.per_second for rate in rates["floor", MANY]])
    return Race(rates)


def times(bench: Bench, loads: Mapping[str, Load]) -> dict[str, list[list[float]]]:
    """Milliseconds of each request by load, a list for each repeat; one connection, the loads taking turns."""
    clients = {name: load.client() for name, load in loads.items()}
    for name, load in loads.items():
        clients[name].milliseconds(load.asks[:20], load.status)
    taken: dict[str, list[list[float]]] = {name: [] for name in loads}
    for _ in range(bench.options.repeats):
        rounds: dict[str, list[float]] = {name: [] for name in loads}
        for turn in range(max(len(load.asks) for load in loads.values())):
            for name, load in loads.items():
                ask = load.asks[turn % len(load.asks)]
                rounds[name] += clients[name].milliseconds([ask], load.status)
        for name, milliseconds in rounds.items():
            taken[name].append(milliseconds)
    return taken


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def p95(repeats: Sequence[Sequence[float]]) -> float:
    """Of all repeats together."""
    return percentile(list(chain.from_iterable(repeats)), 0.95)


def p50(repeats: Sequence[Sequence[float]]) -> float:
    return percentile(list(chain.from_iterable(repeats)), 0.5)


def growth(bench: Bench, asks: Callable[[Place], Sequence[Ask]]) -> str:
    """How the middle time of one request grows with the size of the organisation: `1.00 → 1.02 → 1.10`."""
    taken = times(bench, {str(place.size): bench.product(place, asks(place)) for place in bench.every})
    middles = [p50(repeats) for repeats in taken.values()]
    return " → ".join(f"{middle / middles[0]:.2f}" for middle in middles)


def statements(ask: Ask, key: str) -> int:
    """SQL statements of one request, `BEGIN` and `COMMIT` among them; what is remembered between requests is there."""
    client, numbers = InProcess(headers={"Authorization": f"Bearer {key}"}), Numbers()
    for _ in range(2):
        number = numbers.take()
        headers = {name: value.replace("{n}", number) for name, value in ask.headers.items()}
        with CaptureQueriesContext(connection) as captured:
            client.generic(
                ask.method, ask.path, ask.body.replace("{n}", number), "application/json", secure=True,
                headers=headers, SERVER_NAME=HOST,
            )  # fmt: skip
    return len(captured)
