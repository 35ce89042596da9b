from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
)
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import Customer
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel
from crm.orders.models.account import BillingAccount

# A customer has that many at most; whoever needs more takes one away first.
MOST_PAYMENT_METHODS = 20
LONGEST_NOTES_OF_A_METHOD = 1_000
NO_NUL = ProhibitNullCharactersValidator()


class PaymentKind(models.TextChoices):
    CARD = "card", _("Card")
    BANK = "bank", _("Bank account")


class PaymentMethod(TenantModel):
    """A card or bank account by which a customer pays.

    Of a card nothing is kept but what is printed beside its number: the number itself is never taken. A bank account's
    number and a gateway's token are sealed under the row's own key, and go with the row.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = TenantForeignKey(
        Customer, on_delete=models.CASCADE, related_name="payment_methods", verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=4, choices=PaymentKind.choices)
    holder = models.CharField(_("in the name of"), max_length=100, blank=True, validators=[NO_NUL])
    last_digits = models.CharField(_("ends with"), max_length=4, blank=True)
    brand = models.CharField(_("brand"), max_length=30, blank=True, validators=[NO_NUL])
    expires_month = models.PositiveSmallIntegerField(
        _("expires, month"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    expires_year = models.PositiveSmallIntegerField(
        _("expires, year"), null=True, blank=True, validators=[MinValueValidator(2000), MaxValueValidator(2199)]
    )
    bank_name = models.CharField(_("bank"), max_length=100, blank=True, validators=[NO_NUL])
    bic = models.CharField(_("BIC"), max_length=11, blank=True, validators=[NO_NUL])
    sealed_number = models.TextField(blank=True, editable=False)
    sealed_token = models.TextField(blank=True, editable=False)
    wrapped_key = models.CharField(max_length=200, editable=False)
    notes = models.TextField(_("notes"), blank=True, validators=[MaxLengthValidator(LONGEST_NOTES_OF_A_METHOD), NO_NUL])
    created_at = models.DateTimeField(_("since"), editable=False)
    updated_at = models.DateTimeField(_("changed"), editable=False)

    class Meta:
        verbose_name = _("way to pay")
        verbose_name_plural = _("ways to pay")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_month__isnull=True, expires_year__isnull=True)
                | Q(expires_month__isnull=False, expires_year__isnull=False),
                name="payment_method_expires_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "mode", "customer", "created_at", "id"], name="payment_method_of_customer"
            ),
            models.Index(fields=["organisation", "mode", "-created_at", "-id"], name="payment_method_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.brand or self.bank_name or self.get_kind_display()} …{self.last_digits}"

    def seal_context(self, what: str) -> str:
        """What binds a sealed value to this row, so that it opens nowhere else."""
        return f"payment-method:{self.pk}:{what}"


class PaymentMethodAccount(TenantModel):
    """An account that is paid by this method."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment_method = TenantForeignKey(PaymentMethod, on_delete=models.CASCADE, related_name="paid")
    account = TenantForeignKey(BillingAccount, on_delete=models.CASCADE, related_name="paid_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "payment_method", "account"], name="payment_method_account_once"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "mode", "account"], name="payment_method_of_account")]
