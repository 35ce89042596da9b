from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.contacts.models.contact import Contact
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel

# A member has that many at most; whoever needs more takes one away first.
MOST_DEVICES = 20
# It stands in an address when the device is taken away.
SERIAL_NUMBER = RegexValidator(r"^[A-Za-z0-9._:+=-]+\Z", _("Letters, digits and . _ : + = - only."))
REGISTRATION_TYPE = RegexValidator(r"^[A-Za-z0-9_-]+\Z", _("Letters, digits, _ and - only."))


class PushDevice(TenantModel):
    """A phone or tablet on which a member has the app, and the token by which a push service reaches it.

    The token is sealed and never told back: whoever holds it can write to the device.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="push_devices")
    serial_number = models.CharField(_("serial number"), max_length=100, validators=[SERIAL_NUMBER])
    registration_type = models.CharField(_("push service"), max_length=20, validators=[REGISTRATION_TYPE])
    sealed_token = models.TextField(editable=False)
    wrapped_key = models.CharField(max_length=200, editable=False)
    created_at = models.DateTimeField(_("since"), editable=False)
    registered_at = models.DateTimeField(_("registered"), editable=False)

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "serial_number"], name="push_device_once")
        ]
        indexes = [
            models.Index(fields=["organisation", "mode", "contact", "-registered_at", "-id"], name="push_device_latest")
        ]

    def __str__(self) -> str:
        return f"{self.registration_type} {self.serial_number}"

    @property
    def seal_context(self) -> str:
        return f"push-device:{self.pk}"
