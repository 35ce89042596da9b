from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.money import MoneyField
from crm.kernel.tenancy import TenantForeignKey, TenantModel
from crm.orders.models.order import NO_NUL, Order, OrderLine


class Refund(TenantModel):
    """Money that went back to a customer, with the number of its credit note. `tax` is part of `amount`. Once made it
    stays: what was too much is ordered anew.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(_("number"), max_length=20, editable=False)
    order = TenantForeignKey(Order, on_delete=models.PROTECT, editable=False, related_name="refunds")
    amount = MoneyField(_("amount"), editable=False)
    tax = MoneyField(_("tax"), default=Decimal(0), editable=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True, validators=[NO_NUL])
    restocked = models.BooleanField(_("goods came back"), default=False)
    actor_kind = models.CharField(max_length=10, editable=False)
    actor_id = models.CharField(max_length=60, editable=False)
    created_at = models.DateTimeField(_("when"), editable=False)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "number"], name="refund_number_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, tax__gte=0, tax__lte=F("amount")), name="refund_amounts_in_bounds"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "mode", "order", "-created_at", "-id"], name="refund_of_order"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def net(self) -> Decimal:
        net: Decimal = self.amount - self.tax
        return net


class RefundLine(TenantModel):
    """What of a refund was for which line; `quantity` is 0 where money went back and no goods did."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    refund = TenantForeignKey(Refund, on_delete=models.CASCADE, related_name="lines")
    line = TenantForeignKey(OrderLine, on_delete=models.PROTECT, related_name="refund_lines")
    quantity = models.PositiveIntegerField(_("quantity"), default=0)
    amount = MoneyField(_("amount"))
    tax = MoneyField(_("tax"), default=Decimal(0))

    class Meta:
        verbose_name = _("line of a refund")
        verbose_name_plural = _("lines of refunds")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "refund", "line"], name="refund_line_once"),
        ]
