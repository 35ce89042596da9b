"""Child processes under one parent: started together, restarted when they die, stopped together.

Each child leads a session of its own, so that Ctrl-C reaches only the parent. To stop, a child gets SIGTERM alone, not
its group: Celery's main process ends its own children and hangs when they are shot from under it. What is left of the
group afterwards is killed.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

STOP_SECONDS = 15.0
LEAST_LIFE_SECONDS = 5.0


@dataclass
class Child:
    """One process. `patience` is how long after its start SIGTERM may be trusted to stop it."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    patience: float = 0.0
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command, env={**os.environ, "PYTHONUNBUFFERED": "1", **self.env}, start_new_session=True
        )

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.is_running and self.process is not None:
            young = time.monotonic() - self.started < self.patience
            os.kill(self.process.pid, signal.SIGKILL if young else signal.SIGTERM)

    def make_sure(self, deadline: float) -> None:
        """Wait until `deadline` for the end, then kill whatever is left of the process and its children."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    def __init__(self, children: Sequence[Child]) -> None:
        self.children = children
        self.stopping = False

    def run(self, on_ready: Callable[[], None], is_ready: Callable[[], bool]) -> int:
        """Start the first, and once `is_ready` the others, which would only slow it; call `on_ready` then, and stay
        until SIGINT or SIGTERM. Returns the exit code.
        """
        for received in (signal.SIGINT, signal.SIGTERM):
            signal.signal(received, self._stop)
        first, *others = self.children
        first.start()
        told = False
        try:
            while not self.stopping:
                if not told and is_ready():
                    for child in others:
                        child.start()
                    on_ready()
                    told = True
                if not self._all_alive():
                    return 1
                time.sleep(0.1)
        finally:
            self._end()
        return 0

    def _all_alive(self) -> bool:
        """Restart what died. A child that cannot even start ends everything: its own words say why."""
        for child in self.children:
            if child.process is not None and not child.is_running and not self.stopping:
                code = child.process.returncode
                if time.monotonic() - child.started < LEAST_LIFE_SECONDS:
                    print(f"{child.name} could not start (exit code {code}).", file=sys.stderr)
                    return False
                print(f"{child.name} ended (exit code {code}); starting it again.", file=sys.stderr)
                child.start()
        return True

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _end(self) -> None:
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            child.make_sure(deadline)
