"""B11: who would be in a segment of three conditions, counted and shown, in the largest organisation over HTTP.

How many there are is known from people.py. Totals above 10,000 are remembered for half a minute, so each request asks
about another minute: none finds an answer that was made before.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import orjson

from benchmarks.bench import Bench, Reach, Result
from benchmarks.clients import Ask, Client, ensure
from benchmarks.data import Place
from benchmarks.measuring import p50, p95
from benchmarks.people import NEWEST, YEARS, Person, people

TIMES, LONGEST_MS = 10, 1_000


def _field(key: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": key, "op": op, "value": value}


# Three conditions each, the last of which is about when they came; and who in people.py they are true of.
Rule = tuple[list[dict[str, Any]], Callable[[Person], bool], timedelta]
RULES: dict[str, Rule] = {
    "few": (
        [_field("status", "eq", "blocked"), _field("tier", "in", ["gold", "platinum"])],
        lambda person: person.status == "blocked" and person.tier in ("gold", "platinum"), YEARS,
    ),
    "by name": (
        [_field("name", "contains", "smith"), _field("status", "neq", "blocked")],
        lambda person: "smith" in person.name.lower() and person.status != "blocked", YEARS / 3,
    ),
    "most": (
        [_field("status", "eq", "active"), _field("tier", "neq", "gold")],
        lambda person: person.status == "active" and person.tier != "gold", YEARS,
    ),
}  # fmt: skip


def measure(bench: Bench) -> Iterator[Result]:
    """Raises WrongAnswer."""
    place = bench.largest
    client = bench.product(place, []).client()
    for name, rule in RULES.items():
        _check(client, place, rule)
        asks = [_ask(rule, minute) for minute in range(1, TIMES + 1)]
        taken = client.milliseconds(asks)
        yield Result(
            row="B11",
            work=f"preview of a segment of three conditions, {place.size:,} people: {name}",
            ours=f"p50 {p50([taken]):.0f} ms, p95 {p95([taken]):.0f} ms",
            reaches=[Reach("a preview", p50([taken]), LONGEST_MS, unit=" ms")],
            figures={"ms": taken},
        )


def _since(rule: Rule, minute: int) -> datetime:
    return NEWEST - rule[2] + timedelta(minutes=minute)


def _ask(rule: Rule, minute: int) -> Ask:
    conditions = [*rule[0], _field("created_at", "gte", _since(rule, minute).isoformat())]
    body = orjson.dumps({"rule": {"all": conditions}}).decode()
    return Ask("/dev/crm/segments/preview", "POST", body, {"Content-Type": "application/json"})


def _check(client: Client, place: Place, rule: Rule) -> None:
    """As many as there are, and some of them. Raises WrongAnswer."""
    ask, since = _ask(rule, 0), _since(rule, 0)
    wanted = {str(person.id) for person in people(place.size) if rule[1](person) and person.joined >= since}
    got = client.send(ask)
    ensure(got.status == 200, ask, got)
    found = got.json()["data"]
    ensure(found["total"] == len(wanted), ask, got)
    shown = {person["id"] for person in found["sample"]}
    ensure(shown <= wanted and len(shown) == min(20, len(wanted)), ask, got)
