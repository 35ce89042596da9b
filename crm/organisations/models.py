from datetime import timedelta
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.money import validate_currency
from crm.kernel.tenancy import Mode, Tenant, TenantModel
from crm.organisations.roles import Role


def validate_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("%(name)s is not a time zone."), params={"name": name})


class Plan(models.TextChoices):
    STANDARD = "standard", _("Standard")
    PREMIUM = "premium", _("Premium")
    ENTERPRISE = "enterprise", _("Enterprise")


HOURLY_LIMITS = {Plan.STANDARD: 1_000, Plan.PREMIUM: 10_000, Plan.ENTERPRISE: 100_000}


class Organisation(models.Model):
    """The tenant. Every tenant row names one, together with a mode."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    plan = models.CharField(_("plan"), max_length=10, choices=Plan.choices, default=Plan.STANDARD)
    requests_per_hour = models.PositiveIntegerField(
        _("requests an hour"), null=True, blank=True, help_text=_("Agreed limit of each key, in place of the plan's.")
    )
    zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_zone])
    currency = models.CharField(_("currency"), max_length=3, default="USD", validators=[validate_currency])
    is_active = models.BooleanField(_("active"), default=True)
    test_clock_offset = models.DurationField(_("test clock ahead by"), default=timedelta)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def hourly_limit(self) -> int:
        """Requests an hour that one API key may make."""
        return self.requests_per_hour or HOURLY_LIMITS[Plan(self.plan)]


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_operator=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody who signs in to the back office: staff of organisations, or the platform's operator."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    is_operator = models.BooleanField(_("operator of the platform"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_in_any_case")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.get_full_name()

    @property
    def is_staff(self) -> bool:
        """Whether the sign-in page lets them in; what they may do there depends on their place in an organisation."""
        return self.is_active

    @property
    def is_superuser(self) -> bool:
        return self.is_operator

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's own permissions serve only the pages of third parties, and those belong to the operator."""
        return self.is_active and self.is_operator

    def has_module_perms(self, app_label: str) -> bool:
        return self.has_perm(app_label)


class Staff(models.Model):
    """A user's place in one organisation, valid in both of its modes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="places", verbose_name=_("user"))
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="staff", verbose_name=_("organisation"), db_index=False
    )
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")
        constraints = [models.UniqueConstraint(fields=["organisation", "user"], name="staff_once_per_organisation")]

    def __str__(self) -> str:
        return str(self.user)


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


class MerchantKind(models.TextChoices):
    """S2's `org_type` (s2 §A)."""

    MERCHANT = "MERCHANT", _("Merchant")
    VENUE = "VENUE", _("Venue")
    BUSINESS = "BUSINESS", _("Business")
    ORGANISATION = "ORGANISATION", _("Organisation")


class Relationship(models.TextChoices):
    MERCHANT = "MERCHANT", _("Merchant")
    SUBSIDIARY = "SUBSIDIARY", _("Subsidiary")


class Merchant(TenantModel):
    """A business in the organisation's network, where its members are served as well."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=100)
    external_id = models.CharField(_("number elsewhere"), max_length=64)
    kind = models.CharField(_("kind"), max_length=12, choices=MerchantKind.choices, default=MerchantKind.MERCHANT)
    relationship = models.CharField(
        _("relationship"), max_length=10, choices=Relationship.choices, default=Relationship.MERCHANT
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), editable=False)

    class Meta:
        verbose_name = _("merchant")
        verbose_name_plural = _("merchants")
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "external_id"], name="merchant_external_id"),
        ]

    def __str__(self) -> str:
        return self.name


class FieldKind(models.TextChoices):
    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    WHOLE_NUMBER = "integer", _("Whole number")
    YES_NO = "boolean", _("Yes or no")
    DATE = "date", _("Date")
    CHOICE = "choice", _("One of a list")


class CustomField(TenantModel):
    """What a key in `custom_fields` means, and what its values must look like."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(
        _("key"), max_length=50, validators=[RegexValidator(r"^[a-z][a-z0-9_]*\Z", _("Use a-z, 0-9 and _ only."))]
    )
    label = models.CharField(_("label"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=FieldKind.choices, default=FieldKind.TEXT)
    choices = ArrayField(models.CharField(max_length=100), default=list, blank=True, verbose_name=_("choices"))
    minimum = models.DecimalField(_("at least"), max_digits=19, decimal_places=4, null=True, blank=True)
    maximum = models.DecimalField(_("at most"), max_digits=19, decimal_places=4, null=True, blank=True)
    longest = models.PositiveIntegerField(_("longest text"), default=500)
    created_at = models.DateTimeField(_("created"), editable=False)

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        ordering = ("label",)
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "key"], name="custom_field_key"),
        ]

    def __str__(self) -> str:
        return self.label
