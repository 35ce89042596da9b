"""Scheduled jobs: declared in code, scheduled in rows that the operator can edit, run in chunks that can be resumed.

An app registers a job in its `tasks.py`:

    @job("tidy_up", every=crontab(hour=3, minute=30))
    def tidy_up(run: JobRun) -> Iterator[int]: ...

The function is a generator. Each `yield n` says that n more rows are done; what it wrote until then is committed
together with `run.cursor` and the progress that staff see. A job that is killed starts again from its cursor.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import UUID

from celery.schedules import crontab
from django.db import transaction
from django.db.models.functions import Now

from crm.kernel.actors import job_actor
from crm.kernel.clock import real_now
from crm.kernel.due import SWEEP, State
from crm.kernel.entrances import all_tenants, scope_for
from crm.kernel.errors import NotFound
from crm.kernel.models import JobRun
from crm.kernel.tenancy.scope import Scope, Tenant

SLICE_SECONDS = 40
# In a cursor, between the tenant and the place inside it.
_PLACE = "@"

Steps = Callable[[JobRun], Iterator[int]]


@dataclass(frozen=True)
class Job:
    name: str
    every: crontab | timedelta
    steps: Steps

    def tick_of(self, moment: datetime) -> datetime:
        """The tick that `moment` belongs to: two schedulers a little apart mean the same one.

        Times of day are told apart by the minute, intervals by whole multiples of themselves.
        """
        length = self.every if isinstance(self.every, timedelta) else timedelta(minutes=1)
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        return epoch + (moment - epoch) // length * length


JOBS: dict[str, Job] = {}


def job(name: str, *, every: crontab | timedelta) -> Callable[[Steps], Steps]:
    """Register a job under its stable name."""

    def register(steps: Steps) -> Steps:
        JOBS[name] = Job(name, every, steps)
        return steps

    return register


def job_called(name: str) -> Job:
    """The job of that name; raises NotFound."""
    try:
        return JOBS[name]
    except KeyError:
        raise NotFound(f"There is no job called {name}.") from None


def tenants_left(run: JobRun) -> Iterator[Tenant]:
    """The tenants that this run has not been through, for jobs that take one tenant a step.

    The cursor stands on the tenant in hand, so it is committed with that tenant's work.
    """
    names = {f"{tenant.organisation_id}/{tenant.mode}": tenant for tenant in all_tenants()}
    run.total = len(names)
    for name in sorted(names):
        if name > run.cursor:
            run.cursor = name
            yield names[name]


def in_chunks(run: JobRun, work: Callable[[str], tuple[str, int]]) -> Iterator[int]:
    """Steps of a job that takes each tenant in several: `work(after)` does the rows behind the place `after`, "" at
    first, inside the tenant's scope, and says at which place it ended and how many rows it did; none ends the tenant.
    """
    reached, _, place = run.cursor.partition(_PLACE)
    names = {f"{tenant.organisation_id}/{tenant.mode}": tenant for tenant in all_tenants()}
    for name in sorted(name for name in names if name >= reached):
        place, done = place if name == reached else "", 1
        while done:
            with job_scope(run, names[name]):
                place, done = work(place)
            run.cursor = f"{name}{_PLACE}{place}"
            yield done


def job_scope(run: JobRun, tenant: Tenant) -> AbstractContextManager[Scope]:
    """The scope of one tenant, for one step of a job: part of the task base, one of the entrances."""
    return scope_for(tenant, job_actor(f"job:{run.job}"))


def note_tick(name: str, moment: datetime | None = None) -> JobRun | None:
    """Make the job due, once per tick. None when this tick was noted before."""
    run = JobRun(job=name, scheduled_for=job_called(name).tick_of(moment or real_now()), next_at=Now())
    made = JobRun.objects.bulk_create([run], ignore_conflicts=True)
    return JobRun.objects.filter(pk=made[0].pk).first()


def run_now(name: str) -> JobRun:
    """A run that no schedule asked for."""
    job_called(name)
    return JobRun.objects.create(job=name, scheduled_for=real_now())


def carry_on(run_id: UUID) -> bool:
    """Run the job's next steps, for a while; True when it has come to its end.

    A failed step is tried again later. A job with much to do gives the worker back in between, and goes on from its
    cursor with the next message.
    """
    run = JobRun.take_up(run_id)
    if run is None:
        return False
    stop_at = monotonic() + SLICE_SECONDS
    try:
        JobRun.objects.filter(pk=run.pk, started_at=None).update(started_at=Now())
        steps = job_called(run.job).steps(run)
        while _step(run, steps):
            if monotonic() > stop_at:
                JobRun.objects.filter(pk=run.pk).update(next_at=Now(), attempts=0)
                return False
    except Exception as error:
        run.put_off(error)
        return False
    return run.state == State.DONE


def _step(run: JobRun, steps: Iterator[int]) -> bool:
    """One chunk and its progress in one transaction; False after the last one, or when another worker has the run.

    A worker with a second message may have done steps of it meanwhile: then the run does not stand where we left it.
    """
    with transaction.atomic():
        held = JobRun.hold(run.pk)
        if held is None or (held.done, held.cursor, held.outcome) != (run.done, run.cursor, run.outcome):
            return False
        done = next(steps, None)
        if done is None:
            run.state, run.finished_at = State.DONE, real_now()
        else:
            # Progress earns the run a new life: only a step that fails five times in a row is a dead letter. This
            # turn is the next step's first attempt.
            run.done, run.attempts = run.done + done, 1
        run.save(update_fields=["state", "attempts", "done", "total", "cursor", "outcome", "finished_at"])
        JobRun.objects.filter(pk=run.pk).update(next_at=Now() + SWEEP)
    return done is not None
