from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.tenancy import Mode, Tenant
from crm.organisations.models.organisation import Organisation


class KeyKind(models.TextChoices):
    SECRET = "secret", _("Secret")
    PUBLISHABLE = "publishable", _("Publishable")


class ApiKey(models.Model):
    """A machine's credential in one mode. Its text is shown once; here lie its prefix and a hash (reliability A1)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="api_keys", db_index=False)
    mode = models.CharField(_("mode"), max_length=4, choices=Mode.choices, editable=False)
    kind = models.CharField(_("kind"), max_length=11, choices=KeyKind.choices, default=KeyKind.SECRET)
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("begins with"), max_length=8, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    permissions = ArrayField(models.CharField(max_length=60), verbose_name=_("permissions"))
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        indexes = [models.Index(fields=["organisation", "mode", "-created_at"], name="api_key_latest")]

    def __str__(self) -> str:
        return f"{self.name} ({self.shown_prefix}…)"

    @property
    def tenant(self) -> Tenant:
        return Tenant(self.organisation_id, self.mode)

    @property
    def shown_prefix(self) -> str:
        return f"{'sk' if self.kind == KeyKind.SECRET else 'pk'}_{self.mode}_{self.prefix}"

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())


class SessionKind(models.TextChoices):
    STAFF = "staff", _("Staff")
    MEMBER = "member", _("Member")


class Session(models.Model):
    """Somebody who signed in over an API. Access tokens name this row, and every request reads it (reliability A3).

    `subject_id` is the staff member or the contact. Of the refresh token only a hash is kept; a new one takes its place
    at every refresh.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    mode = models.CharField(_("mode"), max_length=4, choices=Mode.choices, editable=False)
    kind = models.CharField(_("who"), max_length=6, choices=SessionKind.choices, editable=False)
    subject_id = models.UUIDField(editable=False)
    refresh_digest = models.CharField(max_length=64, editable=False)
    device = models.CharField(_("device"), max_length=200, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    created_at = models.DateTimeField(_("signed in"), default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"))
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    ended_because = models.CharField(_("because"), max_length=40, blank=True, editable=False)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        indexes = [
            models.Index(fields=["organisation", "mode", "kind", "subject_id", "-created_at"],
                         name="session_of_subject"),
            models.Index(fields=["organisation", "mode", "-last_seen_at"], name="session_latest"),
            models.Index(fields=["expires_at"], name="session_expired"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.device or str(self.pk)

    @property
    def tenant(self) -> Tenant:
        return Tenant(self.organisation_id, self.mode)

    @property
    def is_open(self) -> bool:
        return self.ended_at is None and self.expires_at > timezone.now()
