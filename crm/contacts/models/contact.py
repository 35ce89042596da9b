from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.kernel.ids import new_id
from crm.kernel.money import MoneyField
from crm.kernel.search import Mark, SearchWordsField, Words, search_column, search_index
from crm.kernel.tenancy import TenantModel, TenantOneToOneField

no_control_characters = RegexValidator(r"^[^\x00-\x1f\x7f]*\Z", _("Control characters are not allowed."))


class Kind(models.TextChoices):
    PERSON = "person", _("Person")
    COMPANY = "company", _("Company")


class Gender(models.TextChoices):
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")


class ConsentState(models.TextChoices):
    PENDING = "pending", _("Pending")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Source(models.TextChoices):
    API = "api", _("API")
    IMPORT = "import", _("Import")
    WEB = "web", _("Web")
    MANUAL = "manual", _("By hand")


class _NameField(models.CharField):  # type: ignore[type-arg]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 100)
        kwargs.setdefault("blank", True)
        kwargs["validators"] = [no_control_characters]
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("validators", None)
        return name, "django.db.models.CharField", args, kwargs


class Contact(TenantModel):
    """One person or company. S0's customer, S1's member, S2's contact and S4's customer are this row.

    `name` is what they are called, as it was written last; `email_key` and `phone_key` are what addresses are compared
    by. Only services write these (crm/contacts/services/people.py keeps them in step).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices, default=Kind.PERSON, editable=False)
    name = models.CharField(_("name"), max_length=310, blank=True, editable=False)
    title = _NameField(_("title"), max_length=30)
    first_name = _NameField(_("first name"))
    middle_name = _NameField(_("middle name"))
    last_name = _NameField(_("last name"))
    company_name = _NameField(_("company"), max_length=200)
    email = models.EmailField(_("e-mail"), blank=True)
    email_key = models.CharField(max_length=254, blank=True, editable=False)
    # A member wrote it and has not shown that they read mail there: nobody is found by it who would sign in.
    email_is_claimed = models.BooleanField(default=False, editable=False)
    phone = models.CharField(_("phone"), max_length=16, blank=True)
    phone_key = models.CharField(max_length=15, blank=True, editable=False)

    language = models.CharField(_("language"), max_length=10, blank=True)
    gender = models.CharField(_("gender"), max_length=6, choices=Gender.choices, blank=True)
    date_of_birth = models.DateField(_("date of birth"), null=True, blank=True)
    name_day_month = models.PositiveSmallIntegerField(
        _("name day, month"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    name_day_day = models.PositiveSmallIntegerField(
        _("name day, day"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    category_id = models.CharField(_("category"), max_length=64, blank=True)
    is_tax_exempt = models.BooleanField(_("tax exempt"), default=False)

    email_opt_out = models.BooleanField(_("no marketing by e-mail"), default=False)
    sms_opt_out = models.BooleanField(_("no marketing by SMS"), default=False)
    consent_state = models.CharField(
        _("consent"), max_length=9, choices=ConsentState.choices, default=ConsentState.PENDING
    )
    country_of_agreement = models.CharField(_("country of agreement"), max_length=3, blank=True)
    custom_fields: Any = models.JSONField(_("custom fields"), default=dict, blank=True)

    source = models.CharField(_("source"), max_length=6, choices=Source.choices, default=Source.API, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)
    updated_at = models.DateTimeField(_("changed"), editable=False)
    deleted_at = models.DateTimeField(_("deleted"), null=True, editable=False)

    words = SearchWordsField()
    search = search_column()

    # What was decided since the row was read, until it is saved (crm/contacts/services/consent_entries.py).
    decided: dict[str, tuple[Any, Any]] | None = None

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "email_key"],
                condition=Q(deleted_at=None) & ~Q(email_key=""),
                name="contact_email_once",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "mode", "-created_at", "-id"], name="contact_latest",
                         condition=Q(deleted_at=None)),
            # Not partial: customers are sorted and found by these without looking at the contact's own `deleted_at`.
            models.Index(fields=["organisation", "mode", "name", "id"], name="contact_by_name"),
            models.Index(fields=["organisation", "mode", "email_key", "id"], name="contact_by_email"),
            models.Index(fields=["organisation", "mode", "phone_key"], name="contact_by_phone",
                         condition=~Q(phone_key="")),
            search_index("contact_search"),
            # Of all tenants: what it finds is narrowed to one of them in the same statement.
            GinIndex(fields=["custom_fields"], name="contact_custom_fields", opclasses=["jsonb_path_ops"]),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name or self.email or self.phone or str(self.pk)

    @property
    def is_company(self) -> bool:
        return self.kind == Kind.COMPANY

    @property
    def is_reachable(self) -> bool:
        return bool(self.email or self.phone)

    def search_words(self, words: Words) -> None:
        """What a contact is found by: name, e-mail, phone, company (where-they-meet.md, "Search")."""
        words.text(self.name, self.company_name)
        words.text(self.first_name, mark=Mark.FIRST_NAME)
        words.text(self.last_name, mark=Mark.LAST_NAME)
        words.email(self.email)
        words.phone(self.phone)


class CompanyProfile(TenantModel):
    """What S2 tells about a company; its moments are whole seconds, as the document writes them."""

    contact = TenantOneToOneField(Contact, on_delete=models.CASCADE, primary_key=True, related_name="profile")
    profile_year = models.DateTimeField(_("year of the profile"), null=True, blank=True)
    annual_turnover = MoneyField(_("annual turnover"), null=True, blank=True)
    established_on = models.DateTimeField(_("established"), null=True, blank=True)
    number_of_employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    registration_number = models.CharField(_("registration number"), max_length=64, blank=True)
    registration_country = models.CharField(_("registered in"), max_length=3, blank=True)
    tax_reference_number = models.CharField(_("tax reference"), max_length=64, blank=True)
    vat_registration_number = models.CharField(_("VAT number"), max_length=64, blank=True)
    industry_id = models.CharField(_("industry"), max_length=64, blank=True)
    industry_sectors = ArrayField(models.CharField(max_length=64), default=list, blank=True, verbose_name=_("sectors"))

    class Meta:
        verbose_name = _("company profile")
        verbose_name_plural = _("company profiles")
