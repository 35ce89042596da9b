"""What customers are asked and how often; the themes that comments are read for; and what might become one."""

import re
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from backoffice.admin.base import PlaceAdmin, complaints_as_messages
from backoffice.admin.rows import RowsField
from crm.feedback.models import Candidate, CandidateState, FeedbackSettings, Taxonomy, Theme
from crm.feedback.selectors import candidates, current_taxonomy, feedback_settings, taxonomies, themes_of
from crm.feedback.services import (
    ThemeValues,
    accept_candidate,
    change_feedback_settings,
    dismiss_candidate,
    write_taxonomy,
)
from crm.feedback.services.defaults import default_themes

CANDIDATE_COLORS = {
    CandidateState.OPEN: "info", CandidateState.ACCEPTED: "success", CandidateState.DISMISSED: "warning",
}  # fmt: skip


_COMMAS = re.compile(r"[,\n]")


@admin.register(FeedbackSettings)
class FeedbackSettingsPage(PlaceAdmin):
    """One row, or the defaults until somebody saves others."""

    resource = "crm:feedback"
    about = "feedback_settings"
    can_add = can_change = True
    list_display = ("scale", "channel", "throttle_days", "first_reminder_days", "second_reminder_days", "expiry_days")
    list_before_template = "backoffice/feedback_defaults.html"
    fieldsets = (
        (gettext_lazy("What customers are asked"), {"fields": (("scale", "channel"), "question")}),
        (gettext_lazy("How often"), {"fields": (
            ("throttle_days", "expiry_days"), ("first_reminder_days", "second_reminder_days"),
        )}),
    )  # fmt: skip

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Once there is a row, it is changed; there is no second one to offer."""
        is_set = self.may("read") and feedback_settings().organisation_id is not None
        offer = {"has_add_permission": False} if is_set else {}
        return super().changelist_view(request, {**offer, **(extra_context or {})})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The form begins with what holds, so that saving it changes nothing else."""
        return model_to_dict(feedback_settings())

    def write(self, form: Any, obj: FeedbackSettings, *, change: bool) -> FeedbackSettings:
        return change_feedback_settings(**form.cleaned_data)


class TaxonomyForm(forms.ModelForm):  # type: ignore[type-arg]
    themes = RowsField(
        {
            "name": forms.CharField(label=gettext_lazy("Theme")),
            "language": forms.CharField(label=gettext_lazy("Language"), required=False),
            "keywords": forms.CharField(
                label=gettext_lazy("Words and phrases"), required=False, widget=forms.Textarea
            ),
            "excludes": forms.CharField(label=gettext_lazy("Not with"), required=False),
        },
        label=gettext_lazy("Themes"),
        help_text=gettext_lazy(
            "Words by comma; all their forms are found: price finds prices. A row more for each further language."
        ),
    )  # fmt: skip


@admin.register(Taxonomy)
class TaxonomyPage(PlaceAdmin):
    """Versions: a new one begins as what is in use, and none is ever changed."""

    resource = "crm:feedback"
    about = "taxonomy"
    can_add = True
    form = TaxonomyForm
    list_display = ("shown_number", "theme_count", "read", "created_at")
    ordering = ("-number",)
    list_before_template = "backoffice/taxonomy_new.html"
    change_form_outer_before_template = "backoffice/taxonomy_themes.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return taxonomies()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [(None, {"fields": ("number", "created_at") if obj else ("themes",)})]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        in_use = current_taxonomy()
        themes = _values_of(themes_of(in_use.pk)) if in_use else default_themes()
        return {"themes": [row for theme in themes for row in _as_rows(theme)]}

    def write(self, form: Any, obj: Taxonomy, *, change: bool) -> Taxonomy:
        return write_taxonomy(themes=_from_rows(form.cleaned_data["themes"]))

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        taxonomy = self.get_object(request, object_id)
        themes = _values_of(themes_of(taxonomy.pk)) if taxonomy else []
        context = {"rows": [row for theme in themes for row in _as_rows(theme)]} if taxonomy else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    @display(description=gettext_lazy("Version"), ordering="number")
    def shown_number(self, taxonomy: Taxonomy) -> str:
        return str(taxonomy)

    @display(description=gettext_lazy("Themes"))
    def theme_count(self, taxonomy: Any) -> int:
        return int(taxonomy.theme_count)

    @display(description=gettext_lazy("Answers read with it last"))
    def read(self, taxonomy: Any) -> int:
        return int(taxonomy.read)


def _values_of(themes: list[Theme]) -> list[ThemeValues]:
    return [{"name": theme.name, "words": theme.words} for theme in themes]


def _as_rows(theme: ThemeValues) -> list[dict[str, str]]:
    """A row for each language that a theme has words in."""
    return [
        {"name": theme["name"], "language": language, **{kind: ", ".join(given) for kind, given in kinds.items()}}
        for language, kinds in theme["words"].items()
    ]


def _from_rows(rows: list[dict[str, str]]) -> list[ThemeValues]:
    """Rows of one name are one theme; a row without a language is in English."""
    themes: dict[str, dict[str, Any]] = {}
    for row in rows:
        words = themes.setdefault(row["name"].strip(), {}).setdefault(row.get("language") or "en", {})
        for kind in ("keywords", "excludes"):
            words.setdefault(kind, []).extend(_COMMAS.split(row.get(kind, "")))
    return [{"name": name, "words": words} for name, words in themes.items()]


class AcceptForm(forms.Form):
    theme = forms.ChoiceField(label=gettext_lazy("A word of the theme"), required=False, widget=UnfoldAdminSelectWidget)
    new_theme = forms.CharField(
        label=gettext_lazy("Or a new theme"), required=False, max_length=60, widget=UnfoldAdminTextInputWidget
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        in_use, field = current_taxonomy(), self.fields["theme"]
        themes = themes_of(in_use.pk) if in_use else []
        field.choices = [("", "–"), *((theme.key, theme.name) for theme in themes)]  # type: ignore[attr-defined]


@admin.register(Candidate)
class CandidatePage(PlaceAdmin):
    resource = "crm:feedback"
    about = "candidate"
    list_display = ("term", "language", "documents", "shown_state", "found_at", "decide")
    list_filter = ("state", "language")
    search_fields = ("term",)
    ordering = ("state", "-weight", "id")
    list_before_template = "backoffice/candidates_none.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return candidates()

    def get_urls(self) -> Any:
        views = {"accept": self.accept_view, "dismiss": self.dismiss_view}
        own = [
            path(f"<uuid:candidate_id>/{name}/", self.admin_site.admin_view(view), name=f"{name}_candidate")
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def accept_view(self, request: HttpRequest, candidate_id: UUID) -> HttpResponse:
        candidate = self._to_write(request, candidate_id)
        title = _("Which theme is “%(term)s”?") % {"term": candidate}
        save = partial(accept_candidate, candidate_id=candidate.pk)
        return self.small_form(request, AcceptForm(request.POST or None), save, title=title, back=_candidates())

    def dismiss_view(self, request: HttpRequest, candidate_id: UUID) -> HttpResponse:
        candidate = self._to_write(request, candidate_id)
        question = _("“%(term)s” is no theme, and is not suggested again?") % {"term": candidate}
        page = self.ask_first(request, question, back=_candidates())
        if page is not None:
            return page
        with complaints_as_messages(request):
            dismiss_candidate(candidate_id=candidate.pk)
            messages.success(request, _("Dismissed."))
        return redirect(_candidates())

    def _to_write(self, request: HttpRequest, candidate_id: UUID) -> Candidate:
        candidate = self.get_object(request, str(candidate_id)) if self.may("write") else None
        if candidate is None:
            raise Http404
        return candidate  # type: ignore[no-any-return]

    @display(description=gettext_lazy("State"), ordering="state", label=CANDIDATE_COLORS)
    def shown_state(self, candidate: Candidate) -> tuple[str, str]:
        return candidate.state, candidate.get_state_display()

    @display(description="")
    def decide(self, candidate: Candidate) -> SafeString | str:
        if candidate.state != CandidateState.OPEN or not self.may("write"):
            return ""
        addresses = [reverse(f"admin:{verb}_candidate", args=[candidate.pk]) for verb in ("accept", "dismiss")]
        links = '<a class="rp-link" href="{}">{}</a> · <a class="rp-link" href="{}">{}</a>'
        return format_html(links, addresses[0], _("accept"), addresses[1], _("dismiss"))


def _candidates() -> str:
    return reverse("admin:feedback_candidate_changelist")
