"""The real product, started as its user does: one command, an empty folder, a free port."""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

PROJECT = Path(__file__).resolve().parent.parent.parent
# What a test run may have set, and a user on a fresh machine has not: a database of their own above all.
NOT_OF_A_USER = (
    "DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "EMAIL_URL", "SECRET_KEY", "JWT_KEYS", "DATA_KEYS", "BASE_URL",
    "TRUSTED_PROXIES", "CSRF_TRUSTED_ORIGINS", "ALLOWED_HOSTS", "DEBUG", "DJANGO_SETTINGS_MODULE", "RAPPORT_PROCESS",
)  # fmt: skip
READY, LAST_LINE = "Rapport is ready.", "Ctrl-C stops everything."
START_SECONDS, STOP_SECONDS = 180, 60


@dataclass
class Product:
    data_dir: Path
    port: int
    ready_block: str = ""
    # As printed at the start; `demo` is what holds now, after a rotation too.
    first_demo: dict[str, Any] = field(default_factory=dict)
    demo: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    # Of people who have signed in, by their password: a rotation of the demo ends these sessions.
    cookies: dict[str, Any] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in NOT_OF_A_USER}
        return {**kept, "DATA_DIR": str(self.data_dir), "PORT": str(self.port)}

    def organisation(self, slug: str) -> dict[str, Any]:
        return next(shown for shown in self.demo["organisations"] if shown["slug"] == slug)

    def staff(self, slug: str, role: str) -> dict[str, str]:
        return next(person for person in self.organisation(slug)["staff"] if person["role"] == role)

    def customers(self, slug: str) -> int:
        """How many an organisation has in live mode by now: other tests convert leads and bring in files."""
        key = self.organisation(slug)["live"]["secret_key"]
        answer = httpx.get(
            f"{self.base_url}/v1/customers?limit=1", headers={"Authorization": f"Bearer {key}"}, timeout=30
        )
        return int(answer.json()["pagination"]["total"])

    def status_with(self, key: str, path: str = "/v1/customers") -> int:
        """What a machine with that key is answered."""
        return httpx.get(self.base_url + path, headers={"Authorization": f"Bearer {key}"}, timeout=30).status_code

    def start(self) -> None:
        with (self.data_dir.parent / "product.log").open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.serve"], cwd=PROJECT, env=self.environment, text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.ready_block = self._wait_for_the_block()
        self.first_demo = self.demo = json.loads(self.print_demo())

    def print_demo(self, *options: str) -> str:
        """What `manage.py demo --json` writes to stdout, beside the running server."""
        command = [sys.executable, "manage.py", "demo", "--json", *options]
        done = subprocess.run(command, cwd=PROJECT, env=self.environment, text=True, capture_output=True, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def stop(self) -> None:
        """Press Ctrl-C; the process must end well and leave nobody behind."""
        assert self.process is not None
        family = self.family()
        assert len(family) > 8, "a web server, a worker, a relay, a scheduler and a database were expected"
        self.process.send_signal(signal.SIGINT)
        try:
            code = self.process.wait(STOP_SECONDS)
            self.process.stdout.close()  # type: ignore[union-attr]
        finally:
            left = self._still_there(family)
            for pid in left:
                os.kill(pid, signal.SIGKILL)
        assert code == 0
        assert left == set()
        assert not (self.data_dir / "postgres" / "data" / "postmaster.pid").exists()

    def family(self) -> set[int]:
        """The process, all its descendants, and the database server with its own, which belongs to no parent."""
        assert self.process is not None
        postmaster = self.data_dir / "postgres" / "data" / "postmaster.pid"
        database = {int(postmaster.read_text().splitlines()[0])} if postmaster.exists() else set()
        found = {self.process.pid} | database
        children = _children()
        todo = list(found)
        while todo:
            fresh = children.get(todo.pop(), set()) - found
            found |= fresh
            todo += fresh
        return found

    def _still_there(self, family: set[int]) -> set[int]:
        deadline = time.monotonic() + 5
        while (left := {pid for pid in family if _is_alive(pid)}) and time.monotonic() < deadline:
            time.sleep(0.1)
        return left

    def _wait_for_the_block(self) -> str:
        assert self.process is not None
        assert self.process.stdout is not None
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_pass_on, args=(self.process.stdout, lines), daemon=True).start()
        deadline, block = time.monotonic() + START_SECONDS, ""
        while LAST_LINE not in block:
            try:
                block += lines.get(timeout=max(0.1, deadline - time.monotonic()))
            except queue.Empty:
                for pid in self.family():
                    os.kill(pid, signal.SIGKILL)
                log = (self.data_dir.parent / "product.log").read_text()
                raise AssertionError(f"not ready after {START_SECONDS} s:\n{block}\n{log[-3000:]}") from None
        return block[block.index(READY) :]


def a_product(folder: Path) -> Product:
    """One that nobody has started yet, with a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return Product(folder / "data", probe.getsockname()[1])


def _pass_on(stream: Any, lines: "queue.Queue[str]") -> None:
    for line in stream:
        lines.put(line)


def _children() -> dict[int, set[int]]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children: dict[int, set[int]] = {}
    for pid, parent in (map(int, line.split()) for line in listed.splitlines()):
        children.setdefault(parent, set()).add(pid)
    return children


def _is_alive(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    # A zombie has ended; it only waits for whoever adopted it to ask for its exit code.
    return bool(state) and not state.startswith("Z")
