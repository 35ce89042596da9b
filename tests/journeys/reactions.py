"""Stand-ins for how a worker lets a consumer react: slower, so that kills hit it, and without its guard."""

import time

from crm.kernel import tasks
from crm.kernel.actors import job_actor
from crm.kernel.entrances import scope_for
from crm.kernel.events import consumers_of, event_from
from crm.kernel.models import Event

guarded = tasks._react
PAUSE = 0.02


def slowly(row: Event, consumer: str) -> None:
    """As the product does it, with a pause between the effect and the event being done."""
    guarded(row, consumer)
    time.sleep(PAUSE)


def without_receipt(row: Event, consumer: str) -> None:
    """The guard switched off: no lock, no receipt."""
    with scope_for(row.tenant, job_actor(consumer)):
        consumers_of(row.name)[consumer](event_from(row))
    time.sleep(PAUSE)
