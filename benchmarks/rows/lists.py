"""B1: the main list of twenty of every surface that has one, in its whole envelope."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from benchmarks.bench import Bench, Reach, Result
from benchmarks.clients import Ask, ensure
from benchmarks.data import Place
from benchmarks.load import Load
from benchmarks.measuring import FEW, Race, growth, race, statements
from benchmarks.people import Person, latest

PAGE = 20
WORD = "maria"


@dataclass(frozen=True, slots=True)
class Surface:
    """`path` asks for twenty people for whom `holds`; `emails` and `total` read the answer."""

    name: str
    work: str
    path: str
    emails: Callable[[Any], list[str]]
    total: Callable[[Any], int] | None = None
    holds: Callable[[Person], bool] = lambda _person: True

    def ask(self, place: Place) -> Ask:
        return Ask(self.path.format(listing=place.listing_id))


def _emails(body: Any) -> list[str]:
    return [row["email"] for row in body["data"]]


def _total(body: Any) -> int:
    return int(body["pagination"]["total"])


SURFACES = (
    Surface("S0", "S0 /v1/customers", f"/v1/customers?limit={PAGE}", _emails, _total),
    # S3 answers no list without a look-up: a first name of one in ninety. Nor does it tell a total.
    Surface(
        "S3", f"S3 /crm/{{listing}}?first_name={WORD}", f"/crm/{{listing}}?first_name={WORD}&limit={PAGE}",
        lambda body: [row["contact_email"] for row in body["data"]["results"]],
        holds=lambda person: person.first_name.lower() == WORD,
    ),
    Surface("S4", "S4 /dev/crm/customers", f"/dev/crm/customers?limit={PAGE}", _emails, _total),
)  # fmt: skip


def measure(bench: Bench) -> Iterator[Result]:
    there = [surface for surface in SURFACES if is_there(bench, surface)]
    loads: dict[str, Load] = {
        **{surface.name: bench.product(bench.middle, [surface.ask(bench.middle)]) for surface in there},
        "nothing": bench.nothing(), "floor": bench.floor(), "stock": bench.stock(),
    }  # fmt: skip
    for surface in there:
        for place in bench.every:
            check(bench, surface, place)
    for name in ("floor", "stock"):
        _check_rival(bench, loads[name])
    raced = race(bench, loads)
    yield _yardstick(raced)
    for surface in SURFACES:
        yield _result(bench, surface, raced) if surface in there else Result("B1", surface.work, ours="not there")


def is_there(bench: Bench, surface: Surface) -> bool:
    return bench.product(bench.middle, []).client().send(surface.ask(bench.middle)).status != 404


def check(bench: Bench, surface: Surface, place: Place) -> None:
    """The latest twenty in order, and all of them counted. Raises WrongAnswer."""
    ask = surface.ask(place)
    got = bench.product(place, [ask]).client().send(ask)
    expected = [person.email for person in islice(filter(surface.holds, latest(place.size)), PAGE)]
    ensure(got.status == 200 and surface.emails(got.json()) == expected, ask, got)
    ensure(surface.total is None or surface.total(got.json()) == place.size, ask, got)


def _check_rival(bench: Bench, load: Load) -> None:
    got = load.client().send(load.asks[0])
    body = got.json()
    expected = [person.email for person in islice(latest(bench.middle.size), PAGE)]
    ensure([row["email"] for row in body.get("data") or body["results"]] == expected, load.asks[0], got)
    ensure(body.get("count", bench.middle.size) == bench.middle.size, load.asks[0], got)


def _yardstick(raced: Race) -> Result:
    return Result(
        "B1", "for comparison: stock DRF, page number and count", ours=raced.shown("stock"),
        floor=raced.shown("floor"), ratio=f"{raced.ratio('stock', 'floor'):.2f}", statements=2,
        figures={"rates": raced.told()},
    )  # fmt: skip


def _result(bench: Bench, surface: Surface, raced: Race) -> Result:
    ratio = raced.ratio(surface.name, "floor")
    return Result(
        row="B1",
        work=surface.work,
        ours=raced.shown(surface.name),
        floor=raced.shown("floor"),
        ratio=f"{ratio:.2f}",
        statements=statements(surface.ask(bench.middle), bench.middle.key),
        growth=growth(bench, lambda place: [surface.ask(place)] * 50),
        reaches=[
            Reach("of the empty answer", raced.ratio(surface.name, "nothing"), 0.55, at_least=True),
            Reach("times stock DRF", raced.ratio(surface.name, "stock"), 5, at_least=True),
            Reach("of the floor", ratio, 0.20, at_least=True),
        ],
        figures={
            "ratio at one connection": raced.ratio(surface.name, "floor", FEW),
            "processor ms": raced.processor_ms(surface.name),
        },
    )
