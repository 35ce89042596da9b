from collections.abc import Iterator
from datetime import timedelta

from crm.approvals.services import chase_next
from crm.kernel.jobs import in_chunks, job
from crm.kernel.models import JobRun


@job("overdue_approvals", every=timedelta(minutes=5))
def overdue_approvals(run: JobRun) -> Iterator[int]:
    """Who should have decided is reminded, then the owners are told, then it has expired; one a step."""
    yield from in_chunks(run, _chase)


def _chase(_place: str) -> tuple[str, int]:
    return "", chase_next()
