from collections.abc import Iterator

from celery.schedules import crontab
from django.db.models.functions import Now

from crm.kernel.jobs import job
from crm.kernel.models import JobRun
from crm.web.models import StoredAnswer
from crm.web.repeats import KEPT

CHUNK = 5_000


@job("forget_answers", every=crontab(minute=20))
def forget_answers(run: JobRun) -> Iterator[int]:
    """Answers kept for an Idempotency-Key go after a day."""
    gone = CHUNK
    while gone == CHUNK:
        ids = list(StoredAnswer.objects.filter(created_at__lt=Now() - KEPT).values_list("pk", flat=True)[:CHUNK])
        gone, _ = StoredAnswer.objects.filter(pk__in=ids).delete()
        yield gone
