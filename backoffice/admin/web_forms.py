"""Forms on web pages: what they ask, how they get onto a website, and what came through them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from backoffice.admin.base import PlaceAdmin, changed_values
from backoffice.admin.rows import LinesField
from crm.campaigns.selectors import campaigns
from crm.leads.links import address_of_form
from crm.leads.models import Question, WebForm
from crm.leads.selectors import web_forms
from crm.leads.services import define_web_form

# Told in words to who has no form to read them from.
IN_WORDS = {"asks": "questions", "origins": "places"}


class WebFormForm(forms.ModelForm):  # type: ignore[type-arg]
    asks = forms.MultipleChoiceField(
        label=_("Asks for"), choices=Question.choices, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Name and e-mail address are always asked for."),
    )  # fmt: skip
    origins = LinesField(
        label=_("May stand on"), required=False,
        help_text=_("Websites that may show or send the form, one to a line, as https://www.example.com. Empty: any."),
    )  # fmt: skip


@admin.register(WebForm)
class WebFormPage(PlaceAdmin):
    resource = "crm:leads"
    about = "web_form"
    form = WebFormForm
    can_add = can_change = True
    list_display = ("name", "state", "campaign", "double_opt_in", "sent", "waiting", "caught")
    list_filter = ("is_active", "double_opt_in")
    list_select_related = ("campaign",)
    search_fields = ("name",)
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "asks", "is_active")}),
        (_("What becomes of it"), {"fields": (("source", "campaign"), "double_opt_in", "thanks", "redirect_url")}),
        (_("Where it stands"), {"fields": ("origins",)}),
    )
    change_form_outer_before_template = "backoffice/web_form_panel.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return web_forms()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None or self.has_change_permission(request, obj):
            return self.fieldsets
        return [
            (title, {"fields": tuple(IN_WORDS.get(str(name), name) for name in part["fields"])})
            for title, part in self.fieldsets
        ]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "campaign":
            kwargs["queryset"] = campaigns().order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def field_of(self, complaint: str) -> str:
        return "campaign" if complaint == "campaign_id" else super().field_of(complaint)

    def write(self, form: Any, obj: WebForm, *, change: bool) -> WebForm:
        values = changed_values(form) if change else dict(form.cleaned_data)
        if "campaign" in values:
            chosen = values.pop("campaign")
            values["campaign_id"] = chosen.pk if chosen else None
        return define_web_form(form_id=obj.pk if change else None, **values)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        web_form = self.get_object(request, object_id)
        context = _on_websites(web_form) if web_form else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    @display(description=_("State"), label={"used": "success", "off": "danger"})
    def state(self, web_form: WebForm) -> tuple[str, Any]:
        return ("used", _("In use")) if web_form.is_active else ("off", _("Switched off"))

    @display(description=_("Waiting for confirmation"))
    def waiting(self, web_form: Any) -> int:
        return int(web_form.waiting)

    @display(description=_("Asks for"))
    def questions(self, web_form: WebForm) -> str:
        return ", ".join(str(Question(name).label) for name in web_form.asks) or "–"

    @display(description=_("May stand on"))
    def places(self, web_form: WebForm) -> str:
        return ", ".join(web_form.origins) or "–"


def _on_websites(web_form: WebForm) -> dict[str, Any]:
    """The form's address, and the HTML to copy into a website: a frame with our page, or a form of its own."""
    address = address_of_form(web_form.tenant, web_form.pk)
    questions = [(name, Question(name).label, name == Question.MESSAGE) for name in web_form.asks]
    context = {"web_form": web_form, "address": address, "questions": questions}
    return {
        **context,
        "frame": render_to_string("backoffice/web_form_frame.html", context).strip(),
        "snippet": render_to_string("backoffice/web_form_snippet.html", context).strip(),
    }
