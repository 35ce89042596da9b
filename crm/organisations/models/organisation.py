from datetime import timedelta
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.money import validate_currency


def validate_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("%(name)s is not a time zone."), params={"name": name})


class Plan(models.TextChoices):
    STANDARD = "standard", _("Standard")
    PREMIUM = "premium", _("Premium")
    ENTERPRISE = "enterprise", _("Enterprise")


HOURLY_LIMITS = {Plan.STANDARD: 1_000, Plan.PREMIUM: 10_000, Plan.ENTERPRISE: 100_000}


class Organisation(models.Model):
    """The tenant. Every tenant row names one, together with a mode."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    plan = models.CharField(_("plan"), max_length=10, choices=Plan.choices, default=Plan.STANDARD)
    requests_per_hour = models.PositiveIntegerField(
        _("requests an hour"), null=True, blank=True, help_text=_("Agreed limit of each key, in place of the plan's.")
    )
    zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_zone])
    currency = models.CharField(_("currency"), max_length=3, default="USD", validators=[validate_currency])
    is_active = models.BooleanField(_("active"), default=True)
    test_clock_offset = models.DurationField(_("test clock ahead by"), default=timedelta)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def hourly_limit(self) -> int:
        """Requests an hour that one API key may make."""
        return self.requests_per_hour or HOURLY_LIMITS[Plan(self.plan)]
