"""Customers and contacts: found in a second, read at a glance, changed through the same services as the APIs."""

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms.models import fields_for_model, model_to_dict
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from backoffice.admin.base import PlaceAdmin, changed_values
from backoffice.admin.custom_values import CustomValuesPage, with_custom_values
from backoffice.admin.filters import DayRangeFilter
from backoffice.admin.health import BAND_COLORS, BandFilter, shown_band
from backoffice.admin.person_messages import PersonMessages
from backoffice.admin.person_page import person_context, standing_of
from backoffice.admin.person_story import PersonStory
from backoffice.admin.privacy_pages import PersonPrivacy
from crm.contacts.models import Contact, Customer, Status
from crm.contacts.models.contact import Source
from crm.contacts.selectors import contacts, customers, merged_into
from crm.contacts.services import create_contact, delete_contact, update_contact
from crm.kernel.lookups import found_by
from crm.kernel.tenancy import scope_or_none
from crm.organisations.selectors import staff_of_organisation
from loyalty.tiers.selectors import tiers
from loyalty.tiers.services import admit_customer, change_customer

PERSON_FIELDS = (
    "title", "first_name", "middle_name", "last_name", "company_name", "email", "phone", "language", "gender",
    "date_of_birth", "email_opt_out", "sms_opt_out", "consent_state", "is_tax_exempt",
)  # fmt: skip
PERSON_SETS = (
    (_("Person"), {"classes": ["tab"], "fields": (
        ("title", "first_name"), ("middle_name", "last_name"), "company_name", ("email", "phone"),
        ("gender", "date_of_birth"), ("language", "is_tax_exempt"),
    )}),
    (_("What may be sent"), {"classes": ["tab"], "fields": (("email_opt_out", "sms_opt_out"), "consent_state")}),
)  # fmt: skip
TRADE_SETS = (
    (_("Trade"), {"classes": ["tab"], "fields": (
        ("status", "type"), ("assigned_to", "payment_terms"), ("credit_limit", "tax_id"), "billing_address",
        "shipping_address", "notes",
    )}),
    (_("Tier"), {"classes": ["tab"], "fields": (("tier", "tier_reason"),)}),
)  # fmt: skip
STATUS_COLORS = {Status.ACTIVE: "success", Status.INACTIVE: "warning", Status.BLOCKED: "danger"}
SET_BY_HAND = "set in the back office"


class PersonPage(PersonPrivacy, PersonMessages, PersonStory, CustomValuesPage, PlaceAdmin):
    """What the pages of contacts and customers have in common: summary, story, custom fields."""

    resource = "auth:members"
    about = "contact"
    can_add = can_change = can_delete = True
    search_fields = ("name",)
    search_help_text = _("Words of name, company, e-mail or phone")
    change_form_outer_before_template = "backoffice/person_summary.html"
    change_form_outer_after_template = "backoffice/person_story.html"
    contact_path = ""

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        return found_by(queryset, search_term, path=self.contact_path), False

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        obj = self.get_object(request, object_id)
        into = None if obj else went_to(request, object_id)
        if into is not None:
            return redirect("admin:contacts_contact_change", into)
        person = person_context(self.contact_of(obj)) | self.extra_addresses() if obj else {}
        return super().change_view(request, object_id, form_url, {**person, **(extra_context or {})})

    def holder_of(self, obj: Any) -> Any:
        return self.contact_of(obj)

    def contact_of(self, obj: Any) -> Any:
        return obj

    def remove(self, obj: Any) -> None:
        delete_contact(contact_id=obj.pk)


def went_to(request: HttpRequest, object_id: str) -> UUID | None:
    """Where a person went who was merged, with a message that says so."""
    scope, contact_id = scope_or_none(), _read_id(object_id)
    may_see = scope is not None and contact_id is not None and scope.actor.may("auth:members:read")
    into = merged_into(contact_id) if may_see and contact_id is not None else None
    if into is not None:
        messages.info(request, _("This person was merged into the one shown here."))
    return into


def _read_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@admin.register(Contact)
class ContactPage(PersonPage):
    list_display = ("shown_name", "email", "phone", "kind", "source", "created_at")
    list_filter = ("kind", "source", ("created_at", DayRangeFilter))
    ordering = ("-created_at", "-id")
    fieldsets = PERSON_SETS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        related = ("member__standing__tier", "customer", "health")
        return contacts().select_related(*related).defer("words", "search")

    @display(description=_("Name"), ordering="name")
    def shown_name(self, contact: Contact) -> str:
        return str(contact)

    def write(self, form: Any, obj: Contact, *, change: bool) -> Contact:
        values = with_custom_values(changed_values(form))
        if change:
            return update_contact(contact_id=obj.pk, **values)
        return create_contact(**values, source=Source.MANUAL)


class CustomerForm(forms.ModelForm):  # type: ignore[type-arg]
    """A customer's own fields, and those of the contact whom they are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if customer := kwargs.get("instance"):
            kwargs["initial"] = {**model_to_dict(customer.contact, PERSON_FIELDS), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if customer and customer.assigned_to and "assigned_to" in self.fields:
            # Somebody who was sent away stays the assignee until another takes their place.
            field: Any = self.fields["assigned_to"]
            field.queryset |= staff_of_organisation().filter(pk=customer.assigned_to_id)


class TierFilter(admin.SimpleListFilter):
    title = _("tier")
    parameter_name = "tier"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(tier.slug, tier.name) for tier in tiers()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(contact__member__standing__tier__slug=self.value()) if self.value() else queryset


@admin.register(Customer)
class CustomerPage(PersonPage):
    form = CustomerForm
    list_display = ("shown_name", "email", "phone", "tier", "shown_status", "health", "created_at", "assigned_to")
    list_filter = ("status", "type", TierFilter, BandFilter, ("created_at", DayRangeFilter))
    list_select_related = ("contact__member__standing__tier", "contact__health", "assigned_to__user")
    ordering = ("-created_at", "-contact")
    fieldsets = (*PERSON_SETS, *TRADE_SETS)
    contact_path = "contact__"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        related = ("contact__member__standing__tier", "contact__health", "assigned_to__user")
        return customers().select_related(*related).defer("contact__words", "contact__search")

    def extra_fields(self, request: HttpRequest, obj: Any) -> dict[str, forms.Field]:
        styled = partial(self.formfield_for_dbfield, request=request)
        fields: dict[str, forms.Field] = fields_for_model(Contact, PERSON_FIELDS, formfield_callback=styled)
        standing = standing_of(self.contact_of(obj))
        fields["tier"] = forms.ChoiceField(
            label=_("Tier"), required=False, widget=UnfoldAdminSelectWidget,
            choices=[("", "–") if obj is None else ("", ""), *((tier.slug, tier.name) for tier in tiers())],
            initial=standing.tier.slug if standing else "",
            help_text=_("A tier set here is locked: the programme does not take it away."),
        )  # fmt: skip
        fields["tier_reason"] = forms.CharField(
            label=_("Why"), required=False, max_length=200, widget=UnfoldAdminTextInputWidget
        )
        return fields

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        # Staff are no tenant rows, so nothing but this keeps other organisations' out of the list.
        if db_field.name == "assigned_to":
            kwargs["queryset"] = staff_of_organisation().filter(is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def contact_of(self, obj: Any) -> Any:
        return obj.contact if obj else None

    def write(self, form: Any, obj: Customer, *, change: bool) -> Customer:
        values = with_custom_values(changed_values(form))
        reason = values.pop("tier_reason", "")
        # A reason alone locks the tier that they have.
        tier = values.pop("tier", None) or (form.cleaned_data["tier"] if reason else None) or None
        reason = reason or SET_BY_HAND
        if "assigned_to" in values:
            assignee = values.pop("assigned_to")
            values["assigned_to_id"] = assignee.pk if assignee else None
        if change:
            return change_customer(contact_id=obj.pk, tier=tier, reason=reason, **values)
        return admit_customer(tier=tier, reason=reason, **values, source=Source.MANUAL)

    @display(description=_("Name"), ordering="contact__name")
    def shown_name(self, customer: Customer) -> str:
        return str(customer.contact)

    @display(description=_("E-mail"), ordering="contact__email_key")
    def email(self, customer: Customer) -> str:
        return str(customer.contact.email)

    @display(description=_("Phone"))
    def phone(self, customer: Customer) -> str:
        return str(customer.contact.phone)

    @display(description=_("Tier"))
    def tier(self, customer: Customer) -> str:
        return str(customer.contact.member.standing.tier)

    @display(description=_("Status"), ordering="status", label=STATUS_COLORS)
    def shown_status(self, customer: Customer) -> tuple[str, str]:
        return customer.status, customer.get_status_display()

    @display(description=_("Health"), ordering="contact__health__score", label=BAND_COLORS)
    def health(self, customer: Customer) -> tuple[str, str]:
        return shown_band(customer.contact)
