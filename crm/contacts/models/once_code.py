from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.contacts.models.contact import Contact
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel
from crm.messaging.models import ADDRESSED

GOOD_FOR = timedelta(minutes=5)
MOST_TRIES = 5


class CodePurpose(models.TextChoices):
    SIGN_IN = "sign_in", _("To sign in")
    ADD = "add", _("To add a phone to sign in with")


class OnceCode(TenantModel):
    """One request for a one-time code, of whomever: unknown people have rows like everybody else, and no code is made.

    `asked` stands for what the person was looked up by; `address` is where the code goes, "" when nobody was found.
    `registration` is what somebody sent who will be a customer once they have shown the code, sealed until then.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purpose = models.CharField(_("purpose"), max_length=7, choices=CodePurpose.choices, default=CodePurpose.SIGN_IN)
    channel = models.CharField(_("sent by"), max_length=6, choices=ADDRESSED)
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, null=True, related_name="once_codes")
    address = models.CharField(_("sent to"), max_length=254, blank=True)
    asked = models.CharField(max_length=64, editable=False)
    registration = models.TextField(blank=True, editable=False)
    wrapped_key = models.CharField(max_length=200, blank=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    tries_left = models.PositiveSmallIntegerField(_("tries left"), default=MOST_TRIES)
    created_at = models.DateTimeField(_("asked for"))
    expires_at = models.DateTimeField(_("good until"))
    sent_at = models.DateTimeField(_("made"), null=True)
    used_at = models.DateTimeField(_("used"), null=True)
    # Another code took its place, or no more of them may be sent to this address for now.
    ended_at = models.DateTimeField(_("taken back"), null=True)

    class Meta:
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")
        indexes = [
            models.Index(fields=["organisation", "mode", "asked", "-created_at"], name="once_code_asked"),
            models.Index(fields=["organisation", "mode", "-created_at", "-id"], name="once_code_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.address or '–'}"
