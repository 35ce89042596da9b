from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel
from crm.messaging.models.template import LONGEST_LINK, MessageChannel, MessageClass, Template, TemplateVersion

# A sender that has not said within this time what became of a message is taken for dead.
LEASE = timedelta(minutes=5)


class MessageState(models.TextChoices):
    """QUEUED -> SENDING -> SENT, FAILED or UNKNOWN; SKIPPED and CAPTURED instead of leaving (docs/messaging.md)."""

    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    SKIPPED = "skipped", _("Skipped")
    UNKNOWN = "unknown", _("Unknown")
    CAPTURED = "captured", _("Captured")


ACCEPTED = (MessageState.SENT, MessageState.CAPTURED)
# What counts against a cap: what was accepted, and what is leaving at this moment.
COUNTED = (*ACCEPTED, MessageState.SENDING)


class Communication(TenantModel):
    """One message to one address, whatever becomes of it; in the app and on devices to one contact.

    `cause` names why it is sent; the same cause never sends twice. `reason` says why it was skipped, deferred or has
    failed. `wanted_at` is the first due moment, `due_at` the present one. `contact_id` and `lead_id` are plain ids,
    since messaging knows neither. `sent_at` is when it left; `sealed` holds, until then, what `content` must not show.
    `viewed_at`, `archived_at` and `removed_at` are what the member did with it in their app. A message in the app is a
    notice once it has arrived: from then on it has a `notice_number`, which grows from each of a person's notices to
    their next, in the order in which they can be read.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(_("channel"), max_length=6, choices=MessageChannel.choices)
    recipient = models.CharField(_("recipient"), max_length=254)
    recipient_key = models.CharField(max_length=254, editable=False)
    recipient_name = models.CharField(_("name"), max_length=201, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, blank=True)
    contact_id = models.UUIDField(_("contact"), null=True)
    lead_id = models.UUIDField(_("lead"), null=True)
    template = TenantForeignKey(Template, on_delete=models.PROTECT, related_name="communications")
    version = TenantForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="communications")
    locale = models.CharField(_("language"), max_length=12)
    subject = models.CharField(_("subject"), max_length=400, blank=True)
    content = models.TextField(_("content"))
    subtitle = models.CharField(_("subtitle"), max_length=400, blank=True, editable=False)
    image_url = models.CharField(_("address of a picture"), max_length=LONGEST_LINK, blank=True, editable=False)
    click_url = models.CharField(_("where it leads"), max_length=LONGEST_LINK, blank=True, editable=False)
    sealed = models.TextField(blank=True, editable=False)
    wrapped_key = models.CharField(max_length=200, blank=True, editable=False)
    message_class = models.CharField(_("class"), max_length=13, choices=MessageClass.choices)
    state = models.CharField(_("state"), max_length=8, choices=MessageState.choices, default=MessageState.QUEUED)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    cause = models.CharField(_("cause"), max_length=200)
    provider_message_id = models.CharField(_("message id"), max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    wanted_at = models.DateTimeField(_("first due"))
    due_at = models.DateTimeField(_("due"))
    claimed_until = models.DateTimeField(_("claimed until"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    created_at = models.DateTimeField(_("created"))
    viewed_at = models.DateTimeField(_("viewed"), null=True, editable=False)
    archived_at = models.DateTimeField(_("archived"), null=True, editable=False)
    removed_at = models.DateTimeField(_("removed"), null=True, editable=False)
    notice_number = models.BigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("communication")
        verbose_name_plural = _("communications")
        constraints = [models.UniqueConstraint(fields=["organisation", "mode", "cause"], name="communication_once")]
        indexes = [
            models.Index(fields=["organisation", "mode", "-created_at", "-id"], name="communication_latest"),
            models.Index(fields=["organisation", "mode", "state", "-created_at"], name="communication_state"),
            models.Index(fields=["organisation", "mode", "contact_id", "-created_at"], name="communication_contact"),
            models.Index(fields=["organisation", "mode", "lead_id", "-created_at"], name="communication_lead"),
            models.Index(
                fields=["organisation", "mode", "message_class", "due_at", "id"], name="communication_due",
                condition=Q(state=MessageState.QUEUED),
            ),
            models.Index(
                fields=["organisation", "mode", "claimed_until"], name="communication_claimed",
                condition=Q(state=MessageState.SENDING),
            ),
            models.Index(
                fields=["organisation", "mode", "recipient_key", "sent_at"], name="communication_counted",
                condition=Q(message_class=MessageClass.MARKETING, sent_at__isnull=False),
            ),
            models.Index(
                fields=["organisation", "mode", "contact_id", "notice_number"], name="communication_notice",
                condition=Q(notice_number__isnull=False, removed_at=None),
            ),
            models.Index(
                fields=["organisation", "mode", "contact_id"], name="communication_unread",
                condition=Q(notice_number__isnull=False, removed_at=None, viewed_at=None),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.recipient}"

    @property
    def extras(self) -> dict[str, str]:
        """What only a message in the app, or on a device, may have beside title and text."""
        return {"subtitle": self.subtitle, "image_url": self.image_url, "click_url": self.click_url}

    @property
    def is_marketing(self) -> bool:
        return self.message_class == MessageClass.MARKETING
