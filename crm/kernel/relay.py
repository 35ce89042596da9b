"""The relay: the one process that talks to the broker on behalf of the database.

Five times a second it looks for due rows, publishes them, and pushes their `next_at` ahead. Requests never speak to the
broker, so a broker that is down stops no request. Why it polls and does not LISTEN: decisions/0004.
"""

import time
from collections.abc import Callable

import structlog
from celery import current_app
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models.functions import Now
from kombu.exceptions import OperationalError as BrokerError

from crm.kernel.due import SWEEP, Due, State, in_flight
from crm.kernel.models import Event, JobRun, QueuedTask
from crm.kernel.tasks import deliver_event, headers_of, run_job

log = structlog.get_logger(__name__)

# More than this in the broker at once gains nothing, and what waits there longer than the sweep is sent twice.
MOST_IN_FLIGHT = 400
POLL_SECONDS = 0.2


def publish_due() -> int:
    """Publish what is due, oldest first, of each kind in its turn; the number of messages sent."""
    return _publish(Event, _send_event) + _publish(QueuedTask, _send_task) + _publish(JobRun, _send_job)


def _publish(model: type[Due], send: Callable[[Due], None]) -> int:
    room = MOST_IN_FLIGHT - in_flight(model)
    if room <= 0:
        return 0
    with transaction.atomic():
        due = model.objects.filter(state=State.DUE, next_at__lte=Now()).order_by("next_at")
        rows = list(due.select_for_update(skip_locked=True)[:room])
        for row in rows:
            send(row)
        model.objects.filter(pk__in=[row.pk for row in rows]).update(next_at=Now() + SWEEP, published_at=Now())
    return len(rows)


def _send_event(row: Due) -> None:
    current_app.send_task(deliver_event.name, args=[str(row.pk)])


def _send_task(row: Due) -> None:
    assert isinstance(row, QueuedTask)
    # Celery takes the options of a task that it knows from attributes of their names, and `queue` is a method of ours.
    queue = current_app.conf.task_default_queue
    current_app.send_task(row.name, task_id=str(row.pk), headers=headers_of(row), queue=queue)


def _send_job(row: Due) -> None:
    current_app.send_task(run_job.name, args=[str(row.pk)])


def run(keep_going: Callable[[], bool] = lambda: True) -> None:
    """Publish for ever. A database or broker that is away is said once in the log, and asked again a second later."""
    log.info("relay_started")
    while keep_going():
        try:
            while keep_going():
                if not publish_due():
                    time.sleep(POLL_SECONDS)
        except (DatabaseError, InterfaceError, BrokerError, OSError) as error:
            log.warning("relay_interrupted", error=type(error).__name__)
            connection.close()
            time.sleep(1)
