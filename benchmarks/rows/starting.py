"""B15: from nothing to ready, and what a web worker weighs after ten thousand requests."""

import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from benchmarks.bench import NOTHING, Bench, Reach, Result
from benchmarks.clients import WrongAnswer
from benchmarks.load import Load, run
from benchmarks.measuring import MANY
from benchmarks.processes import largest_megabytes
from benchmarks.rows.lists import SURFACES, is_there
from benchmarks.rows.records import by_id
from benchmarks.servers import free_port, serving
from config.env import PROJECT
from config.serve import WSGI_FLAGS

READY = "Rapport is ready."
PATIENCE_SECONDS = 300.0
# What makes a machine other than bare.
NOT_BARE = (
    "DEBUG", "SECRET_KEY", "JWT_KEYS", "DATA_KEYS", "TRUSTED_PROXIES", "BASE_URL", "ALLOWED_HOSTS", "DATABASE_URL",
    "CELERY_BROKER_URL", "CACHE_URL", "EMAIL_URL", "DJANGO_SETTINGS_MODULE",
)  # fmt: skip


def measure(bench: Bench) -> Iterator[Result]:
    yield _start(bench)
    yield _memory(bench)


def _start(bench: Bench) -> Result:
    with tempfile.TemporaryDirectory(dir=bench.home) as folder:
        # PostgreSQL runs as another user when root calls it, and must reach its own folder.
        Path(folder).chmod(0o755)
        first, second = _seconds_to_ready(folder), _seconds_to_ready(folder)
    return Result(
        row="B15",
        work="`make run` on a bare machine, packages there",
        ours=f"{first:.1f} s, then {second:.1f} s",
        reaches=[
            Reach("ready at the first start", first, 60, unit=" s"),
            Reach("ready at the second", second, 10, unit=" s"),
        ],
    )


def _seconds_to_ready(folder: str) -> float:
    """From the command to the block it prints when ready; stopped again with Ctrl-C's signal."""
    bare = {name: value for name, value in os.environ.items() if name not in NOT_BARE}
    env = {**bare, "DATA_DIR": folder, "PORT": str(free_port())}
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "config.serve"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        cwd=PROJECT, env=env, start_new_session=True,
    )  # fmt: skip
    try:
        _wait_for(READY, process.stdout)  # type: ignore[arg-type]
        return time.monotonic() - started
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(60)
        process.kill()
        process.wait()


def _wait_for(words: str, output: IO[str]) -> None:
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_pass_on, args=(output, lines), daemon=True).start()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while line := lines.get(timeout=max(1.0, deadline - time.monotonic())):
        if words in line:
            return
    raise WrongAnswer("`make run` ended before it was ready.")


def _pass_on(output: IO[str], lines: "queue.Queue[str]") -> None:
    """Every line as it comes, and an empty one at the end."""
    for line in output:
        lines.put(line)
    lines.put("")


def _memory(bench: Bench) -> Result:
    """A server of its own, so that nothing else has grown it; each of its workers answers its share."""
    surfaces = [surface.ask(bench.middle) for surface in SURFACES if is_there(bench, surface)]
    workers = int(WSGI_FLAGS[WSGI_FLAGS.index("--workers") + 1])
    with serving(bench.home, "product") as servers:
        load = Load(servers["product"], [NOTHING, *surfaces, *by_id(bench.middle)], bench.middle.key)
        load.client().milliseconds(load.asks[:1])
        before, sent = largest_megabytes(load.server.pid), 0
        while sent < bench.options.requests_before_memory * workers:
            sent += run(load, MANY, 5.0).requests
        after = largest_megabytes(load.server.pid)
    return Result(
        row="B15",
        work=f"memory of a web worker after {sent // workers:,} requests",
        ours=f"{before:.0f} → {after:.0f} MB" if before and after else "",
        reaches=[Reach("resident", after, 180, unit=" MB")],
        figures={"requests": sent, "MB before": before, "MB after": after},
    )
