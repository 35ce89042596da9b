"""B2: the slowest of twenty pages in the largest organisation against the smallest, for the first hundred pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from benchmarks.bench import Bench, Reach, Result
from benchmarks.clients import Ask, ensure
from benchmarks.data import Place
from benchmarks.load import Load
from benchmarks.measuring import p50, p95, statements, times
from benchmarks.people import Person, latest
from benchmarks.rows.lists import SURFACES, is_there

SIZE, PAGES = 10, 100
TIER, FIRST_NAME, LAST_NAME = "silver", "maria", "garcia"


@dataclass(frozen=True, slots=True)
class Walk:
    """A list that is read page by page: `start` of its address, and which people are on it."""

    surface: str
    work: str
    start: str
    holds: Callable[[Person], bool] = lambda _person: True

    def pages(self, place: Place) -> list[Ask]:
        """The first hundred of `SIZE` rows, fewer where there are not as many."""
        rows = sum(1 for _ in islice(filter(self.holds, latest(place.size)), SIZE * PAGES))
        start = self.start.format(listing=place.listing_id)
        return [Ask(f"{start}limit={SIZE}&page={page}") for page in range(1, -(-rows // SIZE) + 1)]


def _called_first(person: Person) -> bool:
    return person.first_name == "Maria"


WALKS = (
    Walk("S0", "S0, default sort", "/v1/customers?"),
    Walk("S0", "S0, filter by tier", f"/v1/customers?filter[tier]={TIER}&",
         lambda person: person.tier == TIER),
    Walk("S0", "S0, search by a first name", f"/v1/customers?search={FIRST_NAME}&", _called_first),
    Walk("S0", "S0, search by a last name", f"/v1/customers?search={LAST_NAME}&",
         lambda person: person.last_name == "García"),
    Walk("S3", "S3, look-up by a first name", f"/crm/{{listing}}?first_name={FIRST_NAME}&",
         _called_first),
    Walk("S4", "S4, default sort", "/dev/crm/customers?"),
    Walk("S4", "S4, filter by status", "/dev/crm/customers?status=inactive&",
         lambda person: person.status == "inactive"),
    Walk("S4", "S4, search by a first name", f"/dev/crm/customers?search={FIRST_NAME}&", _called_first),
)  # fmt: skip


def measure(bench: Bench) -> Iterator[Result]:
    there = {surface.name: surface for surface in SURFACES if is_there(bench, surface)}
    for walk in WALKS:
        if walk.surface not in there:
            yield Result("B2", walk.work, ours="not there")
            continue
        yield _result(bench, walk)


def _result(bench: Bench, walk: Walk) -> Result:
    loads = {name: bench.product(place, walk.pages(place)) for name, place in _ends(bench).items()}
    for load, place in zip(loads.values(), _ends(bench).values(), strict=True):
        _check(walk, load, place)
    taken = times(bench, loads)
    small, large = p95(taken["small"]), p95(taken["large"])
    grown = large / small
    return Result(
        row="B2",
        work=walk.work,
        ours=f"p95 {small:.1f} → {large:.1f} ms",
        ratio=f"{grown:.2f}",
        statements=statements(loads["large"].asks[0], bench.largest.key),
        reaches=[Reach("times as long at the 95th percentile", grown, 1.3)],
        figures={
            "pages": {name: len(load.asks) for name, load in loads.items()},
            "p50 ms": {name: p50(repeats) for name, repeats in taken.items()},
            "p95 ms, by repeat": {name: [p95([one]) for one in repeats] for name, repeats in taken.items()},
        },
    )


def _ends(bench: Bench) -> dict[str, Place]:
    return {"small": bench.smallest, "large": bench.largest}


def _check(walk: Walk, load: Load, place: Place) -> None:
    """The first page holds whom it should, and so does the last one that is asked for. Raises WrongAnswer."""
    emails = next(surface.emails for surface in SURFACES if surface.name == walk.surface)
    expected = [person.email for person in islice(filter(walk.holds, latest(place.size)), SIZE * PAGES)]
    for at in (0, len(load.asks) - 1):
        got = load.client().send(load.asks[at])
        right = got.status == 200 and emails(got.json()) == expected[at * SIZE : (at + 1) * SIZE]
        ensure(right, load.asks[at], got)
