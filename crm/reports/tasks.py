from collections.abc import Iterator

from celery.schedules import crontab

from crm.kernel.jobs import job, job_scope, tenants_left
from crm.kernel.models import JobRun
from crm.reports import services


@job("verify_tallies", every=crontab(hour=2, minute=0))
def verify_tallies(run: JobRun) -> Iterator[int]:
    """Nightly: rollups against the rows they stand for. The outcome counts the days mended and the tenants busy."""
    for tenant in tenants_left(run):
        with job_scope(run, tenant):
            wrong = services.verify_tallies()
        outcome, n = ("busy", 1) if wrong is None else ("mended", len(wrong))
        run.outcome[outcome] = run.outcome.get(outcome, 0) + n
        yield 1
