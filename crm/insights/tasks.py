from collections.abc import Iterator
from uuid import UUID

from celery import shared_task
from celery.schedules import crontab

from crm.insights import services
from crm.insights.services.looking import LOOK
from crm.kernel.jobs import in_chunks, job
from crm.kernel.models import JobRun
from crm.kernel.tasks import ScopedTask


@shared_task(base=ScopedTask, name=LOOK)
def look_at_people(contact_ids: list[str]) -> None:
    services.look_at([UUID(one) for one in contact_ids])


@shared_task(base=ScopedTask, name="insights.fill_segment")
def fill_segment(segment_id: str, revision: int, after: str = "") -> None:
    """One chunk; the worker is free for others before the next one."""
    last = services.fill_next(segment_id=UUID(segment_id), revision=revision, after=UUID(after) if after else None)
    if last is not None:
        fill_segment.queue(segment_id=segment_id, revision=revision, after=str(last))


@job("compute_health", every=crontab(hour=2, minute=40))
def compute_health(run: JobRun) -> Iterator[int]:
    """Nightly: how all customers are doing, because what was good news fades."""
    yield from in_chunks(run, services.compute_next)


@job("sweep_segments", every=crontab(hour=3, minute=10))
def sweep_segments(run: JobRun) -> Iterator[int]:
    """Nightly: who came into a segment or out of it by time going by, or by what no event told of."""
    yield from in_chunks(run, services.sweep_next)


@job("forget_health_changes", every=crontab(hour=4, minute=5))
def forget_health_changes(run: JobRun) -> Iterator[int]:
    """Nightly: what scores were long ago."""
    yield from in_chunks(run, _forget)


def _forget(_place: str) -> tuple[str, int]:
    return "", services.forget_health_changes()
