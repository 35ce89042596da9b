from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel
from crm.messaging.models.communication import Communication

LONGEST_TEXT = 10_000


class IncomingKind(models.TextChoices):
    """REPLY is a person's; AUTO_REPLY is any other mail that no person wrote and that says nothing of the address."""

    REPLY = "reply", _("Reply")
    AUTO_REPLY = "auto_reply", _("Automatic reply")
    BOUNCE = "bounce", _("Bounce")
    SOFT_BOUNCE = "soft_bounce", _("Temporary fault")
    COMPLAINT = "complaint", _("Complaint")


class Incoming(TenantModel):
    """A mail that came back to a message. `message_id` is the mail's own: the same mail twice is one row.

    `sender` and `text` are what the mail says, and nobody has checked them.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    communication = TenantForeignKey(Communication, on_delete=models.CASCADE, related_name="incoming")
    kind = models.CharField(_("what it is"), max_length=11, choices=IncomingKind.choices)
    sender = models.CharField(_("from"), max_length=254, blank=True)
    subject = models.CharField(_("subject"), max_length=400, blank=True)
    text = models.TextField(_("text"), max_length=LONGEST_TEXT, blank=True)
    status = models.CharField(_("status"), max_length=12, blank=True)
    message_id = models.CharField(max_length=200, editable=False)
    received_at = models.DateTimeField(_("received"), editable=False)

    class Meta:
        verbose_name = _("incoming mail")
        verbose_name_plural = _("incoming mails")
        constraints = [models.UniqueConstraint(fields=["organisation", "mode", "message_id"], name="incoming_once")]
        indexes = [
            models.Index(fields=["organisation", "mode", "communication", "-received_at"], name="incoming_of_message"),
        ]

    def __str__(self) -> str:
        return self.subject or self.get_kind_display()
