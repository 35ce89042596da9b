from collections.abc import Iterator
from datetime import timedelta

from celery import shared_task
from celery.schedules import crontab

from crm.feedback.services import process_reminders, reread_next, suggest_themes
from crm.kernel.jobs import in_chunks, job, job_scope, tenants_left
from crm.kernel.models import JobRun
from crm.kernel.tasks import ScopedTask


@job("feedback_reminders", every=timedelta(minutes=5))
def feedback_reminders(run: JobRun) -> Iterator[int]:
    """Who has not answered is reminded, and what nobody answers expires, five hundred a step."""
    yield from in_chunks(run, _remind)


def _remind(_place: str) -> tuple[str, int]:
    return "", process_reminders().processed


@job("suggest_themes", every=crontab(hour=2, minute=50))
def find_themes(run: JobRun) -> Iterator[int]:
    """Nightly: what comments are about that no theme explains."""
    for tenant in tenants_left(run):
        with job_scope(run, tenant):
            number = suggest_themes()
        yield number


@shared_task(base=ScopedTask, name="feedback.reread_all")
def reread_all(after: str) -> None:
    """After a change of the themes: five hundred answers, and then those behind them."""
    place, number = reread_next(after)
    if number:
        reread_all.queue(after=place)
