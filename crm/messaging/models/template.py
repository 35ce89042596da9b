from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel

LOCALE = RegexValidator(r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?$", _("Write it as en, de or de-AT."))
KEY = RegexValidator(r"^[a-z0-9][a-z0-9_.-]*$", _("Lower-case letters, digits, dots, dashes and underscores."))


class MessageChannel(models.TextChoices):
    """By which way a message goes out. A suppression is about an address, and has its own two words for that.

    In the app and on their devices only members are reached; these messages have a title, and may have more (s2 §B4).
    """

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    INAPP = "inapp", _("In the app")
    DEVICE = "device", _("On their devices")


# Ways that lead to an address of one's own, which may be in somebody's name and may be suppressed.
ADDRESSED = [(channel.value, channel.label) for channel in (MessageChannel.EMAIL, MessageChannel.SMS)]
IN_APP = frozenset({MessageChannel.INAPP.value, MessageChannel.DEVICE.value})
LONGEST_LINK = 1_000


class MessageClass(models.TextChoices):
    """Why people get it. The template has it, not whoever sends: no sender can make an advertisement urgent."""

    MARKETING = "marketing", _("Marketing")
    TRANSACTIONAL = "transactional", _("Transactional")


class Template(TenantModel):
    """A text that staff write, known to the code by its key; what it says stands in its versions."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(_("key"), max_length=60, validators=[KEY])
    name = models.CharField(_("name"), max_length=100)
    channel = models.CharField(_("channel"), max_length=6, choices=MessageChannel.choices)
    message_class = models.CharField(
        _("class"), max_length=13, choices=MessageClass.choices, default=MessageClass.MARKETING,
        help_text=_("Transactional mail ignores quiet hours and caps: for codes, receipts and approvals only."),
    )  # fmt: skip
    default_locale = models.CharField(_("default language"), max_length=12, default="en", validators=[LOCALE])
    created_at = models.DateTimeField(_("created"), editable=False)

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        constraints = [models.UniqueConstraint(fields=["organisation", "mode", "key"], name="template_key_once")]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(TenantModel):
    """One wording in one language. It is never changed: another wording is another version with the next number.

    What is sent is the highest published number of the language.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    template = TenantForeignKey(Template, on_delete=models.PROTECT, related_name="versions")
    locale = models.CharField(_("language"), max_length=12, validators=[LOCALE])
    number = models.PositiveIntegerField(_("number"))
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"), max_length=100_000)
    subtitle = models.CharField(_("subtitle"), max_length=200, blank=True)
    image_url = models.CharField(_("address of a picture"), max_length=500, blank=True)
    click_url = models.CharField(_("where it leads"), max_length=500, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    created_at = models.DateTimeField(_("written"), editable=False)

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "template", "locale", "number"], name="template_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.locale} {self.number}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def extras(self) -> dict[str, str]:
        """What only a message in the app, or on a device, may have beside title and text."""
        return {"subtitle": self.subtitle, "image_url": self.image_url, "click_url": self.click_url}


class Sender(TenantModel):
    """In whose name messages of a channel go out: an e-mail address, or an SMS number or name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(_("channel"), max_length=6, choices=ADDRESSED)
    name = models.CharField(_("name"), max_length=100)
    address = models.CharField(
        _("address"), max_length=254, help_text=_("An e-mail address; for SMS a number or up to 11 letters and digits.")
    )
    is_default = models.BooleanField(_("default of its channel"), default=False)

    class Meta:
        verbose_name = _("sender")
        verbose_name_plural = _("senders")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "channel", "address"], name="sender_once"),
            models.UniqueConstraint(
                fields=["organisation", "mode", "channel"], condition=models.Q(is_default=True),
                name="sender_one_default",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"
