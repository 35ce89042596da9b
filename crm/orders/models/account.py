from typing import Any

from django.core.validators import ProhibitNullCharactersValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import Customer
from crm.kernel.ids import new_id
from crm.kernel.money import validate_currency
from crm.kernel.tenancy import TenantForeignKey, TenantModel

# A customer has that many at most, closed ones among them: they are never deleted.
MOST_ACCOUNTS = 20


class AccountStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    TERMINATED = "terminated", _("Terminated")


# From where an account may go where; what is terminated stays so.
ACCOUNT_MOVES: dict[str, tuple[str, ...]] = {
    AccountStatus.ACTIVE: (AccountStatus.SUSPENDED, AccountStatus.TERMINATED),
    AccountStatus.SUSPENDED: (AccountStatus.ACTIVE, AccountStatus.TERMINATED),
    AccountStatus.TERMINATED: (),
}


class BillingAccount(TenantModel):
    """What a customer is billed to, in one currency. One of a customer's accounts is the primary one.

    Preferences are what the customer's app keeps there; nothing is booked to an account yet.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = TenantForeignKey(Customer, on_delete=models.PROTECT, related_name="accounts", verbose_name=_("customer"))
    name = models.CharField(_("name"), max_length=100, validators=[ProhibitNullCharactersValidator()])
    currency = models.CharField(_("currency"), max_length=3, validators=[validate_currency])
    is_primary = models.BooleanField(_("primary"), default=False)
    status = models.CharField(_("status"), max_length=10, choices=AccountStatus.choices, default=AccountStatus.ACTIVE)
    spend_preferences: Any = models.JSONField(_("spend preferences"), default=dict, blank=True)
    # A word or an object, whichever the app keeps.
    next_purchase_spend_preference: Any = models.JSONField(_("for the next purchase"), default=dict, blank=True)
    created_at = models.DateTimeField(_("since"), editable=False)
    updated_at = models.DateTimeField(_("changed"), editable=False)

    class Meta:
        verbose_name = _("billing account")
        verbose_name_plural = _("billing accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "customer"], condition=Q(is_primary=True), name="account_primary_once"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "mode", "customer", "created_at", "id"], name="account_of_customer"),
            models.Index(fields=["organisation", "mode", "-created_at", "-id"], name="account_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.currency})"
