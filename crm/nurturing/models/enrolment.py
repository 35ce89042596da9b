from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel
from crm.leads.models import Lead
from crm.nurturing.models.sequence import Sequence, SequenceVersion, Step


class EnrolmentState(models.TextChoices):
    ACTIVE = "active", _("In it")
    FINISHED = "finished", _("Came to the end")
    STOPPED = "stopped", _("Stopped")
    REFUSED = "refused", _("Not let in")


class StopReason(models.TextChoices):
    """Why a lead left a sequence before its end."""

    REPLY = "reply", _("They replied")
    MEETING = "meeting", _("They met with us")
    UNSUBSCRIBE = "unsubscribe", _("They unsubscribed")
    BOUNCE = "bounce", _("Their address does not exist")
    COMPLAINT = "complaint", _("They complained")
    BLACKLISTED = "blacklisted", _("Their address is blacklisted")
    CONVERTED = "converted", _("They became a customer")
    WON = "won", _("The deal was won")
    LOST = "lost", _("The deal was lost")
    GOAL = "goal", _("The goal was reached")
    MERGED = "merged", _("Merged into another lead")
    DELETED = "deleted", _("The lead was deleted")
    BY_HAND = "by_hand", _("Stopped by hand")
    ARCHIVED = "archived", _("The sequence was archived")
    OUTRANKED = "outranked", _("A sequence of higher priority took over")


class Enrolment(TenantModel):
    """A lead in a sequence, in the version that was published when they entered.

    One who was not let in is remembered as such, with the reason: nobody asks again for seven days. `considered_at` is
    when that was last asked.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sequence = TenantForeignKey(
        Sequence, on_delete=models.CASCADE, related_name="enrolments", verbose_name=_("sequence")
    )
    version = TenantForeignKey(SequenceVersion, on_delete=models.CASCADE, related_name="enrolments")
    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="enrolments", verbose_name=_("lead"))
    state = models.CharField(_("state"), max_length=8, choices=EnrolmentState.choices, default=EnrolmentState.ACTIVE)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    enrolled_at = models.DateTimeField(_("entered"))
    considered_at = models.DateTimeField(editable=False)
    ended_at = models.DateTimeField(_("left"), null=True)

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "sequence", "lead"],
                condition=Q(state="active"),
                name="enrolment_once_active",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "mode", "lead", "-enrolled_at"], name="enrolment_of_lead"),
            models.Index(fields=["organisation", "mode", "-enrolled_at", "-id"], name="enrolment_latest"),
            models.Index(
                fields=["organisation", "mode", "sequence", "state", "-enrolled_at"], name="enrolment_by_state"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.lead}: {self.sequence}"

    @property
    def is_active(self) -> bool:
        return self.state == EnrolmentState.ACTIVE


class RunState(models.TextChoices):
    """SCHEDULED -> HANDED (a message is on its way, a task is open) -> how it ended. CANCELLED when the lead left."""

    SCHEDULED = "scheduled", _("Scheduled")
    HANDED = "handed", _("Under way")
    DONE = "done", _("Done")
    SENT = "sent", _("Sent")
    SKIPPED = "skipped", _("Skipped")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Unknown")
    CANCELLED = "cancelled", _("Cancelled")


OPEN_RUNS = (RunState.SCHEDULED, RunState.HANDED)


class StepRun(TenantModel):
    """One step for one enrolment, once. `due_at` is when it is to be done, or looked at again while it is under way.

    A message bears the cause `step:<id>`, a task the id as its subject, so that neither is ever made twice.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = TenantForeignKey(Enrolment, on_delete=models.CASCADE, related_name="runs")
    step = TenantForeignKey(Step, on_delete=models.CASCADE, related_name="runs", verbose_name=_("step"))
    state = models.CharField(_("state"), max_length=9, choices=RunState.choices, default=RunState.SCHEDULED)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    due_at = models.DateTimeField(_("due"))
    started_at = models.DateTimeField(_("begun"), null=True)
    completed_at = models.DateTimeField(_("done"), null=True)

    class Meta:
        verbose_name = _("run of a step")
        verbose_name_plural = _("runs of steps")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "enrolment", "step"], name="step_run_once")
        ]
        indexes = [
            models.Index(fields=["organisation", "mode", "due_at", "id"], name="step_run_due",
                         condition=Q(state__in=["scheduled", "handed"])),
            models.Index(fields=["organisation", "mode", "step", "state"], name="step_run_by_state"),
        ]  # fmt: skip

    @property
    def cause(self) -> str:
        return cause_of(self.pk)


def cause_of(run_id: object) -> str:
    """What the message of a step names as its cause."""
    return f"step:{run_id}"
