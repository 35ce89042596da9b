"""B4: what stands before any answer. Credentials, limit, grant, scope, envelope, log line; nothing else."""

from collections.abc import Iterator

from benchmarks.bench import NOTHING, Bench, Reach, Result
from benchmarks.clients import ensure
from benchmarks.load import Load, run
from benchmarks.measuring import FEW, MANY, growth, race, statements
from benchmarks.processes import postmaster_pid, processor_seconds


def measure(bench: Bench) -> Iterator[Result]:
    _check(bench)
    raced = race(bench, {"ours": bench.nothing(), "floor": bench.floor()})
    ratio, used, asked = raced.ratio("ours", "floor"), raced.processor_ms("ours"), statements(NOTHING, bench.middle.key)
    yield Result(
        row="B4",
        work="authentication, limit, scope: an empty answer",
        ours=raced.shown("ours"),
        floor=raced.shown("floor"),
        ratio=f"{ratio:.2f}",
        statements=asked,
        growth=growth(bench, lambda _place: [NOTHING] * 50),
        reaches=[
            Reach("of the floor", ratio, 0.30, at_least=True),
            Reach("processor time of a request", used, 1.0, unit=" ms"),
            Reach("statements", asked, 3),
        ],
        figures={
            "rates": raced.told(),
            "ratio at one connection": raced.ratio("ours", "floor", FEW),
            "processor ms": used,
            "processor ms of the floor": raced.processor_ms("floor"),
            "processor ms of PostgreSQL": _of_database(bench),
        },
    )


def _check(bench: Bench) -> None:
    """The answer is empty and was counted; without a key there is none."""
    client = bench.nothing().client()
    before, after = client.send(NOTHING), client.send(NOTHING)
    ensure(before.status == 200 and before.json() == {"data": {}}, NOTHING, before)
    counted = int(before.headers["x-ratelimit-remaining"]) - int(after.headers["x-ratelimit-remaining"])
    ensure(counted == 1, NOTHING, after)
    refused = Load(bench.servers["product"], [NOTHING]).client().send(NOTHING)
    ensure(refused.status == 401, NOTHING, refused)


def _of_database(bench: Bench) -> float | None:
    """Processor time of the embedded server for each request; None where the database is another one's."""
    pid = postmaster_pid(bench.home / "postgres" / "data")
    before = processor_seconds(pid) if pid else None
    requests = run(bench.nothing(), MANY, bench.options.seconds).requests
    after = processor_seconds(pid) if pid else None
    return (after - before) * 1000 / requests if before is not None and after is not None else None
