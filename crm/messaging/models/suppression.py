from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantModel


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")


class Reason(models.TextChoices):
    """Why an address is on the list. Only BLACKLISTED keeps a contact from being written by the listings API."""

    BLACKLISTED = "blacklisted", _("Blacklisted by staff")
    BOUNCE = "bounce", _("Mail bounced")
    COMPLAINT = "complaint", _("Complained")
    UNSUBSCRIBE = "unsubscribe", _("Unsubscribed")
    ERASED = "erased", _("Erased on request")


class Suppression(TenantModel):
    """An address that must not be written to. `key` is the normalised form that addresses are compared by; of somebody
    who was erased it is a keyed hash of that, and `address` is empty.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(_("channel"), max_length=5, choices=Channel.choices)
    address = models.CharField(_("address"), max_length=254)
    key = models.CharField(max_length=254, editable=False)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices, default=Reason.BLACKLISTED)
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("since"), editable=False)

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "channel", "key", "reason"], name="suppression_once_per_reason"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "mode", "-created_at"], name="suppression_latest")]

    def __str__(self) -> str:
        return self.address or str(self.get_reason_display())
