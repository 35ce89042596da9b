from typing import Any

from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel, TenantOneToOneField
from loyalty.members.models import Member


class Tier(TenantModel):
    """A level of the programme. `level` orders them, 1 being the lowest; `threshold` is in qualifying points."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(
        _("short name"), max_length=40, db_index=False, help_text=_("What the APIs call it, such as gold.")
    )
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), max_length=2000, blank=True, validators=[MaxLengthValidator(2000)])
    translations: Any = models.JSONField(_("other languages"), default=dict, blank=True)
    level = models.PositiveSmallIntegerField(_("level"))
    threshold = models.PositiveBigIntegerField(_("from qualifying points"), default=0)
    color = models.CharField(
        _("colour"), max_length=7, blank=True, validators=[RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("Use #rrggbb."))]
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ("level",)
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "slug"], name="tier_slug_once"),
            models.UniqueConstraint(fields=["organisation", "mode", "level"], name="tier_level_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Origin(models.TextChoices):
    AUTO = "auto", _("By the programme")
    MANUAL = "manual", _("By hand")


class MemberTier(TenantModel):
    """The tier a member holds now. While `is_locked` (until `locked_until`, or for good) no job changes it."""

    member = TenantOneToOneField(Member, on_delete=models.PROTECT, primary_key=True, related_name="standing")
    tier = TenantForeignKey(Tier, on_delete=models.PROTECT, related_name="holders")
    since = models.DateTimeField(_("since"))
    valid_until = models.DateTimeField(_("valid until"), null=True)
    origin = models.CharField(_("set"), max_length=6, choices=Origin.choices, default=Origin.AUTO)
    is_locked = models.BooleanField(_("locked"), default=False)
    locked_until = models.DateTimeField(_("locked until"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=60)

    class Meta:
        verbose_name = _("tier of a member")
        verbose_name_plural = _("tiers of members")
        indexes = [
            models.Index(fields=["organisation", "mode", "tier", "-member"], name="member_tier_holders"),
        ]


class TierChange(TenantModel):
    """One step of a member's history through the tiers; never changed afterwards."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    member = TenantForeignKey(Member, on_delete=models.PROTECT, related_name="tier_changes")
    from_tier = TenantForeignKey(Tier, on_delete=models.PROTECT, null=True, related_name="+")
    to_tier = TenantForeignKey(Tier, on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=6, choices=Origin.choices)
    reason = models.CharField(max_length=200, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=60)
    changed_at = models.DateTimeField()
