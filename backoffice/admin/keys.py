"""API keys: issued and shown once, rotated, revoked. A key belongs to the mode that is open when it is issued."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from backoffice.admin.base import PlaceAdmin, changed_values
from crm.kernel.errors import DomainError
from crm.organisations.models import ApiKey
from crm.organisations.roles import RESOURCES
from crm.organisations.selectors import keys_of_scope
from crm.organisations.services import IssuedKey, change_key, issue_key, revoke_key, rotate_key
from crm.web.limits import usage_of_key, used_in_a_day

PERMISSIONS = [
    ("read", gettext_lazy("Read everything")),
    ("write", gettext_lazy("Change everything")),
    *((f"{resource}:{access}", f"{resource}:{access}") for resource in RESOURCES for access in ("read", "write")),
]


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]
    permissions = forms.MultipleChoiceField(
        label=gettext_lazy("Permissions"), choices=PERMISSIONS, widget=UnfoldAdminCheckboxSelectMultipleWidget,
        initial=["read", "write"],
    )  # fmt: skip


@admin.register(ApiKey)
class KeyPage(PlaceAdmin):
    resource = "auth:api-keys"
    about = "api_key"
    form = KeyForm
    can_add = can_change = True
    list_display = ("name", "begins", "kind", "state", "last_used_at", "expires_at", "created_at")
    list_filter = ("kind",)
    search_fields = ("name", "prefix")
    ordering = ("-created_at",)
    fields = ("name", "kind", "permissions", "expires_at")
    change_form_outer_before_template = "backoffice/key_buttons.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        return keys_of_scope().select_related("organisation")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("kind",) if obj else ()

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        key = self.get_object(request, object_id)
        limit = {}
        if key:
            hourly = key.organisation.hourly_limit
            limit = {"hour": usage_of_key(request, key.pk, hourly), "day": used_in_a_day(key.pk, hourly)}
        return super().change_view(request, object_id, form_url, {**limit, **(extra_context or {})})

    @display(description=gettext_lazy("Begins with"))
    def begins(self, key: ApiKey) -> str:
        return f"{key.shown_prefix}…"

    @display(description=gettext_lazy("State"), label={"usable": "success", "ended": "danger"})
    def state(self, key: ApiKey) -> tuple[str, str]:
        if key.revoked_at:
            return "ended", _("Revoked")
        return ("usable", _("In use")) if key.is_usable else ("ended", _("Expired"))

    def write(self, form: Any, obj: ApiKey, *, change: bool) -> ApiKey:
        if change:
            return change_key(key_id=obj.pk, **changed_values(form))
        issued = issue_key(**form.cleaned_data)
        # Kept on the row in memory for the one page that shows it.
        issued.key.text = issued.text  # type: ignore[attr-defined]
        return issued.key

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return self._show(request, IssuedKey(obj, obj.text))

    def get_urls(self) -> Any:
        own = [
            path("<path:object_id>/rotate/", self.admin_site.admin_view(self.rotate_view), name="rotate_key"),
            path("<path:object_id>/revoke/", self.admin_site.admin_view(self.revoke_view), name="revoke_key"),
        ]
        return [*own, *super().get_urls()]

    def rotate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        key = self.row_or_404(request, object_id)
        question = _("Rotate %(key)s? The old key works for 24 hours more.") % {"key": key}
        page = self.ask_first(request, question, back=_of(key))
        if page is not None:
            return page
        try:
            return self._show(request, rotate_key(key_id=key.pk))
        except DomainError as error:
            messages.error(request, str(error.message))
            return redirect(_of(key))

    def revoke_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        key = self.row_or_404(request, object_id)
        question = _("Revoke %(key)s? Whoever uses it is refused from then on.") % {"key": key}
        page = self.ask_first(request, question, back=_of(key), danger=True)
        if page is not None:
            return page
        revoke_key(key_id=key.pk)
        return redirect(_of(key))

    def _show(self, request: HttpRequest, issued: IssuedKey) -> HttpResponse:
        """The only page that ever holds the key's text; it is the answer to a POST, and stored nowhere."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Copy this key now"),
            "subtitle": str(issued.key),
            "explanation": _("It is shown this once. What is kept of it here cannot be turned back into it."),
            "shown": issued.text,
            "opts": self.opts,
            "back": _of(issued.key),
        }
        return TemplateResponse(request, "backoffice/shown_once.html", context)


def _of(key: ApiKey) -> str:
    return reverse("admin:organisations_apikey_change", args=[key.pk])
