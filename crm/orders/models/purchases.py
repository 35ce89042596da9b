from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import Contact
from crm.kernel.tenancy import TenantModel, TenantOneToOneField


class Purchases(TenantModel):
    """What a customer has bought in all: their orders that are neither cancelled nor deleted, less what went back. Who
    has none, has no row.

    Counted anew from the orders in the transaction of each of them (services/purchases.py), so it cannot drift.
    """

    contact = TenantOneToOneField(Contact, on_delete=models.CASCADE, primary_key=True, related_name="purchases")
    number = models.PositiveIntegerField(_("orders"), default=0)
    # Wider than one amount: a sum of any number of the largest orders.
    spent = models.DecimalField(_("spent"), max_digits=28, decimal_places=4, default=Decimal(0))
    first_at = models.DateTimeField(_("first order"))
    last_at = models.DateTimeField(_("last order"))

    class Meta:
        verbose_name = _("purchases")
        verbose_name_plural = _("purchases")
        indexes = [
            models.Index(fields=["organisation", "mode", "-spent", "-contact"], name="purchases_by_spent"),
            models.Index(fields=["organisation", "mode", "-last_at", "-contact"], name="purchases_by_last"),
        ]
