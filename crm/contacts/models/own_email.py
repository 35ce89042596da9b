from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.contacts.models.contact import Contact
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel

# A member has that many at most.
MOST_EMAILS = 10


class EmailKind(models.TextChoices):
    PERSONAL = "personal", _("Personal")
    WORK = "work", _("Work")
    OTHER = "other", _("Other")


class OwnEmail(TenantModel):
    """An e-mail address that a member says is theirs. It is claimed, not shown to be: nobody signs in with it nor is
    found by it, and nothing is sent to it but the link by which they show it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="own_emails")
    kind = models.CharField(_("kind"), max_length=8, choices=EmailKind.choices, default=EmailKind.PERSONAL)
    value = models.CharField(_("address"), max_length=254)
    key = models.CharField(max_length=254, editable=False)
    created_at = models.DateTimeField(_("since"), editable=False)

    class Meta:
        verbose_name = _("own e-mail address")
        verbose_name_plural = _("own e-mail addresses")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "contact", "key"], name="own_email_once"),
        ]

    def __str__(self) -> str:
        return self.value
