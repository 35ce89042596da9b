"""Jobs about duplicates and merges go through all places, a chunk at a time."""

from collections.abc import Callable, Iterator
from uuid import UUID

from crm.kernel.entrances import all_tenants
from crm.kernel.jobs import job_scope, tenants_left
from crm.kernel.models import JobRun


def scan_all(run: JobRun, scan: Callable[[UUID | None], tuple[UUID | None, int]]) -> Iterator[int]:
    """Look for duplicates everywhere. The cursor is the tenant and the last record looked at."""
    tenants = {f"{tenant.organisation_id}/{tenant.mode}": tenant for tenant in all_tenants()}
    at, _sign, after = run.cursor.partition("#")
    for name in sorted(tenants):
        if name < at:
            continue
        last = UUID(after) if name == at else None
        while True:
            with job_scope(run, tenants[name]):
                last, number = scan(last)
            if last is None:
                break
            run.cursor = f"{name}#{last}"
            yield number


def forget_all(run: JobRun, forget: Callable[[], int]) -> Iterator[int]:
    """What was kept to take merges apart goes everywhere when that can no longer be done."""
    for tenant in tenants_left(run):
        with job_scope(run, tenant):
            gone = forget()
        yield gone
        while gone:
            with job_scope(run, tenant):
                gone = forget()
            yield gone
