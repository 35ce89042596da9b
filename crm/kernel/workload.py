"""How much work is due, how old it is, and when each job last ended: of the whole platform, naming no tenant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Min, Q
from django.db.models.functions import Now

from crm.kernel.clock import database_now
from crm.kernel.due import Due, State
from crm.kernel.jobs import JOBS
from crm.kernel.models import Event, JobRun, QueuedTask

KINDS: dict[str, type[Due]] = {"event": Event, "task": QueuedTask, "job": JobRun}


@dataclass(frozen=True, slots=True)
class Pile:
    """One kind of work: how much is due, under way or put off, and dead; `waited` is how long the oldest was due."""

    kind: str
    due: int
    later: int
    dead: int
    waited: timedelta


@dataclass(frozen=True, slots=True)
class LastRun:
    """When a job was last asked for, last came to its end, and how long that took; None for what never was."""

    job: str
    scheduled_for: datetime | None
    finished_at: datetime | None
    took: timedelta | None


def longest_wait() -> timedelta:
    """How long the oldest work of any kind has been due; one statement for each kind, on its index of what is due."""
    oldest = [model.objects.filter(state=State.DUE).aggregate(at=Min("next_at"))["at"] for model in KINDS.values()]
    now = database_now()
    return max((now - moment for moment in oldest if moment and moment < now), default=timedelta(0))


def piles() -> list[Pile]:
    """Two statements for each kind, on the indexes of what is due and of what is dead."""
    now = database_now()
    return [_pile(kind, model, now) for kind, model in KINDS.items()]


def _pile(kind: str, model: type[Due], now: datetime) -> Pile:
    is_due = Q(next_at__lte=Now())
    found = model.objects.filter(state=State.DUE).aggregate(
        all=Count("pk"), due=Count("pk", filter=is_due), oldest=Min("next_at", filter=is_due)
    )
    dead = model.objects.filter(state=State.DEAD).count()
    waited = max(now - found["oldest"], timedelta(0)) if found["oldest"] else timedelta(0)
    return Pile(kind, found["due"], found["all"] - found["due"], dead, waited)


# Two steps into an index for each job, however many runs there are.
_LAST_RUNS = """
SELECT job.name, latest.scheduled_for, done.finished_at, done.finished_at - done.started_at
FROM unnest(%s::text[]) AS job(name)
LEFT JOIN LATERAL (
    SELECT scheduled_for FROM kernel_jobrun r WHERE r.job = job.name ORDER BY scheduled_for DESC LIMIT 1
) AS latest ON true
LEFT JOIN LATERAL (
    SELECT started_at, finished_at FROM kernel_jobrun r WHERE r.job = job.name AND state = 'done'
    ORDER BY scheduled_for DESC LIMIT 1
) AS done ON true
"""


def last_runs(jobs: Sequence[str] | None = None) -> list[LastRun]:
    """Of every registered job unless named; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST_RUNS, [sorted(JOBS) if jobs is None else list(jobs)])
        return [LastRun(*row) for row in cursor.fetchall()]
