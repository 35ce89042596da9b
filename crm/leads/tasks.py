from collections.abc import Iterator
from datetime import timedelta

from celery import shared_task
from celery.schedules import crontab

from crm.kernel.jobs import in_chunks, job
from crm.kernel.merging.nightly import forget_all, scan_all
from crm.kernel.models import JobRun
from crm.kernel.tasks import ScopedTask
from crm.leads.services import forget_entries, forget_lead_snapshots, process_follow_ups, scan_leads
from crm.leads.services.scores import rescore_next


@job("decay_scores", every=crontab(hour=2, minute=20))
def decay_scores(run: JobRun) -> Iterator[int]:
    """Nightly: the scores of all open leads anew, because what they did fades."""
    yield from in_chunks(run, rescore_next)


@shared_task(base=ScopedTask, name="leads.rescore_all")
def rescore_all(after: str) -> None:
    """After a change of the rules: a thousand open leads, and then those behind them."""
    place, number = rescore_next(after)
    if number:
        rescore_all.queue(after=place)


@job("process_followups", every=timedelta(minutes=5))
def process_followups(run: JobRun) -> Iterator[int]:
    """What is due about leads becomes follow-ups, a thousand of each kind a step."""
    yield from in_chunks(run, _follow_up)


def _follow_up(_place: str) -> tuple[str, int]:
    return "", process_follow_ups().processed


@job("tidy_web_forms", every=crontab(hour=3, minute=40))
def tidy_web_forms(run: JobRun) -> Iterator[int]:
    """Nightly: what visitors sent and nobody confirmed goes after thirty days."""
    yield from in_chunks(run, _forget)


def _forget(_place: str) -> tuple[str, int]:
    return "", forget_entries()


@job("find_duplicate_leads", every=crontab(hour=1, minute=35))
def find_duplicate_leads(run: JobRun) -> Iterator[int]:
    """Nightly: which leads may be there twice."""
    yield from scan_all(run, lambda after: scan_leads(after=after))


@job("forget_lead_merges", every=crontab(hour=3, minute=55))
def forget_lead_merges(run: JobRun) -> Iterator[int]:
    """Nightly: what was kept to take merges of leads apart goes when that can no longer be done."""
    yield from forget_all(run, forget_lead_snapshots)
