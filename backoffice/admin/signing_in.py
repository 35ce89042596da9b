"""How people come in: their identities, who vouches for them, passes, the codes that went out, and how many may."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.forms import model_to_dict
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminPasswordWidget

from backoffice.admin.base import PlaceAdmin, changed_values
from crm.contacts.models import Identity, IdentityProvider, OnceCode, PassCode, SignInSettings, WifiAuthorisation
from crm.contacts.selectors import sign_in_settings
from crm.contacts.services import change_sign_in_settings, define_identity_provider, define_pass_code
from crm.kernel.clock import now


@admin.register(Identity)
class IdentityPage(PlaceAdmin):
    """Added and removed on the page of whose they are."""

    resource = "auth:members"
    about = ""
    list_display = ("value", "provider", "contact", "verified_at", "last_used_at", "created_at")
    list_filter = ("provider", ("verified_at", admin.EmptyFieldListFilter))
    search_fields = ("value",)
    ordering = ("-created_at", "-id")
    fields = (("provider", "value"), "contact", ("verified_at", "last_used_at"), "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        related: QuerySet[Any] = super().get_queryset(request).select_related("contact")
        return related.defer("contact__words", "contact__search", "password")


class ProviderForm(forms.ModelForm):  # type: ignore[type-arg]
    secret = forms.CharField(
        label=_("Secret"), required=False, max_length=500, widget=UnfoldAdminPasswordWidget,
        help_text=_("For exchanging codes. It is kept sealed and not shown again; empty: the one that is there stays."),
    )  # fmt: skip


@admin.register(IdentityProvider)
class IdentityProviderPage(PlaceAdmin):
    resource = "auth:organisation"
    about = "identity_provider"
    can_add = can_change = True
    form = ProviderForm
    list_display = ("kind", "issuer", "is_active", "created_at")
    ordering = ("kind",)
    fieldsets = (
        (None, {"fields": (("kind", "is_active"), "issuer", "client_ids")}),
        (_("Keys"), {"fields": ("jwks_url", "keys")}),
        (_("Exchanging codes"), {"fields": ("token_url", "redirect_uri", "secret")}),
    )

    def write(self, form: Any, obj: IdentityProvider, *, change: bool) -> IdentityProvider:
        values = changed_values(form) if change else dict(form.cleaned_data)
        return define_identity_provider(provider_id=obj.pk if change else None, **values)


@admin.register(PassCode)
class PassCodePage(PlaceAdmin):
    resource = "auth:organisation"
    about = "pass_code"
    can_add = can_change = True
    list_display = ("code", "note", "uses", "most_uses", "valid_until", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code", "note")
    ordering = ("-created_at", "-id")
    fields = (("code", "pin"), "note", ("most_uses", "valid_until"), "is_active")

    def write(self, form: Any, obj: PassCode, *, change: bool) -> PassCode:
        values = changed_values(form) if change else dict(form.cleaned_data)
        return define_pass_code(pass_code_id=obj.pk if change else None, **values)


@admin.register(OnceCode)
class OnceCodePage(PlaceAdmin):
    """What was asked for and what became of it. The codes themselves nobody can read, here or elsewhere."""

    resource = "auth:members"
    about = "once_code"
    list_display = ("created_at", "channel", "address", "contact", "outcome", "tries_left")
    list_filter = ("channel", "purpose")
    search_fields = ("address",)
    ordering = ("-created_at", "-id")
    fields = (
        ("purpose", "channel"), "address", "contact", ("created_at", "sent_at", "expires_at"), ("used_at", "ended_at"),
        "tries_left",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        related: QuerySet[Any] = super().get_queryset(request).select_related("contact")
        return related.defer("contact__words", "contact__search", "registration", "digest", "wrapped_key")

    @display(description=_("What became of it"))
    def outcome(self, code: OnceCode) -> str:
        if code.used_at:
            return str(_("used"))
        if code.ended_at:
            return str(_("taken back"))
        if not code.tries_left:
            return str(_("worn out"))
        if code.expires_at <= now():
            return str(_("over"))
        return str(_("waiting") if code.sent_at else _("nobody was found, or it is not made yet"))


@admin.register(WifiAuthorisation)
class WifiPage(PlaceAdmin):
    resource = "auth:members"
    about = ""
    list_display = ("mac_address", "contact", "site_id", "created_at", "expires_at", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    search_fields = ("mac_address", "site_id")
    ordering = ("-created_at", "-id")
    fields = ("contact", "mac_address", ("site_id", "estimation_id"), ("created_at", "expires_at", "ended_at"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        related: QuerySet[Any] = super().get_queryset(request).select_related("contact")
        return related.defer("contact__words", "contact__search")


@admin.register(SignInSettings)
class SignInSettingsPage(PlaceAdmin):
    """One row, or the defaults until somebody saves others."""

    resource = "auth:organisation"
    about = "sign_in_settings"
    can_add = can_change = True
    list_display = ("codes_per_hour", "codes_per_address")
    fields = ("codes_per_hour", "codes_per_address")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Once there is a row, it is changed; there is no second one to offer."""
        is_set = self.may("read") and sign_in_settings().organisation_id is not None
        offer = {"has_add_permission": False} if is_set else {}
        return super().changelist_view(request, {**offer, **(extra_context or {})})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return model_to_dict(sign_in_settings())

    def write(self, form: Any, obj: SignInSettings, *, change: bool) -> SignInSettings:
        return change_sign_in_settings(**form.cleaned_data)
