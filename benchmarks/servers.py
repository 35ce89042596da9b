"""Servers under measurement: the same program with the same flags for the product, the floor and the stock."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.environment import HOST
from config.env import PROJECT
from config.serve import WSGI_FLAGS

APPLICATIONS = {
    "product": "config.wsgi:application",
    "floor": "benchmarks.floor:application",
    "stock": "benchmarks.stock.wsgi:application",
}
PATIENCE_SECONDS = 30.0
# granian ignores a SIGTERM that comes in its first second, for good.
YOUNG_SECONDS = 3.0


@dataclass
class Server:
    """One granian with its workers."""

    name: str
    port: int
    process: "subprocess.Popen[bytes]"
    started: float

    @property
    def pid(self) -> int:
        return self.process.pid


@contextmanager
def serving(home: Path, *names: str) -> Iterator[dict[str, Server]]:
    """The servers of these names, until the block ends; what they say goes to `logs/` in `home`."""
    with ExitStack() as stack:
        servers = {name: stack.enter_context(_one(home, name)) for name in names}
        for server in servers.values():
            _wait_until_open(server)
        yield servers


@contextmanager
def _one(home: Path, name: str) -> Iterator[Server]:
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port), *WSGI_FLAGS,
        APPLICATIONS[name],
    ]  # fmt: skip
    (home / "logs").mkdir(exist_ok=True)
    with (home / "logs" / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, stdout=log, stderr=log, cwd=PROJECT, start_new_session=True,
            env={**os.environ, "RAPPORT_PROCESS": "web"},
        )  # fmt: skip
    server = Server(name, port, process, time.monotonic())
    try:
        yield server
    finally:
        _end(server)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait_until_open(server: Server) -> None:
    while True:
        with suppress(OSError), socket.create_connection((HOST, server.port), timeout=1):
            return
        if server.process.poll() is not None or time.monotonic() - server.started > PATIENCE_SECONDS:
            raise SystemExit(f"The server {server.name} does not start; its log says why.")
        time.sleep(0.05)


def _end(server: Server) -> None:
    age = time.monotonic() - server.started
    server.process.send_signal(signal.SIGKILL if age < YOUNG_SECONDS else signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        server.process.wait(10)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(server.pid, signal.SIGKILL)
    server.process.wait()
