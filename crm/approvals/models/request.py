"""One question, what was answered, and the links by which it may be answered."""

from typing import Any

from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.approvals.models.policy import Policy
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel

LONGEST_COMMENTS = 2_000


class ApprovalState(models.TextChoices):
    """PENDING → one of the others, once (semantics §3.15)."""

    PENDING = "pending", _("Waiting")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    RECALLED = "recalled", _("Taken back")
    EXPIRED = "expired", _("Expired")


class Overdue(models.TextChoices):
    """What was done because nobody decided in time."""

    NOTHING = "", _("Nothing")
    REMINDED = "reminded", _("Reminded")
    ESCALATED = "escalated", _("Owners told")


class Response(models.TextChoices):
    ACCEPT = "accept", _("Yes")
    REJECT = "reject", _("No")


class DeciderKind(models.TextChoices):
    MEMBER = "member", _("Customer")
    STAFF = "staff", _("Colleague")


class Via(models.TextChoices):
    SIGNED_IN = "signed_in", _("Signed in")
    LINK = "link", _("By the link in a mail")


class ApprovalRequest(TenantModel):
    """Whether something may happen. `kind` and `record_id` say what to, `contact_id` whom it concerns: a plain id,
    since approvals stand below contacts.

    `steps` are the policy's as they were; `at` counts those that said yes. `snapshot` is the record as it was asked
    about. `due_at` is when the step in hand is overdue next.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    policy = TenantForeignKey(Policy, on_delete=models.PROTECT, related_name="requests", verbose_name=_("policy"))
    kind = models.CharField(_("of what"), max_length=30)
    record_id = models.UUIDField(_("record"))
    reference = models.CharField(_("reference"), max_length=64)
    contact_id = models.UUIDField(_("customer"), null=True)
    state = models.CharField(_("state"), max_length=8, choices=ApprovalState.choices, default=ApprovalState.PENDING)
    steps: Any = models.JSONField(_("steps"))
    at = models.PositiveSmallIntegerField(_("steps done"), default=0)
    snapshot: Any = models.JSONField(_("as it was"))
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    asked_by_kind = models.CharField(_("asked by"), max_length=8)
    asked_by = models.CharField(_("who asked"), max_length=100)
    created_at = models.DateTimeField(_("asked"))
    due_at = models.DateTimeField(_("due"), null=True)
    overdue = models.CharField(_("overdue"), max_length=9, choices=Overdue.choices, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "kind", "record_id"],
                condition=Q(state=ApprovalState.PENDING),
                name="approval_one_pending",
            ),
            models.CheckConstraint(
                condition=Q(state=ApprovalState.PENDING, decided_at=None, due_at__isnull=False)
                | (~Q(state=ApprovalState.PENDING) & Q(decided_at__isnull=False, due_at=None)),
                name="approval_decided_when_not_pending",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "mode", "-created_at", "-id"], name="approval_latest"),
            models.Index(fields=["organisation", "mode", "state", "-created_at", "-id"], name="approval_by_state"),
            models.Index(
                fields=["organisation", "mode", "contact_id", "-created_at", "-id"], name="approval_of_contact"
            ),
            models.Index(
                fields=["organisation", "mode", "kind", "record_id", "-created_at"], name="approval_of_record"
            ),
            models.Index(fields=["organisation", "mode", "due_at"], name="approval_due",
                         condition=Q(state=ApprovalState.PENDING)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reference

    @property
    def is_pending(self) -> bool:
        return self.state == ApprovalState.PENDING

    @property
    def step(self) -> dict[str, Any]:
        """The step in hand, of one that is pending."""
        step: dict[str, Any] = self.steps[self.at]
        return step


class Decision(TenantModel):
    """What one of them said, at one step, once. `in_stead_of` is the colleague whom a deputy stood in for."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = TenantForeignKey(ApprovalRequest, on_delete=models.CASCADE, related_name="decisions")
    step = models.PositiveSmallIntegerField(_("step"))
    decider_kind = models.CharField(_("who"), max_length=6, choices=DeciderKind.choices)
    decider_id = models.UUIDField(_("decider"))
    in_stead_of = models.UUIDField(_("in stead of"), null=True, blank=True)
    response = models.CharField(_("answer"), max_length=6, choices=Response.choices)
    comments = models.TextField(
        _("comments"), blank=True, validators=[MaxLengthValidator(LONGEST_COMMENTS), ProhibitNullCharactersValidator()]
    )
    via = models.CharField(_("how"), max_length=9, choices=Via.choices)
    created_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "request", "step", "decider_id"], name="approval_decided_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_decider_kind_display()}: {self.get_response_display()}"


class ApprovalToken(TenantModel):
    """A mailed link by which one of them decides at one step, once; `digest` is of its secret."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = TenantForeignKey(ApprovalRequest, on_delete=models.CASCADE, related_name="tokens")
    step = models.PositiveSmallIntegerField(_("step"))
    decider_kind = models.CharField(_("who"), max_length=6, choices=DeciderKind.choices)
    decider_id = models.UUIDField(_("decider"))
    digest = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("good until"))
    used_at = models.DateTimeField(_("used"), null=True)

    class Meta:
        verbose_name = _("link to an approval")
        verbose_name_plural = _("links to approvals")
