"""The schedules of the registered jobs, as rows of django-celery-beat that the platform's operator can edit."""

import json
from datetime import timedelta
from typing import Any

from celery.schedules import crontab
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from crm.kernel.jobs import JOBS, Job
from crm.kernel.tasks import tick


def ensure_schedules() -> int:
    """Give every registered job a row, and drop rows of jobs that no longer exist; the operator's edits stay.

    Returns how many rows were made.
    """
    ours = PeriodicTask.objects.filter(task=tick.name)
    ours.exclude(name__in=JOBS).delete()
    made = 0
    for job in JOBS.values():
        _, created = PeriodicTask.objects.get_or_create(
            name=job.name,
            defaults={"task": tick.name, "args": json.dumps([job.name]), "start_time": timezone.now(), **_when(job)},
        )
        made += created
    return made


def _when(job: Job) -> dict[str, Any]:
    if isinstance(job.every, timedelta):
        seconds = int(job.every.total_seconds())
        interval, _ = IntervalSchedule.objects.get_or_create(every=seconds, period=IntervalSchedule.SECONDS)
        return {"interval": interval}
    # Crontabs stay in UTC: other zones have had bugs around daylight saving time.
    return {"crontab": _crontab(job.every)}


def _crontab(every: crontab) -> CrontabSchedule:
    schedule: CrontabSchedule = CrontabSchedule.from_schedule(every)
    found = CrontabSchedule.objects.filter(
        minute=schedule.minute, hour=schedule.hour, day_of_week=schedule.day_of_week,
        day_of_month=schedule.day_of_month, month_of_year=schedule.month_of_year, timezone="UTC",
    ).first()  # fmt: skip
    if found is None:
        schedule.timezone = "UTC"
        schedule.save()
    return found or schedule
