from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import Contact
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel, TenantOneToOneField


class Band(models.TextChoices):
    """UNKNOWN: too little is known for a judgement."""

    HEALTHY = "healthy", _("Healthy")
    WATCH = "watch", _("Watch")
    AT_RISK = "at_risk", _("At risk")
    UNKNOWN = "unknown", _("Unknown")


class Health(TenantModel):
    """How a customer is doing (semantics §3.6). `parts` holds the value of each part that something is known of;
    `score` is null when that is none. `coverage` is the weight of what is known, of a hundred. `scored_on` is since
    which day the score is what it is.
    """

    contact = TenantOneToOneField(Contact, on_delete=models.CASCADE, primary_key=True, related_name="health")
    score = models.PositiveSmallIntegerField(_("score"), null=True)
    band = models.CharField(_("health"), max_length=7, choices=Band.choices, default=Band.UNKNOWN)
    coverage = models.PositiveSmallIntegerField(_("known of a hundred"), default=0)
    parts: Any = models.JSONField(_("parts"), default=dict)
    delta_30d = models.SmallIntegerField(_("change in 30 days"), null=True)
    scored_on = models.DateField()
    formula_version = models.PositiveSmallIntegerField()
    computed_at = models.DateTimeField(_("computed"))

    class Meta:
        verbose_name = _("health of a customer")
        verbose_name_plural = _("health of customers")
        indexes = [models.Index(fields=["organisation", "mode", "band", "-contact"], name="health_by_band")]


class HealthChange(TenantModel):
    """What a score was at the end of a day, for each day on which it changed. It hangs on the health and not on the
    contact, so that whoever writes it locks nothing but what they hold already.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    health = TenantForeignKey(Health, on_delete=models.CASCADE, related_name="changes")
    day = models.DateField()
    score = models.PositiveSmallIntegerField(null=True)
    band = models.CharField(max_length=7, choices=Band.choices)

    class Meta:
        verbose_name = _("change of a customer's health")
        verbose_name_plural = _("changes of customers' health")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "health", "day"], name="health_change_once"),
        ]
