"""What happened with a person: their timeline, what was said with a customer, and what is to be done next."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from backoffice.admin.base import complaints_as_messages
from backoffice.admin.person_extras import PersonExtras, contact_or_404, demand
from backoffice.admin.person_page import consents_context, dealings_context
from backoffice.admin.story import lines_of
from crm.contacts.models import Contact, InteractionKind
from crm.contacts.services import add_interaction, finish_next_action
from crm.contacts.timeline import place_with, stretch_of, token_of
from crm.kernel.clock import now
from crm.kernel.errors import Invalid


class CustomerInteractionForm(forms.Form):
    type = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=InteractionKind.choices, widget=UnfoldAdminSelectWidget
    )
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200, widget=UnfoldAdminTextInputWidget)
    happened_at = forms.SplitDateTimeField(
        label=gettext_lazy("When"), initial=now, widget=UnfoldAdminSplitDateTimeWidget
    )
    description = forms.CharField(
        label=gettext_lazy("What was said"), required=False, max_length=10_000, widget=UnfoldAdminTextareaWidget
    )
    outcome = forms.CharField(
        label=gettext_lazy("Outcome"), required=False, max_length=200, widget=UnfoldAdminTextInputWidget
    )
    next_action = forms.CharField(
        label=gettext_lazy("Next action"), required=False, max_length=200, widget=UnfoldAdminTextInputWidget
    )
    next_action_date = forms.SplitDateTimeField(
        label=gettext_lazy("Due"), required=False, widget=UnfoldAdminSplitDateTimeWidget
    )


class PersonStory(PersonExtras):
    """Mixed into the pages of contacts and customers."""

    def get_urls(self) -> Any:
        views = {
            "timeline/": (self.timeline_view, "timeline"),
            "dealings/": (self.dealings_view, "dealings"),
            "consents/": (self.consents_view, "consents"),
            "interaction/": (self.interaction_view, "interaction"),
            "done/<uuid:interaction_id>/": (self.done_view, "done"),
        }
        own = [
            path(f"<uuid:contact_id>/{address}", self.admin_site.admin_view(view), name=f"{self._page}_{name}")
            for address, (view, name) in views.items()
        ]
        return [*own, *super().get_urls()]

    def extra_addresses(self) -> dict[str, str]:
        names = ("timeline", "dealings", "consents", "interaction", "done")
        return super().extra_addresses() | {f"{name}_url": f"admin:{self._page}_{name}" for name in names}

    def timeline_view(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        """A stretch of the timeline: lines for the page that asks for them, or a page of their own."""
        demand("auth:members:read")
        person, token = contact_or_404(contact_id), request.GET.get("before", "")
        try:
            entries, before = stretch_of(contact_id, before=place_with(token) if token else None)
        except Invalid:
            raise Http404 from None
        context = {
            "title": str(person), "lines": lines_of(entries), "earlier": token_of(before) if before else "",
            "began": person.created_at, "address": request.path, "back": self._person(contact_id), "opts": self.opts,
        }  # fmt: skip
        template = "timeline_lines" if request.headers.get("HX-Request") else "timeline"
        page = {**self.admin_site.each_context(request), **context}
        response = TemplateResponse(request, f"backoffice/{template}.html", page)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def dealings_view(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        """Orders and segments."""
        return self._panel(request, contact_id, dealings_context, "person_dealings")

    def consents_view(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        """What they decided about what may be sent to them, with the proof."""
        return self._panel(request, contact_id, consents_context, "person_consents")

    def _panel(
        self, request: HttpRequest, contact_id: UUID, context_of: Callable[[Contact], dict[str, Any]], name: str
    ) -> HttpResponse:
        """A panel for the page that asks for it, or a page of its own."""
        demand("auth:members:read")
        person = contact_or_404(contact_id)
        shown = {**context_of(person), "title": str(person), "back": self._person(contact_id), "opts": self.opts}
        template, panel = f"backoffice/{name}.html", {"panel": f"backoffice/{name}.html"}
        is_asked_for = bool(request.headers.get("HX-Request"))
        page = {**self.admin_site.each_context(request), **shown, **panel}
        response = TemplateResponse(request, template if is_asked_for else "backoffice/person_panel.html", page)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def interaction_view(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        title = _("What was said with %(person)s") % {"person": contact_or_404(contact_id)}
        return self._small_form(request, contact_id, CustomerInteractionForm, add_interaction, title)

    def done_view(self, request: HttpRequest, contact_id: UUID, interaction_id: UUID) -> HttpResponse:
        demand("auth:members:write")
        contact_or_404(contact_id)
        if request.method != "POST":
            raise Http404
        with complaints_as_messages(request):
            finish_next_action(contact_id=contact_id, interaction_id=interaction_id)
        return redirect(self._person(contact_id))
