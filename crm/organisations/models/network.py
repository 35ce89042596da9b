from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantModel


class MerchantKind(models.TextChoices):
    """S2's `org_type` (s2 §A)."""

    MERCHANT = "MERCHANT", _("Merchant")
    VENUE = "VENUE", _("Venue")
    BUSINESS = "BUSINESS", _("Business")
    ORGANISATION = "ORGANISATION", _("Organisation")


class Relationship(models.TextChoices):
    MERCHANT = "MERCHANT", _("Merchant")
    SUBSIDIARY = "SUBSIDIARY", _("Subsidiary")


class Merchant(TenantModel):
    """A business in the organisation's network, where its members are served as well."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=100)
    external_id = models.CharField(_("number elsewhere"), max_length=64)
    kind = models.CharField(_("kind"), max_length=12, choices=MerchantKind.choices, default=MerchantKind.MERCHANT)
    relationship = models.CharField(
        _("relationship"), max_length=10, choices=Relationship.choices, default=Relationship.MERCHANT
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), editable=False)

    class Meta:
        verbose_name = _("merchant")
        verbose_name_plural = _("merchants")
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "external_id"], name="merchant_external_id"),
        ]

    def __str__(self) -> str:
        return self.name
