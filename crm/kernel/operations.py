"""What people do to the platform's own work: replay dead letters, start jobs, change schedules. Each is recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kernel.due import Due, State
from crm.kernel.events import DomainEvent, record
from crm.kernel.jobs import run_now
from crm.kernel.models import JobRun
from crm.kernel.transactions import atomic


@dataclass(frozen=True)
class WorkReplayed(DomainEvent):
    """A dead letter got five new attempts. `kind` is its table."""

    name: ClassVar[str] = "work.replayed"
    about: ClassVar[str] = "work"
    work_id: UUID
    kind: str


@dataclass(frozen=True)
class JobStarted(DomainEvent):
    """Somebody started a job that no schedule asked for."""

    name: ClassVar[str] = "job.started"
    about: ClassVar[str] = "run"
    run_id: UUID
    job: str


@dataclass(frozen=True)
class ScheduleChanged(DomainEvent):
    name: ClassVar[str] = "schedule.changed"
    about: ClassVar[str] = "schedule"
    schedule_id: int
    job: str


@atomic
def replay_dead_letters(rows: Iterable[Due]) -> int:
    """Make those among `rows` that are dead due again; how many they were."""
    dead = [row for row in rows if row.state == State.DEAD]
    for row in dead:
        row.replay()
        record(WorkReplayed(work_id=row.pk, kind=row._meta.model_name or ""))
    return len(dead)


@atomic
def start_job(name: str) -> JobRun:
    """A run that no schedule asked for. Raises NotFound."""
    run = run_now(name)
    record(JobStarted(run_id=run.pk, job=name))
    return run
