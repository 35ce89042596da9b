from decimal import Decimal
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.campaigns.models import Campaign
from crm.contacts.models import Customer
from crm.contacts.models.contact import no_control_characters
from crm.kernel.ids import new_id
from crm.kernel.search import SearchWordsField, Words, search_column, search_index
from crm.kernel.tenancy import TenantForeignKey, TenantModel

LONGEST_NOTES = 10_000


class LeadSource(models.TextChoices):
    CAMPAIGN = "campaign", _("Campaign")
    WEBSITE = "website", _("Website")
    REFERRAL = "referral", _("Referral")
    DIRECT = "direct", _("Direct")
    SOCIAL = "social", _("Social media")
    EMAIL = "email", _("E-mail")
    OTHER = "other", _("Other")


class Stage(models.TextChoices):
    """Where a lead stands. Won is a deal made before conversion; only conversion sets converted (s4 §6, 6)."""

    NEW = "new", _("New")
    CONTACTED = "contacted", _("Contacted")
    QUALIFIED = "qualified", _("Qualified")
    PROPOSAL = "proposal", _("Proposal")
    NEGOTIATION = "negotiation", _("Negotiation")
    CONVERTED = "converted", _("Converted")
    LOST = "lost", _("Lost")
    WON = "won", _("Won")


OPEN_STAGES = (Stage.NEW, Stage.CONTACTED, Stage.QUALIFIED, Stage.PROPOSAL, Stage.NEGOTIATION)


class Grade(models.TextChoices):
    """Fit by letter, engagement by figure: A1 is the best."""

    A1, A2, A3 = ("A1", "A1"), ("A2", "A2"), ("A3", "A3")
    B1, B2, B3 = ("B1", "B1"), ("B2", "B2"), ("B3", "B3")
    C1, C2, C3 = ("C1", "C1"), ("C2", "C2"), ("C3", "C3")


class Band(models.TextChoices):
    """Where the score stands. It rises at once, and falls ten points below where it rose (semantics §3.7)."""

    COLD = "cold", _("Cold")
    WARM = "warm", _("Warm")
    HOT = "hot", _("Hot")


def _score_field(label: Any, **options: Any) -> Any:
    validators = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))]
    return models.DecimalField(label, max_digits=5, decimal_places=2, validators=validators, **options)


class Lead(TenantModel):
    """Somebody who might become a customer. `score` is what counts: the one set by hand, else the computed one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=201, validators=[no_control_characters])
    email = models.EmailField(_("e-mail"))
    email_key = models.CharField(max_length=254, editable=False)
    phone = models.CharField(_("phone"), max_length=16, blank=True)
    phone_key = models.CharField(max_length=15, blank=True, editable=False)
    company = models.CharField(_("company"), max_length=200, blank=True, validators=[no_control_characters])
    source = models.CharField(_("source"), max_length=8, choices=LeadSource.choices, default=LeadSource.OTHER)
    campaign = TenantForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("campaign")
    )
    status = models.CharField(_("stage"), max_length=11, choices=Stage.choices, default=Stage.NEW)
    status_since = models.DateTimeField(_("in this stage since"), editable=False)
    notes = models.TextField(_("notes"), blank=True, validators=[MaxLengthValidator(LONGEST_NOTES)])
    custom_fields: Any = models.JSONField(_("custom fields"), default=dict, blank=True)
    assigned_to = models.ForeignKey(
        "organisations.Staff", on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("worked by"),
    )  # fmt: skip
    last_contact = models.DateTimeField(_("last contact"), null=True, blank=True)

    score = _score_field(_("score"), default=Decimal(0), editable=False)
    computed_score = _score_field(_("computed score"), default=Decimal(0), editable=False)
    manual_score = _score_field(_("score set by hand"), null=True, blank=True)
    manual_score_by = models.CharField(_("set by"), max_length=60, blank=True, editable=False)
    grade = models.CharField(_("grade"), max_length=2, choices=Grade.choices, default=Grade.C3, editable=False)
    band = models.CharField(_("band"), max_length=4, choices=Band.choices, default=Band.COLD, editable=False)
    scored_at = models.DateTimeField(_("scored"), null=True, editable=False)

    customer = TenantForeignKey(
        Customer, on_delete=models.PROTECT, null=True, editable=False, related_name="leads", verbose_name=_("customer")
    )
    converted_at = models.DateTimeField(_("converted"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)
    updated_at = models.DateTimeField(_("changed"), editable=False)
    deleted_at = models.DateTimeField(_("deleted"), null=True, editable=False)

    words = SearchWordsField()
    search = search_column()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "email_key"], condition=Q(deleted_at=None), name="lead_email_once"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "mode", "-created_at", "-id"], name="lead_latest",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "-score", "-id"], name="lead_hottest",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "status", "-created_at", "-id"], name="lead_by_stage",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "assigned_to", "status"], name="lead_of_staff",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "status", "updated_at"], name="lead_idle",
                         condition=Q(deleted_at=None)),
            # What reports count by, without reading the rows.
            models.Index(fields=["organisation", "mode", "status", "source"], include=["score"], name="lead_counted",
                         condition=Q(deleted_at=None)),
            search_index("lead_search"),
            # Of all tenants: what it finds is narrowed to one of them in the same statement.
            GinIndex(fields=["custom_fields"], name="lead_custom_fields", opclasses=["jsonb_path_ops"]),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STAGES

    @property
    def is_converted(self) -> bool:
        return self.status == Stage.CONVERTED

    def search_words(self, words: Words) -> None:
        """What a lead is found by: name, e-mail, phone, company (where-they-meet.md, "Search")."""
        words.text(self.name, self.company)
        words.email(self.email)
        words.phone(self.phone)
