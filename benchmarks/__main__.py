"""Build the data once, start the servers, measure, print one table, write var/bench/*.json.

python -m benchmarks [--rows b1,b4]
"""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks import environment
from benchmarks.options import Options, read_options

# In the order of the table; B4 first, because every other row stands on it.
MODULES = {
    "b4": "entrance", "b1": "lists", "b2": "growth", "b3": "records", "b5": "searches", "b6": "imports",
    "b10": "nurturing", "b11": "segments", "b12": "reports", "b15": "starting", "sign-in": "sign_in",
}  # fmt: skip


def main() -> int:
    options = read_options()
    home = environment.prepare()
    # Only now: settings are read at the import, and must be those of the benchmark.
    import django

    from config import env, postgres

    with postgres.running(env.read()):
        django.setup()
        # The requests whose statements are counted are made in this process.
        logging.getLogger("rapport.request").setLevel(logging.WARNING)
        return _run(options, home)


def _run(options: Options, home: Path) -> int:
    from django.core.management import call_command

    from benchmarks import report
    from benchmarks.bench import Bench
    from benchmarks.data import build
    from benchmarks.servers import serving

    call_command("migrate", verbosity=0, interactive=False)
    places = build(options.sizes, say)
    with serving(home, "product", "floor", "stock") as servers:
        bench = Bench(options, home, places, servers)
        results = []
        for row in (row for row in MODULES if row in options.rows):
            started = time.monotonic()
            some = list(_measure(row)(bench))
            report.write(bench, row, some)
            say(f"Measured {row} in {time.monotonic() - started:.0f} s.")
            results += some
        sys.stdout.write(f"\n{report.table(results)}\n\n{report.foot(bench, results)}\n")
    return 0


def _measure(row: str) -> Callable[[Any], Iterator[Any]]:
    module: Any = import_module(f"benchmarks.rows.{MODULES[row]}")
    measure: Callable[[Any], Iterator[Any]] = module.measure
    return measure


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
