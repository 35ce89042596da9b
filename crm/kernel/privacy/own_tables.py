"""The kernel's tables, and those of the parts it stands on."""

from crm.kernel.privacy.fields import clear, keep, rewritten
from crm.kernel.privacy.holdings import nobodys, stays
from crm.kernel.privacy.traces import events_of, failures_that_name, scrub_events, without_values, without_words

_DELIVERY = "how far its delivery has come"
_WHO = "who did it: an id of staff, of a key or of a job, or the person's own, which is their pseudonym"

stays(
    "kernel.Event",
    events_of,
    exported=[
        keep("that it happened, which is the audit trail", "name", "occurred_at"),
        rewritten(without_values, "changes"),
    ],
    withheld=[
        keep("the row's key", "id"),
        keep("which record it was about, by its id", "subject_kind", "subject_id"),
        keep(_WHO, "actor_kind", "actor_id"),
        keep("our own number of the request, found in the log", "request_id"),
        keep("when it was written down", "recorded_at"),
        keep(_DELIVERY, "state", "attempts", "next_at", "published_at"),
        rewritten(without_words, "payload"),
        clear("last_error"),
    ],
    instead=scrub_events,
)
stays(
    "kernel.QueuedTask",
    failures_that_name,
    withheld=[
        keep("the row's key", "id"),
        keep("what is to be done, with ids and plain values, for thirty days", "name", "arguments", "created_at"),
        keep(_WHO, "actor_kind", "actor_id"),
        keep(_DELIVERY, "state", "attempts", "next_at", "published_at"),
        clear("last_error"),
    ],
)
nobodys("kernel.Processed", "which consumer has dealt with which event", "consumer")
nobodys(
    "kernel.JobRun",
    "a job's tick and how far it came, by ids; an error is kept without what the database quotes of a row",
    "last_error job cursor outcome",
)
nobodys("django_celery_beat.SolarSchedule", "a schedule of the platform's operator")
nobodys("django_celery_beat.IntervalSchedule", "a schedule of the platform's operator")
nobodys("django_celery_beat.ClockedSchedule", "a schedule of the platform's operator")
nobodys(
    "django_celery_beat.CrontabSchedule",
    "a schedule of the platform's operator",
    "minute hour day_of_month month_of_year day_of_week",
)
nobodys("django_celery_beat.PeriodicTasks", "when schedules were changed last")
nobodys(
    "django_celery_beat.PeriodicTask",
    "which job runs when",
    "name task args kwargs queue exchange routing_key headers description",
)
