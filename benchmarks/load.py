"""Load in a closed loop: every connection sends its next request when it has its answer. By `wrk` where it is."""

import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import orjson

from benchmarks.clients import Ask, Client, WrongAnswer
from benchmarks.environment import HOST, PROXIED
from benchmarks.processes import processor_seconds
from benchmarks.servers import Server

_WRK = shutil.which("wrk")
CLIENT = "wrk" if _WRK else "threads of Python"


@dataclass(frozen=True, slots=True)
class Load:
    """Requests to one server, with one key. `status` is what each must be answered with, 2xx for wrk."""

    server: Server
    asks: Sequence[Ask]
    key: str = ""
    status: int = 200

    @property
    def headers(self) -> dict[str, str]:
        return {**PROXIED, **({"Authorization": f"Bearer {self.key}"} if self.key else {})}

    def client(self) -> Client:
        return Client(self.server.port, self.headers)


@dataclass(frozen=True, slots=True)
class Rate:
    """`processor_ms` is processor time of the server's processes for each request; None where it is not known."""

    per_second: float
    requests: int
    processor_ms: float | None


def run(load: Load, connections: int, seconds: float) -> Rate:
    """Raises WrongAnswer when a request failed."""
    before = processor_seconds(load.server.pid)
    # wrk knows whole seconds only.
    work = _by_wrk if _WRK and seconds >= 1 else _by_threads
    requests, lasted = work(load, connections, seconds)
    after = processor_seconds(load.server.pid)
    known = before is not None and after is not None and requests
    used = (after - before) * 1000 / requests if known else None  # type: ignore[operator]
    return Rate(requests / lasted, requests, used)


def _by_wrk(load: Load, connections: int, seconds: float) -> tuple[int, float]:
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        file.writelines(_line(ask) for ask in load.asks)
        file.flush()
        headers = [part for name, value in load.headers.items() for part in ("-H", f"{name}: {value}")]
        command = [
            str(_WRK), "-t1", f"-c{connections}", f"-d{round(seconds)}s", "--timeout", "30s", *headers,
            "-s", str(Path(__file__).with_name("load.lua")), f"http://{HOST}:{load.server.port}", "--",
            file.name, str(time.time_ns() // 1000),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode != 0:
        raise WrongAnswer(f"wrk: {done.stderr.strip()}")
    told = orjson.loads(done.stdout.strip().rpartition("\n")[2])
    if told["failed"] or not told["requests"]:
        raise WrongAnswer(f"{load.asks[0].path}: {told['failed']} of {told['requests']} requests failed.")
    return told["requests"], told["seconds"]


def _line(ask: Ask) -> str:
    headers = "\t".join(f"{name}={value}" for name, value in ask.headers.items())
    return f"{ask.method}\t{ask.path}\t{ask.body}\t{headers}\n"


def _by_threads(load: Load, connections: int, seconds: float) -> tuple[int, float]:
    counts, faults = [0] * connections, []
    started = time.perf_counter()

    def work(which: int) -> None:
        asks = cycle(load.asks)
        try:
            with closing(load.client()) as client:
                while time.perf_counter() - started < seconds:
                    client.milliseconds([next(asks)], load.status)
                    counts[which] += 1
        except (WrongAnswer, OSError) as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(which,)) for which in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise WrongAnswer(str(faults[0]))
    return sum(counts), time.perf_counter() - started
