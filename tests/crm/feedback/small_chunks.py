"""Included by a worker process: few reminders at once, and a pause in their midst, so that a kill finds it there."""

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from crm.feedback import tasks
from crm.feedback.services import reminding

AT_ONCE, PAUSE = 20, 0.4
_write_to = reminding.write_to


def slowly(*given: Any) -> Sequence[Any]:
    letters = _write_to(*given)
    time.sleep(PAUSE)
    return letters


reminding.write_to = slowly  # type: ignore[assignment]
tasks.process_reminders = partial(reminding.process_reminders, limit=AT_ONCE)  # type: ignore[assignment]
