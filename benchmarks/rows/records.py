"""B3: one customer by id, and a new one, with its events and its Idempotency-Key."""

from collections.abc import Iterator

import orjson

from benchmarks.bench import Bench, Reach, Result
from benchmarks.clients import Ask, Numbers, ensure
from benchmarks.data import Place
from benchmarks.measuring import Race, growth, race, statements
from benchmarks.people import Person, spread

COUNT = 500
CREATE = Ask(
    "/v1/customers", "POST", orjson.dumps({"name": "Maria Baker", "email": "new.{n}@example.com"}).decode(),
    {"Content-Type": "application/json", "Idempotency-Key": "bench-{n}"},
)  # fmt: skip


def measure(bench: Bench) -> Iterator[Result]:
    for place in bench.every:
        check_by_id(bench, place)
    _check_create(bench)
    loads = {
        "by id": bench.product(bench.middle, by_id(bench.middle)),
        "create": bench.product(bench.places[0], [CREATE], 201),
        "nothing": bench.nothing(), "floor": bench.floor(),
    }  # fmt: skip
    raced = race(bench, loads)
    yield _by_id_result(bench, raced)
    yield _create_result(bench, raced)


def by_id(place: Place) -> list[Ask]:
    return [_ask(person) for person in spread(place.size, COUNT)]


def _ask(person: Person) -> Ask:
    return Ask(f"/v1/customers/cus_{person.id}")


def check_by_id(bench: Bench, place: Place) -> None:
    """Raises WrongAnswer."""
    client = bench.product(place, []).client()
    for person in spread(place.size, 20):
        ask = _ask(person)
        got = client.send(ask)
        ensure(got.status == 200 and got.json()["data"]["email"] == person.email, ask, got)


def _check_create(bench: Bench) -> None:
    """A new customer is there afterwards, and once only when the same request is sent again."""
    number = Numbers().take()
    ask = Ask(CREATE.path, "POST", CREATE.body.replace("{n}", number),
              {name: value.replace("{n}", number) for name, value in CREATE.headers.items()})  # fmt: skip
    client = bench.product(bench.places[0], []).client()
    created, again = client.send(ask), client.send(ask)
    ensure(created.status == 201, ask, created)
    ensure(again.status == 201 and again.body == created.body, ask, again)
    found = client.send(Ask(f"/v1/customers/{created.json()['data']['id']}"))
    ensure(found.status == 200 and found.json()["data"]["email"] == f"new.{number}@example.com", ask, found)


def _by_id_result(bench: Bench, raced: Race) -> Result:
    return Result(
        row="B3",
        work="one customer by id",
        ours=raced.shown("by id"),
        floor=raced.shown("floor"),
        ratio=f"{raced.ratio('by id', 'floor'):.2f}",
        statements=statements(by_id(bench.middle)[0], bench.middle.key),
        growth=growth(bench, lambda place: by_id(place)[:100]),
        reaches=[Reach("of the empty answer", raced.ratio("by id", "nothing"), 0.60, at_least=True)],
        figures={"rates": raced.told(), "processor ms": raced.processor_ms("by id")},
    )


def _create_result(bench: Bench, raced: Race) -> Result:
    ratio = raced.ratio("create", "floor")
    return Result(
        row="B3",
        work="a new customer, idempotent",
        ours=raced.shown("create"),
        floor=raced.shown("floor"),
        ratio=f"{ratio:.2f}",
        statements=statements(CREATE, bench.places[0].key),
        reaches=[Reach("of the floor", ratio, 0.10, at_least=True)],
        figures={"processor ms": raced.processor_ms("create")},
    )
