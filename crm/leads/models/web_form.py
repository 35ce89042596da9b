"""Forms on web pages that visitors become leads by."""

from typing import Any

from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator, URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.campaigns.models import Campaign
from crm.contacts.models.contact import no_control_characters
from crm.kernel.clock import now
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel
from crm.leads.errors import WebFormEntryExpired
from crm.leads.models.lead import LeadSource


class Question(models.TextChoices):
    """What a form may ask beside name and e-mail address, which it always asks."""

    PHONE = "phone", _("Phone")
    COMPANY = "company", _("Company")
    MESSAGE = "message", _("Message")


class WebForm(TenantModel):
    """What a form asks, where it may stand, and what becomes of what is sent. `sent` and `caught` count for staff."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(
        _("name"), max_length=100, validators=[no_control_characters], help_text=_("Visitors read it above the form.")
    )
    campaign = TenantForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="web_forms", verbose_name=_("campaign")
    )
    source = models.CharField(_("source"), max_length=8, choices=LeadSource.choices, default=LeadSource.WEBSITE)
    asks: Any = models.JSONField(_("asks for"), default=list, blank=True)
    thanks = models.TextField(
        _("thank-you text"), blank=True, validators=[MaxLengthValidator(1_000), ProhibitNullCharactersValidator()]
    )
    redirect_url = models.CharField(
        _("page to go to afterwards"), max_length=500, blank=True,
        validators=[no_control_characters, URLValidator(schemes=["https"], message=_("An address with https://."))],
        help_text=_("With https://; empty: the thank-you text is shown."),
    )  # fmt: skip
    origins: Any = models.JSONField(_("may stand on"), default=list, blank=True)
    double_opt_in = models.BooleanField(
        _("ask for confirmation by e-mail"), default=False,
        help_text=_("A lead is made only once the visitor has followed a link in a mail."),
    )  # fmt: skip
    is_active = models.BooleanField(_("in use"), default=True)
    sent = models.PositiveBigIntegerField(_("sent"), default=0, editable=False)
    caught = models.PositiveBigIntegerField(_("caught as spam"), default=0, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)

    class Meta:
        verbose_name = _("web form")
        verbose_name_plural = _("web forms")
        constraints = [models.UniqueConstraint(fields=["organisation", "mode", "name"], name="web_form_once")]

    def __str__(self) -> str:
        return self.name


class WebFormEntry(TenantModel):
    """What was sent and waits for confirmation. Once confirmed it is the lead's, and no longer kept here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    form = TenantForeignKey(WebForm, on_delete=models.CASCADE, related_name="entries", verbose_name=_("web form"))
    values: Any = models.JSONField(_("values"), default=dict)
    email_key = models.CharField(max_length=254, editable=False)
    expires_at = models.DateTimeField(_("until"), editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    created_at = models.DateTimeField(_("sent"), editable=False)

    class Meta:
        verbose_name = _("entry of a web form")
        verbose_name_plural = _("entries of web forms")
        indexes = [
            models.Index(fields=["organisation", "mode", "email_key"], name="web_form_entry_of_address"),
            models.Index(fields=["organisation", "mode", "created_at"], name="web_form_entry_oldest"),
        ]

    def ensure_in_time(self) -> None:
        """Raises WebFormEntryExpired for what nobody has confirmed in time."""
        if self.confirmed_at is None and self.expires_at <= now():
            raise WebFormEntryExpired
