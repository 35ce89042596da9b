from datetime import time, timedelta

from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantModel
from crm.messaging.windows import Cap

DAY, WEEK = timedelta(days=1), timedelta(days=7)


class SendingSettings(TenantModel):
    """When and how often marketing may be sent. An organisation without a row has what stands here as defaults."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    quiet_from = models.TimeField(_("quiet from"), default=time(22, 0))
    quiet_until = models.TimeField(
        _("quiet until"), default=time(8, 0), help_text=_("In the recipient's zone. Equal times: no quiet hours.")
    )
    email_per_day = models.PositiveSmallIntegerField(_("e-mails in 24 hours"), default=2)
    email_per_week = models.PositiveSmallIntegerField(_("e-mails in 7 days"), default=7)
    sms_per_day = models.PositiveSmallIntegerField(_("SMS in 24 hours"), default=1)
    sms_per_week = models.PositiveSmallIntegerField(_("SMS in 7 days"), default=3)
    inapp_per_day = models.PositiveSmallIntegerField(_("in the app in 24 hours"), default=2)
    inapp_per_week = models.PositiveSmallIntegerField(_("in the app in 7 days"), default=7)
    device_per_day = models.PositiveSmallIntegerField(_("on their devices in 24 hours"), default=2)
    device_per_week = models.PositiveSmallIntegerField(_("on their devices in 7 days"), default=7)
    total_per_day = models.PositiveSmallIntegerField(_("of all channels in 24 hours"), default=3)
    total_per_week = models.PositiveSmallIntegerField(_("of all channels in 7 days"), default=10)
    link_base = models.CharField(
        _("address of links"), max_length=200, blank=True, validators=[URLValidator(schemes=["https", "http"])],
        help_text=_("Where links in messages lead, as https://crm.example.com; empty: the platform's own address."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("sending settings")
        verbose_name_plural = _("sending settings")
        constraints = [models.UniqueConstraint(fields=["organisation", "mode"], name="sending_settings_once")]

    def __str__(self) -> str:
        return str(_("Sending settings"))

    def caps_of(self, channel: str) -> tuple[Cap, Cap]:
        """Of one of MessageChannel."""
        return Cap(getattr(self, f"{channel}_per_day"), DAY), Cap(getattr(self, f"{channel}_per_week"), WEEK)

    @property
    def caps_of_all(self) -> tuple[Cap, Cap]:
        return Cap(self.total_per_day, DAY), Cap(self.total_per_week, WEEK)
