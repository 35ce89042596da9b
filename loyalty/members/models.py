from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import Contact
from crm.kernel.tenancy import TenantModel, TenantOneToOneField


class Member(TenantModel):
    """A contact in the programme, under the contact's own id. The row outlives the person's leaving."""

    contact = TenantOneToOneField(Contact, on_delete=models.PROTECT, primary_key=True, related_name="member")
    joined_at = models.DateTimeField(_("joined"))
    left_at = models.DateTimeField(_("left"), null=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        indexes = [
            models.Index(fields=["organisation", "mode", "-joined_at", "-contact"], name="member_latest"),
        ]

    def __str__(self) -> str:
        return str(self.contact)
