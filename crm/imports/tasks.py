from collections.abc import Iterator
from uuid import UUID

from celery import shared_task
from celery.schedules import crontab

from crm.imports import services
from crm.kernel.jobs import in_chunks, job
from crm.kernel.models import JobRun
from crm.kernel.tasks import ScopedTask


@shared_task(base=ScopedTask, name="imports.carry_on")
def carry_on(import_id: str) -> None:
    """One chunk, committed with the import's cursor; the worker is free for others before the next one."""
    if services.carry_on_import(import_id=UUID(import_id)):
        carry_on.queue(import_id=import_id)


@job("forget_import_rows", every=crontab(hour=3, minute=45))
def forget_import_rows(run: JobRun) -> Iterator[int]:
    """Nightly: what files held and records held before goes when it can no longer be undone."""
    yield from in_chunks(run, _forget)


def _forget(_place: str) -> tuple[str, int]:
    return "", services.forget_rows()
