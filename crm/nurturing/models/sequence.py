from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel
from crm.leads.models import Stage

LONGEST_DELAY = 365


class SequenceState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    ARCHIVED = "archived", _("Archived")


class StepKind(models.TextChoices):
    EMAIL = "email", _("Send an e-mail")
    SMS = "sms", _("Send an SMS")
    TASK = "task", _("Give a colleague a task")
    WAIT = "wait", _("Wait")
    BRANCH = "branch", _("Go on only if …")
    UPDATE = "update", _("Write a field")


MESSAGES = (StepKind.EMAIL, StepKind.SMS)


class DelayUnit(models.TextChoices):
    MINUTE = "minute", _("minutes")
    HOUR = "hour", _("hours")
    DAY = "day", _("days")
    WORKDAY = "workday", _("working days")


class Condition(models.TextChoices):
    """What may be asked of a lead, by a branch or a goal."""

    IS_SET = "is_set", _("is filled in")
    IS_EMPTY = "is_empty", _("is empty")
    IS_ANY_OF = "is_any_of", _("is one of")
    IS_NONE_OF = "is_none_of", _("is none of")
    AT_LEAST = "at_least", _("is at least")
    HAPPENED = "happened", _("happened since the lead entered")


def default_stages() -> list[str]:
    return [Stage.NEW.value, Stage.CONTACTED.value]


class Sequence(TenantModel):
    """What people are nurtured with, and who may enter. What happens to them stands in its versions.

    The default one is what "nurture" without a name means. Of two sequences that want a person, the one with the higher
    priority has them.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=100)
    state = models.CharField(
        _("state"), max_length=8, choices=SequenceState.choices, default=SequenceState.DRAFT, editable=False
    )
    is_default = models.BooleanField(_("the default sequence"), default=False)
    is_automatic = models.BooleanField(
        _("leads enter by themselves"), default=False, help_text=_("Else somebody starts it, here or by the API.")
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=100, validators=[MaxValueValidator(1_000)],
        help_text=_("A person is in one sequence at a time; the higher figure has them."),
    )  # fmt: skip
    entry_stages: Any = models.JSONField(_("stages"), default=default_stages, blank=True)
    entry_score = models.DecimalField(
        _("score of at least"), max_digits=5, decimal_places=2, default=Decimal(30),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )  # fmt: skip
    entry_quiet_days = models.PositiveSmallIntegerField(_("not contacted for … days"), default=7)
    allow_reentry = models.BooleanField(
        _("may enter again"), default=False, help_text=_("After the end, and not within seven days of the last time.")
    )
    created_at = models.DateTimeField(_("created"), editable=False)

    class Meta:
        verbose_name = _("sequence")
        verbose_name_plural = _("sequences")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "name"], name="sequence_once"),
            models.UniqueConstraint(
                fields=["organisation", "mode"], condition=Q(is_default=True), name="sequence_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SequenceVersion(TenantModel):
    """The steps of a sequence. A published version is never changed, for people are in it; there is one draft at most.

    The goal ends a sequence for a lead of whom it is true.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sequence = TenantForeignKey(Sequence, on_delete=models.CASCADE, related_name="versions", verbose_name=_("sequence"))
    number = models.PositiveIntegerField(_("version"), editable=False)
    goal_field = models.CharField(_("field"), max_length=70, blank=True)
    goal_test = models.CharField(_("test"), max_length=10, choices=Condition.choices, blank=True)
    goal_values: Any = models.JSONField(_("values"), default=list, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)

    class Meta:
        verbose_name = _("version of a sequence")
        verbose_name_plural = _("versions of sequences")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "sequence", "number"], name="sequence_version_once"
            ),
            models.UniqueConstraint(
                fields=["organisation", "mode", "sequence"], condition=Q(published_at=None), name="sequence_one_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.number}"

    @property
    def is_draft(self) -> bool:
        return self.published_at is None


class Step(TenantModel):
    """One thing that happens, some time after the step before it was done.

    A message names its template, a task its title, an update its field and the one value; a branch asks a condition,
    and goes on at the step `otherwise` where it is not true: null ends the sequence there.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = TenantForeignKey(SequenceVersion, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("step"))
    kind = models.CharField(_("what"), max_length=6, choices=StepKind.choices)
    delay = models.PositiveSmallIntegerField(_("after"), default=0, validators=[MaxValueValidator(LONGEST_DELAY)])
    delay_unit = models.CharField(_("unit"), max_length=7, choices=DelayUnit.choices, default=DelayUnit.DAY)
    at_time = models.TimeField(_("at the time of"), null=True, blank=True)
    template_key = models.CharField(_("template"), max_length=60, blank=True)
    title = models.CharField(_("task"), max_length=120, blank=True)
    field = models.CharField(_("field"), max_length=70, blank=True)
    test = models.CharField(_("test"), max_length=10, choices=Condition.choices, blank=True)
    values: Any = models.JSONField(_("values"), default=list, blank=True)
    otherwise = models.PositiveSmallIntegerField(_("else go to step"), null=True, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "version", "position"], name="sequence_step_once")
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.get_kind_display()}"

    @property
    def is_message(self) -> bool:
        return self.kind in MESSAGES
