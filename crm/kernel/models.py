"""Plumbing tables. They are no tenant rows: the relay and the jobs claim work here before any scope is open.

Each names its organisation and mode where it has one; staff read them through the scoped selectors of this package.
"""

from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.kernel.due import Due
from crm.kernel.tenancy.scope import Mode, Tenant


class TenantNote(models.Model):
    """Which organisation and mode a plumbing row is about, without a foreign key to hold it back."""

    organisation_id = models.UUIDField(editable=False)
    mode = models.CharField(max_length=4, choices=Mode.choices, editable=False)

    class Meta:
        abstract = True

    @property
    def tenant(self) -> Tenant:
        return Tenant(self.organisation_id, self.mode)


class Event(TenantNote, Due):
    """One thing that happened: audit trail and outbox in one row, written in the transaction of its effect.

    `changes` holds `{field: [before, after]}`; `payload` the event's own values. Rows are never changed afterwards,
    save for the columns of `Due`, which say how far its delivery has come.
    """

    name = models.CharField(_("event"), max_length=60)
    subject_kind = models.CharField(_("kind of record"), max_length=30)
    subject_id = models.CharField(_("record"), max_length=40)
    actor_kind = models.CharField(_("kind of actor"), max_length=10)
    actor_id = models.CharField(_("actor"), max_length=60)
    payload: Any = models.JSONField(_("details"), default=dict)
    changes: Any = models.JSONField(_("changes"), default=dict)
    occurred_at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("audit trail")
        indexes = [
            models.Index(fields=["organisation_id", "mode", "-id"], name="event_latest"),
            models.Index(
                fields=["organisation_id", "mode", "subject_kind", "subject_id", "-id"], name="event_of_subject"
            ),
            Due.due_index("event_due"),
            Due.dead_index("event_dead"),
        ]

    def __str__(self) -> str:
        return self.name


class Processed(models.Model):
    """A consumer's receipt for an event, written in the transaction of its effect (reliability O3)."""

    id = models.BigAutoField(primary_key=True)
    consumer = models.CharField(max_length=100)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="receipts")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "consumer"], name="processed_once")]


class QueuedTask(TenantNote, Due):
    """A task somebody asked for, kept until it is done. Arguments are ids and plain values, never personal data."""

    name = models.CharField(_("task"), max_length=100)
    arguments: Any = models.JSONField(_("arguments"), default=dict)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=60)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("queued task")
        verbose_name_plural = _("queued tasks")
        indexes = [Due.due_index("queued_task_due"), Due.dead_index("queued_task_dead")]

    def __str__(self) -> str:
        return self.name


class JobRun(Due):
    """One tick of a scheduled job: two schedulers that tick together make one row (reliability O8)."""

    job = models.CharField(_("job"), max_length=60)
    scheduled_for = models.DateTimeField(_("scheduled for"))
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(_("to do"), default=0)
    cursor = models.CharField(max_length=200, blank=True, editable=False)
    outcome: Any = models.JSONField(_("outcome"), default=dict)

    class Meta:
        verbose_name = _("job run")
        verbose_name_plural = _("job runs")
        constraints = [models.UniqueConstraint(fields=["job", "scheduled_for"], name="job_run_once_per_tick")]
        indexes = [Due.due_index("job_run_due"), Due.dead_index("job_run_dead")]

    def __str__(self) -> str:
        return f"{self.job} {self.scheduled_for:%Y-%m-%d %H:%M}"


class Counter(models.Model):
    """How often something was tried in a while (crm/kernel/counters.py). The table is unlogged: cheap, and soon old."""

    key = models.CharField(primary_key=True, max_length=250)
    n = models.PositiveIntegerField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="counter_expired")]

    def __str__(self) -> str:
        return self.key
