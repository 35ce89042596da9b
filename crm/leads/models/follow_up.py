from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import Contact, CustomerInteraction
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel
from crm.leads.models.interaction import LeadInteraction
from crm.leads.models.lead import OPEN_STAGES, Lead, Stage


class FollowUpKind(models.TextChoices):
    NEXT_ACTION = "next_action", _("Next action")
    IDLE = "idle", _("Nothing happened for too long")
    OVERDUE = "overdue", _("A colleague is late")
    TASK = "task", _("A step of a sequence")
    FEEDBACK = "feedback", _("What a customer said")


class FollowUpState(models.TextChoices):
    OPEN = "open", _("To do")
    DONE = "done", _("Done")


class FollowUp(TenantModel):
    """Something to be done about a lead or a customer by a day. `subject` and `due_at` say what caused it: the same
    cause makes one follow-up, however often it is looked for (semantics §3.9). Nobody's are the queue's.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("why"), max_length=11, choices=FollowUpKind.choices, editable=False)
    subject = models.UUIDField(editable=False)
    lead = TenantForeignKey(
        Lead, on_delete=models.CASCADE, null=True, editable=False, related_name="follow_ups", verbose_name=_("lead")
    )
    contact = TenantForeignKey(
        Contact, on_delete=models.CASCADE, null=True, editable=False, related_name="follow_ups",
        verbose_name=_("customer"),
    )  # fmt: skip
    interaction = TenantForeignKey(
        LeadInteraction, on_delete=models.CASCADE, null=True, editable=False, related_name="follow_ups"
    )
    customer_interaction = TenantForeignKey(
        CustomerInteraction, on_delete=models.CASCADE, null=True, editable=False, related_name="follow_ups"
    )
    title = models.CharField(_("what"), max_length=200)
    due_at = models.DateTimeField(_("due"))
    assigned_to = models.ForeignKey(
        "organisations.Staff", on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("for"),
    )  # fmt: skip
    state = models.CharField(
        _("state"), max_length=4, choices=FollowUpState.choices, default=FollowUpState.OPEN, editable=False
    )
    escalated_at = models.DateTimeField(_("told to a manager"), null=True, editable=False)
    created_at = models.DateTimeField(_("made"), editable=False)
    done_at = models.DateTimeField(_("done"), null=True, editable=False)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "kind", "subject", "due_at"], name="follow_up_once"
            ),
            models.CheckConstraint(
                condition=Q(lead=None, contact__isnull=False) | Q(lead__isnull=False, contact=None),
                name="follow_up_of_one",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "mode", "assigned_to", "due_at"], name="follow_up_of_staff",
                         condition=Q(state="open")),
            models.Index(fields=["organisation", "mode", "due_at"], name="follow_up_due", condition=Q(state="open")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == FollowUpState.OPEN

    @property
    def whose(self) -> Lead | Contact:
        """The lead or the customer whom it is about."""
        about: Lead | Contact = self.lead or self.contact
        return about


class StageRule(TenantModel):
    """After how many days without anything happening a lead in a stage is followed up."""

    # What counts where nothing is set.
    DEFAULTS: ClassVar[dict[str, int]] = {
        Stage.NEW: 2, Stage.CONTACTED: 7, Stage.QUALIFIED: 14, Stage.PROPOSAL: 7, Stage.NEGOTIATION: 7,
    }  # fmt: skip

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    status = models.CharField(
        _("stage"), max_length=11, choices=[choice for choice in Stage.choices if choice[0] in OPEN_STAGES]
    )
    idle_days = models.PositiveSmallIntegerField(
        _("followed up after … days"), null=True, blank=True, help_text=_("Empty: never.")
    )

    class Meta:
        verbose_name = _("rule of a stage")
        verbose_name_plural = _("rules of stages")
        constraints = [models.UniqueConstraint(fields=["organisation", "mode", "status"], name="stage_rule_once")]

    def __str__(self) -> str:
        return self.get_status_display()
