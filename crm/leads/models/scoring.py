"""What a lead's score is made of (semantics §3.7)."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel

MOST_OF_A_PART = 50
_POINTS = [MinValueValidator(-MOST_OF_A_PART), MaxValueValidator(MOST_OF_A_PART)]


class Part(models.TextChoices):
    """Fit is who they are, engagement what they did; each gives up to 50 points."""

    FIT = "fit", _("Fit")
    ENGAGEMENT = "engagement", _("Engagement")


class Test(models.TextChoices):
    __test__ = False

    IS_SET = "is_set", _("is filled in")
    IS_EMPTY = "is_empty", _("is empty")
    IS_ANY_OF = "is_any_of", _("is one of")
    IS_NONE_OF = "is_none_of", _("is none of")


class Touch(models.TextChoices):
    """What somebody did, or what was done with them."""

    CALL = "call", _("Call")
    EMAIL = "email", _("E-mail")
    MEETING = "meeting", _("Meeting")
    NOTE = "note", _("Note")


class ScoreGroup(TenantModel):
    """Rules that share a cap: however many of them hold, together they count no more than it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=60)
    part = models.CharField(_("part"), max_length=10, choices=Part.choices)
    cap = models.PositiveSmallIntegerField(_("at most"), validators=[MaxValueValidator(MOST_OF_A_PART)])

    class Meta:
        verbose_name = _("group of score rules")
        verbose_name_plural = _("groups of score rules")
        constraints = [models.UniqueConstraint(fields=["organisation", "mode", "name"], name="score_group_once")]

    def __str__(self) -> str:
        return self.name


class ScoreRule(TenantModel):
    """Points for a field that is as it should be, or for each touch of a kind, which then fades or lapses."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    group = TenantForeignKey(ScoreGroup, on_delete=models.PROTECT, related_name="rules", verbose_name=_("group"))
    name = models.CharField(_("name"), max_length=100)
    points = models.SmallIntegerField(_("points"), validators=_POINTS)

    field = models.CharField(_("field"), max_length=70, blank=True)
    test = models.CharField(_("test"), max_length=10, choices=Test.choices, blank=True)
    values: Any = models.JSONField(_("values"), default=list, blank=True)

    touch = models.CharField(_("touch"), max_length=10, choices=Touch.choices, blank=True)
    half_life_days = models.PositiveSmallIntegerField(
        _("halves every … days"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    within_days = models.PositiveSmallIntegerField(
        _("counts for … days"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    max_per_day = models.PositiveSmallIntegerField(_("at most … a day"), default=1, validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = _("score rule")
        verbose_name_plural = _("score rules")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "name"], name="score_rule_once"),
            models.CheckConstraint(
                condition=Q(half_life_days=None) | Q(within_days=None), name="score_rule_fades_or_lapses"
            ),
        ]

    def __str__(self) -> str:
        return self.name
