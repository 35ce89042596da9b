"""The product's own processes, started beside a test on the test's database: relay and Celery worker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import httpx
from django.conf import settings

from crm.kernel.due import State
from crm.kernel.models import Event, QueuedTask
from tests.template_database import database_url

PROJECT = Path(__file__).resolve().parents[2]


def wait_until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.05)


class Process:
    """One child of the test, in a session of its own."""

    def __init__(self, *command: str, broker: str | None, data_dir: Path, log: str, ready: str) -> None:
        self.command, self.ready = command, ready
        self.log = data_dir / f"{log}.log"
        environment = {name: value for name, value in os.environ.items() if name != "CELERY_BROKER_URL"}
        self.env = {
            **environment, "DEBUG": "1", "DATABASE_URL": database_url(), "DATA_DIR": str(data_dir),
            # What the test sealed, the process opens; whom it let in, comes in.
            "DATA_KEYS": ",".join(":".join(key) for key in settings.DATA_KEYS.keys),
            "JWT_KEYS": ",".join(":".join(key) for key in settings.JWT_KEYS.keys), "BASE_URL": settings.BASE_URL,
            "RAPPORT_PROCESS": "worker", "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONUNBUFFERED": "1",
            **({"CELERY_BROKER_URL": broker} if broker else {}),
        }  # fmt: skip
        self.start()

    def start(self) -> None:
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                self.command, env=self.env, stdout=log, stderr=log, cwd=PROJECT, start_new_session=True
            )
        wait_until(lambda: self.ready in self.log.read_text() or self.died(), 60, f"{self.log.name}: {self.ready}")
        assert not self.died(), self.log.read_text()[-3000:]

    def died(self) -> bool:
        return self.process.poll() is not None

    def kill(self) -> None:
        """As the power going off: the process and all its children, at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if not self.died():
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: type[BaseException] | TracebackType | BaseException | None) -> None:
        self.stop()


def a_worker(data_dir: Path, broker: str | None = None, *modules: str, log: str = "worker") -> Process:
    """A separate Celery worker process; `modules` are tests' own, imported beside the product's tasks."""
    imports = [f"--include={module}" for module in modules]
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--concurrency", "1", "--loglevel", "info"]
    command += ["--without-mingle", "--without-gossip", *imports]
    return Process(*command, broker=broker, data_dir=data_dir, log=log, ready="ready.")


def a_web(data_dir: Path, port: int, interface: str = "asgi", application: str = "", workers: int = 2) -> Process:
    """A web server by itself; `application` is a test's own in place of the product's."""
    command = [sys.executable, "-m", "granian", "--interface", interface, "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(workers), "--no-ws", application or f"config.{interface}:application"]
    started = Process(*command, broker=None, data_dir=data_dir, log=f"web-{port}", ready="Listening at")
    wait_until(lambda: _answers(port), 60, "an answer of the web server")
    return started


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def a_relay(data_dir: Path, broker: str | None = None) -> Process:
    command = [sys.executable, "manage.py", "relay"]
    return Process(*command, broker=broker, data_dir=data_dir, log="relay", ready="relay_started")


@contextmanager
def relay_and_worker(data_dir: Path, broker: str | None = None, *modules: str) -> Iterator[Process]:
    """Both, until the block ends; yields the worker."""
    with a_relay(data_dir, broker), a_worker(data_dir, broker, *modules) as worker:
        yield worker


def everything_is_done() -> bool:
    return not any(model.objects.filter(state=State.DUE).exists() for model in (Event, QueuedTask))
