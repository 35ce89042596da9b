from decimal import Decimal
from typing import Any

from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.contacts.models.contact import no_control_characters
from crm.kernel.ids import new_id
from crm.kernel.money import MoneyField
from crm.kernel.search import SearchWordsField, Words, search_column, search_index
from crm.kernel.tenancy import TenantModel

LONGEST_DESCRIPTION = 10_000


class CampaignType(models.TextChoices):
    """What a campaign is for. Promotion, challenge and event are S0's words (s0 §8), sales is S4's."""

    SALES = "sales", _("Sales")
    AWARENESS = "awareness", _("Awareness")
    LEAD_GENERATION = "lead_generation", _("Lead generation")
    ENGAGEMENT = "engagement", _("Engagement")
    RETENTION = "retention", _("Retention")
    PROMOTION = "promotion", _("Promotion")
    CHALLENGE = "challenge", _("Challenge")
    EVENT = "event", _("Event")
    OTHER = "other", _("Other")


class CampaignStatus(models.TextChoices):
    """What somebody decided about a campaign; its dates say when it runs."""

    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("Scheduled")
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")


class Campaign(TenantModel):
    """What is offered, to whom, through which channels, from when to when, for how much money.

    The four JSON columns are its plan; services/plan.py says what may stand in them, and how.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=200, validators=[no_control_characters])
    description = models.TextField(_("description"), blank=True, validators=[MaxLengthValidator(LONGEST_DESCRIPTION)])
    type = models.CharField(_("type"), max_length=15, choices=CampaignType.choices, default=CampaignType.OTHER)
    status = models.CharField(_("status"), max_length=9, choices=CampaignStatus.choices, default=CampaignStatus.DRAFT)
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    total_budget = MoneyField(_("total budget"), null=True, blank=True, validators=[MinValueValidator(Decimal(0))])
    target_audience: Any = models.JSONField(_("audience"), default=dict, blank=True)
    goals: Any = models.JSONField(_("goals"), default=dict, blank=True)
    channels: Any = models.JSONField(_("channels"), default=list, blank=True)
    kpis: Any = models.JSONField(_("key figures"), default=list, blank=True)
    created_at = models.DateTimeField(_("created"), editable=False)
    updated_at = models.DateTimeField(_("changed"), editable=False)
    deleted_at = models.DateTimeField(_("deleted"), null=True, editable=False)

    words = SearchWordsField()
    search = search_column()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="campaign_ends_after_start"),
            models.CheckConstraint(condition=Q(total_budget__gte=0), name="campaign_budget_not_negative"),
        ]
        indexes = [
            models.Index(fields=["organisation", "mode", "-created_at", "-id"], name="campaign_latest",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "-updated_at", "-id"], name="campaign_last_changed",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "status", "-created_at", "-id"], name="campaign_by_status",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "type", "-created_at", "-id"], name="campaign_by_type",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "starts_at", "id"], name="campaign_by_start",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "name", "id"], name="campaign_by_name",
                         condition=Q(deleted_at=None)),
            search_index("campaign_search"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def search_words(self, words: Words) -> None:
        """What a campaign is found by: name and description."""
        words.text(self.name, self.description)
