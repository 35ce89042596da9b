from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.contacts.models.contact import Contact
from crm.kernel.ids import new_id
from crm.kernel.tenancy import TenantForeignKey, TenantModel, TenantOneToOneField


class Provider(models.TextChoices):
    """How somebody shows who they are, by the words of s2 §B3."""

    EMAIL = "EMAIL", _("E-mail")
    PHONE = "PHONE", _("Phone")
    MAC_ADDRESS = "MAC_ADDRESS", _("Device")
    FACEBOOK = "FACEBOOK", _("Facebook")
    GOOGLE = "GOOGLE", _("Google")
    APPLE = "APPLE", _("Apple")
    MW4 = "MW4", _("MW4")
    OIDC_OAUTH = "OIDC_OAUTH", _("OpenID Connect")


# Those that are addresses, which people may have several of.
ADDRESSES = [(kind.value, kind.label) for kind in (Provider.EMAIL, Provider.PHONE)]
# Who vouches for people with signed tokens, and is set up by each organisation.
SOCIAL = (Provider.FACEBOOK, Provider.GOOGLE, Provider.APPLE, Provider.MW4, Provider.OIDC_OAUTH)


class Identity(TenantModel):
    """A way for one person to sign in. `key` is unique for its provider: a phone that is shared cannot be one twice."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="identities")
    provider = models.CharField(_("provider"), max_length=12, choices=Provider.choices)
    value = models.CharField(_("identity"), max_length=254)
    key = models.CharField(max_length=254, editable=False)
    # The hash of the password that goes with an e-mail address; empty where there is none.
    password = models.CharField(max_length=128, blank=True, editable=False)
    verified_at = models.DateTimeField(_("verified"), null=True, editable=False)
    created_at = models.DateTimeField(_("since"), editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    class Meta:
        verbose_name = _("sign-in identity")
        verbose_name_plural = _("sign-in identities")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "provider", "key"], name="identity_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_provider_display()}: {self.value}"


class ContactKey(TenantModel):
    """The key that seals a person's document numbers, itself wrapped; without it they are noise (kernel/sealing.py)."""

    contact = TenantOneToOneField(Contact, on_delete=models.CASCADE, primary_key=True, related_name="sealing_key")
    wrapped = models.TextField(editable=False)


class DocumentKind(models.TextChoices):
    PASSPORT = "passport", _("Passport")
    ID = "id", _("Identity card")
    STATUTORY = "statutory", _("Statutory number")


class IdentityDocument(TenantModel):
    """A document's number, sealed; `number_index` finds an equal one, `last_digits` is all that pages show."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(_("kind"), max_length=9, choices=DocumentKind.choices)
    sealed_number = models.TextField(editable=False)
    number_index = models.CharField(max_length=64, editable=False)
    last_digits = models.CharField(_("ends with"), max_length=4, editable=False)
    issue_country = models.CharField(_("issued by"), max_length=3, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)

    class Meta:
        verbose_name = _("identity document")
        verbose_name_plural = _("identity documents")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "contact", "kind"], name="document_once_per_kind"),
        ]
        indexes = [
            models.Index(fields=["organisation", "mode", "kind", "number_index"], name="document_by_number"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} …{self.last_digits}"

    @property
    def seal_context(self) -> str:
        """What binds the sealed number to this row, so that it opens nowhere else."""
        return f"{self.contact_id}:{self.kind}"
