"""Included by a worker process: few steps at once, and a pause in their midst, so that a kill finds it there."""

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from crm.nurturing.services import running, starting

AT_ONCE, PAUSE = 50, 0.4
_write = running._write


def slowly(outcomes: Sequence[Any]) -> None:
    time.sleep(PAUSE)
    _write(outcomes)


running._write = slowly
starting.run_due_steps = partial(running.run_due_steps, limit=AT_ONCE)  # type: ignore[assignment]
