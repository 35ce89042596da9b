"""The nightly tidying of plumbing tables: what is done and no longer asked for goes, a chunk at a time."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from celery.schedules import crontab
from django.db.models import QuerySet
from django.db.models.functions import Now

from crm.kernel.due import State
from crm.kernel.jobs import job
from crm.kernel.models import Counter, JobRun, Processed, QueuedTask

KEPT = timedelta(days=30)
CHUNK = 5_000


@job("tidy_up", every=crontab(hour=3, minute=30))
def tidy_up(run: JobRun) -> Iterator[int]:
    """Finished tasks and job runs go after thirty days, and receipts of events that are done. Events stay: they are
    the audit trail. Dead letters stay until somebody has looked at them.
    """
    finished: QuerySet[Any] = QueuedTask.objects.filter(state=State.DONE, created_at__lt=Now() - KEPT)
    runs: QuerySet[Any] = JobRun.objects.filter(state=State.DONE, finished_at__lt=Now() - KEPT)
    receipts: QuerySet[Any] = Processed.objects.filter(event__state=State.DONE, event__recorded_at__lt=Now() - KEPT)
    counters: QuerySet[Any] = Counter.objects.filter(expires_at__lt=Now() - timedelta(days=1))
    for name, rows in (("tasks", finished), ("runs", runs), ("receipts", receipts), ("counters", counters)):
        gone = CHUNK
        while gone == CHUNK:
            ids = list(rows.values_list("pk", flat=True)[:CHUNK])
            gone, _ = rows.model.objects.filter(pk__in=ids).delete()
            run.outcome[name] = run.outcome.get(name, 0) + gone
            yield gone
