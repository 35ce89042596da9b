from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.contacts.models.contact import Contact
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel
from crm.organisations.models import Merchant


class PreferredFor(models.TextChoices):
    """What somebody goes to an organisation for, in the words of S2 (s2 §B6)."""

    ORDERS = "ORDERS", _("Orders")
    REWARDS = "REWARDS", _("Rewards")


class PreferredOrganisation(TenantModel):
    """Where somebody likes best to order or to be rewarded: at a merchant of the network; empty is the organisation."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="preferred_organisations")
    merchant = TenantForeignKey(Merchant, on_delete=models.CASCADE, null=True, related_name="+")
    type = models.CharField(_("for"), max_length=7, choices=PreferredFor.choices)
    chosen_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("preferred organisation")
        verbose_name_plural = _("preferred organisations")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "contact", "type"], name="preferred_organisation_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()}: {self.merchant or self.organisation}"
