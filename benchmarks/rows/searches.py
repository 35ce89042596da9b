"""B5: find people in the largest organisation by a word of their name, by e-mail and by phone."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote

from benchmarks.bench import Bench, Reach, Result
from benchmarks.clients import Ask, ensure
from benchmarks.measuring import p50, p95, statements, times
from benchmarks.people import Person, latest, spread
from benchmarks.rows.records import by_id
from crm.kernel.search import fold

COUNT, PAGE, CHECKED = 100, 20, 5

WORDS: dict[str, Callable[[Person], str]] = {
    "a last name": lambda person: fold(person.last_name),
    "first and last name": lambda person: fold(person.name),
    "e-mail": lambda person: person.email,
    "phone": lambda person: person.phone,
}


def measure(bench: Bench) -> Iterator[Result]:
    wanted = spread(bench.largest.size, COUNT)
    asks = {kind: [_ask(word(person)) for person in wanted] for kind, word in WORDS.items()}
    for kind in WORDS:
        for person in wanted[:CHECKED]:
            _check(bench, kind, person)
    loads = {kind: bench.product(bench.largest, some) for kind, some in asks.items()}
    taken = times(bench, {**loads, "by id": bench.product(bench.largest, by_id(bench.largest)[:COUNT])})
    for kind in WORDS:
        yield _result(kind, taken, statements(asks[kind][0], bench.largest.key))


def _ask(word: str) -> Ask:
    return Ask(f"/v1/customers?limit={PAGE}&search={quote(word)}")


def _check(bench: Bench, kind: str, person: Person) -> None:
    """The latest twenty of all who bear the word, in order; an address is one person's. Raises WrongAnswer."""
    word = WORDS[kind]
    ask = _ask(word(person))
    got = bench.product(bench.largest, []).client().send(ask)
    ensure(got.status == 200, ask, got)
    found: dict[str, Any] = got.json()
    if kind in ("e-mail", "phone"):
        ensure(found["pagination"]["total"] == 1 and found["data"][0]["email"] == person.email, ask, got)
    else:
        same = (other for other in latest(bench.largest.size) if word(other).startswith(word(person)))
        ensure([row["email"] for row in found["data"]] == [other.email for other in islice(same, PAGE)], ask, got)


def _result(kind: str, taken: dict[str, list[list[float]]], asked: int) -> Result:
    ours, by_id_ms = p95(taken[kind]), p95(taken["by id"])
    return Result(
        row="B5",
        work=f"S0, search by {kind}",
        ours=f"p95 {ours:.1f} ms",
        floor=f"by id {by_id_ms:.1f} ms",
        ratio=f"{ours / by_id_ms:.2f}",
        statements=asked,
        reaches=[Reach("times as long as one by id at the 95th percentile", ours / by_id_ms, 3)],
        figures={"p50 ms": p50(taken[kind]), "p95 ms, by repeat": [p95([one]) for one in taken[kind]]},
    )
