"""Around signing in: who vouches for people, invitations, links in mails, Wi-Fi, and how often codes go out."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.contacts.models.contact import Contact
from crm.contacts.models.identity import SOCIAL
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel, TenantOneToOneField

_WEB = URLValidator(schemes=["https", "http"])
WIFI_LASTS = timedelta(hours=24)


class IdentityProvider(TenantModel):
    """Whose signed tokens an organisation takes, and for which of its applications.

    The keys are read from `jwks_url`, or stand in `keys`. `token_url` and the secret are for exchanging a code.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=[(kind.value, kind.label) for kind in SOCIAL])
    issuer = models.CharField(
        _("issuer"), max_length=200, help_text=_("As it stands in the tokens, such as https://accounts.google.com.")
    )
    client_ids = ArrayField(
        models.CharField(max_length=200), verbose_name=_("client ids"), help_text=_("Of your applications, by comma.")
    )
    jwks_url = models.CharField(_("address of the keys"), max_length=300, blank=True, validators=[_WEB])
    keys = models.JSONField(
        _("keys"), null=True, blank=True, help_text=_("A JSON Web Key Set, where there is no address to read it from.")
    )
    token_url = models.CharField(_("address to exchange codes at"), max_length=300, blank=True, validators=[_WEB])
    redirect_uri = models.CharField(_("redirect address"), max_length=300, blank=True)
    sealed_secret = models.TextField(blank=True, editable=False)
    wrapped_key = models.CharField(max_length=200, blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("since"), editable=False)

    class Meta:
        verbose_name = _("identity provider")
        verbose_name_plural = _("identity providers")
        constraints = [models.UniqueConstraint(fields=["organisation", "mode", "kind"], name="identity_provider_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.issuer})"

    @property
    def seal_context(self) -> str:
        return f"identity-provider:{self.pk}"


class PassCode(TenantModel):
    """A word of the organisation's that lets somebody register; `code_key` is what it is compared by."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(_("code"), max_length=64)
    code_key = models.CharField(max_length=64, editable=False)
    pin = models.CharField(_("PIN"), max_length=16, blank=True, help_text=_("Asked for beside the code, if set."))
    note = models.CharField(_("note"), max_length=200, blank=True)
    most_uses = models.PositiveIntegerField(
        _("uses"), null=True, blank=True, validators=[MinValueValidator(1)],
        help_text=_("How many people may register with it; empty: any number."),
    )  # fmt: skip
    uses = models.PositiveIntegerField(_("used"), default=0, editable=False)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("since"), editable=False)

    class Meta:
        verbose_name = _("pass code")
        verbose_name_plural = _("pass codes")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "code_key"], name="pass_code_once"),
            models.CheckConstraint(
                condition=Q(most_uses=None) | Q(uses__lte=models.F("most_uses")), name="pass_code_uses_within"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class LinkPurpose(models.TextChoices):
    VERIFY = "verify", _("To show that an address is theirs")
    ADD = "add", _("To add an address to sign in with")
    RESET = "reset", _("To choose another password")


class SignInLink(TenantModel):
    """A link that was mailed, or was asked for by somebody unknown and never mailed; `digest` is of its secret.

    `password` is the hash that an added address will have once it is shown to be theirs.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purpose = models.CharField(_("purpose"), max_length=6, choices=LinkPurpose.choices)
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, null=True, related_name="sign_in_links")
    email = models.CharField(_("sent to"), max_length=254, blank=True)
    password = models.CharField(max_length=128, blank=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(_("asked for"))
    expires_at = models.DateTimeField(_("good until"))
    used_at = models.DateTimeField(_("used"), null=True)

    class Meta:
        verbose_name = _("sign-in link")
        verbose_name_plural = _("sign-in links")
        indexes = [models.Index(fields=["organisation", "mode", "-created_at"], name="sign_in_link_latest")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.email or '–'}"


class WifiAuthorisation(TenantModel):
    """A person's device that a site's Wi-Fi lets in, until they sign out or a day is over. Ids are the site's own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="wifi_authorisations")
    mac_address = models.CharField(_("device"), max_length=17)
    estimation_id = models.CharField(_("estimation"), max_length=64)
    site_id = models.CharField(_("site"), max_length=64)
    created_at = models.DateTimeField(_("since"))
    expires_at = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("Wi-Fi authorisation")
        verbose_name_plural = _("Wi-Fi authorisations")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "contact"], condition=Q(ended_at=None), name="wifi_one_device"
            )
        ]

    def __str__(self) -> str:
        return f"{self.mac_address} @ {self.site_id}"


class Referral(TenantModel):
    """Who brought somebody, told when they registered."""

    contact = TenantOneToOneField(Contact, on_delete=models.CASCADE, primary_key=True, related_name="referral")
    referrer = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="referrals")
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")


class SignInSettings(TenantModel):
    """How many one-time codes go out. An organisation without a row has what stands here as defaults."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    codes_per_hour = models.PositiveIntegerField(
        _("codes an hour, to everybody"), default=2_000, validators=[MinValueValidator(1)],
        help_text=_("A bound on what codes by SMS may cost. Live mode only."),
    )  # fmt: skip
    codes_per_address = models.PositiveIntegerField(
        _("codes an hour, from one caller's address"), default=60, validators=[MinValueValidator(1)],
        help_text=_("Many people may stand behind one address, as in a shop. Live mode only."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("sign-in settings")
        verbose_name_plural = _("sign-in settings")
        constraints = [models.UniqueConstraint(fields=["organisation", "mode"], name="sign_in_settings_once")]

    def __str__(self) -> str:
        return str(_("Sign-in settings"))
