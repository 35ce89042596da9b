from collections.abc import Iterator
from uuid import UUID

from celery import shared_task
from celery.schedules import crontab

from crm.contacts.services import build_export, forget_snapshots, forget_traces, scan_chunk
from crm.contacts.services.exporting import BUILD
from crm.kernel.jobs import in_chunks, job
from crm.kernel.merging.nightly import forget_all, scan_all
from crm.kernel.models import JobRun
from crm.kernel.tasks import ScopedTask


@shared_task(base=ScopedTask, name=BUILD)
def build(data_export_id: str) -> None:
    build_export(data_export_id=UUID(data_export_id))


@job("find_duplicates", every=crontab(hour=1, minute=20))
def find_duplicates(run: JobRun) -> Iterator[int]:
    """Nightly: who may be there twice."""
    yield from scan_all(run, lambda after: scan_chunk(after=after))


@job("forget_merges", every=crontab(hour=3, minute=50))
def forget_merges(run: JobRun) -> Iterator[int]:
    """Nightly: what was kept to take merges apart goes when that can no longer be done."""
    yield from forget_all(run, forget_snapshots)


@job("tidy_sign_in", every=crontab(hour=3, minute=45))
def tidy_sign_in(run: JobRun) -> Iterator[int]:
    """Nightly: requests for codes, and links, go after thirty days."""
    yield from in_chunks(run, _forget)


def _forget(_place: str) -> tuple[str, int]:
    return "", forget_traces()
