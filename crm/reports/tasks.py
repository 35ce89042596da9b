from collections.abc import Iterator
from datetime import timedelta

from celery.schedules import crontab

from crm.kernel.jobs import job, job_scope, tenants_left
from crm.kernel.models import JobRun
from crm.reports import services
from crm.reports.selectors import tenants_with_stale_days


@job("count_orders_by_day", every=timedelta(seconds=15))
def count_orders_by_day(run: JobRun) -> Iterator[int]:
    """The days on which orders have changed, one tenant after the other, ten thousand changes a step."""
    for tenant in tenants_with_stale_days():
        done = 1
        while done:
            with job_scope(run, tenant):
                done = services.refresh_order_days()
            yield done


@job("verify_tallies", every=crontab(hour=2, minute=0))
def verify_tallies(run: JobRun) -> Iterator[int]:
    """Nightly: rollups against the rows they stand for. The outcome counts the days mended, and whatever was busy."""
    for tenant in tenants_left(run):
        with job_scope(run, tenant):
            for wrong in (services.verify_tallies(), services.verify_order_days()):
                outcome, n = ("busy", 1) if wrong is None else ("mended", len(wrong))
                run.outcome[outcome] = run.outcome.get(outcome, 0) + n
        yield 1
