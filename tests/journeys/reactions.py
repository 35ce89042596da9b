"""Stand-ins for how a worker lets a consumer react: slower, so that kills hit it, and without its guard."""

import time

from crm.kernel import tasks
from crm.kernel.actors import job_actor
from crm.kernel.entrances import scope_for
from crm.kernel.events import consumers_of, event_from
from crm.kernel.models import Event

guarded = tasks._react
# Of the consumer whose effects are counted, so that a kill rather hits it than another.
COUNTING, PAUSE = "reports.count_new_customer", 0.1


def slowly(row: Event, consumer: str) -> None:
    """As the product does it, with a pause between the effect and the event being done."""
    guarded(row, consumer)
    time.sleep(PAUSE if consumer == COUNTING else 0)


def without_receipt(row: Event, consumer: str) -> None:
    """The guard switched off: no lock, no receipt."""
    with scope_for(row.tenant, job_actor(consumer)):
        consumers_of(row.name)[consumer](event_from(row))
    time.sleep(PAUSE if consumer == COUNTING else 0)
