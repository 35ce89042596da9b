from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.money import MoneyField
from crm.kernel.tenancy import TenantForeignKey, TenantModel
from crm.orders.models.order import Order


class Invoice(TenantModel):
    """The paper about an order, as it was when it was issued: `snapshot` holds seller, buyer, lines and totals in words
    and amounts, and is never written again.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(_("number"), max_length=20, editable=False)
    order = TenantForeignKey(Order, on_delete=models.PROTECT, editable=False, related_name="invoices")
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    total = MoneyField(_("total"), editable=False)
    snapshot: Any = models.JSONField(_("as it was issued"), default=dict, editable=False)
    issued_at = models.DateTimeField(_("issued"), editable=False)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "order"], name="invoice_once"),
            models.UniqueConstraint(fields=["organisation", "mode", "number"], name="invoice_number_once"),
        ]

    def __str__(self) -> str:
        return self.number
