from collections.abc import Iterator
from datetime import timedelta

from celery.schedules import crontab

from crm.files import services
from crm.kernel.jobs import in_chunks, job
from crm.kernel.models import JobRun


@job("forget_files", every=timedelta(hours=1))
def forget_files(run: JobRun) -> Iterator[int]:
    """Hourly: uploads that belong to nothing, and printed papers, a day after they came."""
    yield from in_chunks(run, _forget)


@job("sweep_bytes", every=crontab(hour=4, minute=10))
def sweep_bytes(run: JobRun) -> Iterator[int]:
    """Nightly: bytes in the storage that no file knows of. The outcome counts them; a step is a folder."""

    def sweep(after: str) -> tuple[str, int]:
        folder, removed = services.sweep_bytes(after=after)
        run.outcome["removed"] = run.outcome.get("removed", 0) + removed
        return folder, 1 if folder else 0

    yield from in_chunks(run, sweep)


def _forget(_place: str) -> tuple[str, int]:
    return "", services.forget_files()
