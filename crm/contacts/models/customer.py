from decimal import Decimal

from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.contacts.models.contact import Contact
from crm.kernel.money import MoneyField
from crm.kernel.tenancy import TenantModel, TenantOneToOneField


class CustomerType(models.TextChoices):
    INDIVIDUAL = "individual", _("Individual")
    BUSINESS = "business", _("Business")


class Status(models.TextChoices):
    ACTIVE = "active", _("Active")
    INACTIVE = "inactive", _("Inactive")
    BLOCKED = "blocked", _("Blocked")


class Customer(TenantModel):
    """A contact the business trades with, under the contact's own id. `type` is a customer's, apart from the kind."""

    contact = TenantOneToOneField(Contact, on_delete=models.CASCADE, primary_key=True, related_name="customer")
    type = models.CharField(_("type"), max_length=10, choices=CustomerType.choices, default=CustomerType.INDIVIDUAL)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.ACTIVE)
    billing_address = models.CharField(_("billing address"), max_length=500, blank=True)
    shipping_address = models.CharField(_("shipping address"), max_length=500, blank=True)
    payment_terms = models.CharField(_("payment terms"), max_length=100, blank=True)
    credit_limit = MoneyField(_("credit limit"), null=True, blank=True, validators=[MinValueValidator(Decimal(0))])
    tax_id = models.CharField(_("tax id"), max_length=64, blank=True)
    notes = models.TextField(_("notes"), max_length=10_000, blank=True, validators=[MaxLengthValidator(10_000)])
    assigned_to = models.ForeignKey(
        "organisations.Staff", on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("looked after by"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("customer since"), editable=False)
    updated_at = models.DateTimeField(_("changed"), editable=False)
    deleted_at = models.DateTimeField(_("deleted"), null=True, editable=False)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = [
            models.Index(fields=["organisation", "mode", "-created_at", "-contact"], name="customer_latest",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "-updated_at", "-contact"], name="customer_last_changed",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "status", "-created_at", "-contact"],
                         name="customer_by_status", condition=Q(deleted_at=None)),
            # What reports count by, without reading the rows.
            models.Index(fields=["organisation", "mode", "status", "type"], name="customer_counted",
                         condition=Q(deleted_at=None)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.contact)
