"""Leads: the hottest first, why they are hot, what was said, what comes next, and their conversion."""

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from backoffice.admin.base import PlaceAdmin, changed_values, complaints_as_messages
from backoffice.admin.custom_values import CustomValuesPage, with_custom_values
from backoffice.admin.filters import AssigneeFilter, DayRangeFilter
from backoffice.admin.merge_kinds import read_id
from backoffice.admin.told import told
from crm.campaigns.selectors import campaigns
from crm.kernel.audit import events_about
from crm.kernel.lookups import found_by
from crm.leads.models import Band, InteractionType, Lead, Stage
from crm.leads.selectors import interactions_of, lead_merged_into, leads, next_actions_of
from crm.leads.services import (
    add_interaction,
    capture_lead,
    change_lead,
    convert_lead,
    delete_lead,
    explained,
    finish_next_action,
)
from crm.nurturing.models import Sequence
from crm.nurturing.selectors import enrolments_of, sequences_open_to_leads
from crm.nurturing.services import enrol_leads
from crm.organisations.selectors import staff_of_organisation

STORY, SAID, ENROLMENTS = 25, 25, 5
STAGE_COLORS = {
    Stage.NEW: "info", Stage.CONVERTED: "success", Stage.WON: "success", Stage.LOST: "danger",
    Stage.QUALIFIED: "warning", Stage.PROPOSAL: "warning", Stage.NEGOTIATION: "warning",
}  # fmt: skip
BAND_COLORS = {Band.HOT: "danger", Band.WARM: "warning", Band.COLD: "info"}


class InteractionForm(forms.Form):
    type = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=InteractionType.choices, widget=UnfoldAdminSelectWidget
    )
    notes = forms.CharField(
        label=gettext_lazy("What was said"), required=False, max_length=10_000, widget=UnfoldAdminTextareaWidget
    )
    next_action = forms.CharField(
        label=gettext_lazy("Next action"), required=False, max_length=200, widget=UnfoldAdminTextInputWidget
    )
    next_action_date = forms.SplitDateTimeField(
        label=gettext_lazy("Due"), required=False, widget=UnfoldAdminSplitDateTimeWidget
    )


class EnrolForm(forms.Form):
    sequence: Any = forms.ModelChoiceField(
        label=gettext_lazy("Sequence"), queryset=None, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sequence"].queryset = sequences_open_to_leads().order_by("name")  # type: ignore[attr-defined]


@admin.register(Lead)
class LeadPage(CustomValuesPage, PlaceAdmin):
    resource = "crm:leads"
    about = "lead"
    can_add = can_change = can_delete = True
    list_display = (
        "shown_name", "company", "shown_score", "grade", "shown_stage", "source", "assigned_to", "last_contact",
        "created_at",
    )  # fmt: skip
    list_filter = ("status", "band", "source", AssigneeFilter, ("created_at", DayRangeFilter))
    list_select_related = ("assigned_to__user",)
    search_fields = ("name",)
    search_help_text = gettext_lazy("Words of name, company, e-mail or phone")
    ordering = ("-score", "-id")
    change_form_outer_before_template = "backoffice/lead_summary.html"
    change_form_outer_after_template = "backoffice/lead_story.html"
    fieldsets = (
        (gettext_lazy("Lead"), {"classes": ["tab"], "fields": (
            "name", "company", ("email", "phone"), ("source", "campaign"), ("status", "assigned_to"), "notes",
        )}),
        (gettext_lazy("Score"), {"classes": ["tab"], "fields": ("manual_score",)}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return leads().select_related("assigned_to__user", "campaign", "customer__contact").defer("words", "search")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        return found_by(queryset, search_term), False

    def field_of(self, complaint: str) -> str:
        return {"campaign_id": "campaign", "score": "manual_score"}.get(complaint) or super().field_of(complaint)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "assigned_to":
            # Staff are no tenant rows, so nothing but this keeps other organisations' out of the list.
            kwargs["queryset"] = staff_of_organisation().filter(is_active=True)
        if db_field.name == "campaign":
            kwargs["queryset"] = campaigns().order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def write(self, form: Any, obj: Lead, *, change: bool) -> Lead:
        values = with_custom_values(changed_values(form))
        for name in ("assigned_to", "campaign"):
            if name in values:
                chosen = values.pop(name)
                values[f"{name}_id"] = chosen.pk if chosen else None
        if "manual_score" in values:
            values["score"] = values.pop("manual_score")
        return change_lead(lead_id=obj.pk, **values) if change else capture_lead(**values)

    def remove(self, obj: Lead) -> None:
        delete_lead(lead_id=obj.pk)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        lead = self.get_object(request, object_id)
        into = None if lead or not self.may("read") else _went_to(request, object_id)
        if into is not None:
            return redirect(_page_of(into))
        context = {**_context(lead), "may_write": self.may("write")} if lead else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    # Deeds of their own

    def get_urls(self) -> Any:
        views = {
            "interaction": (self.interaction_view, "interaction"),
            "convert": (self.convert_view, "convert"),
            "enrol": (self.enrol_view, "enrol"),
            "done/<uuid:interaction_id>": (self.done_view, "done"),
        }
        own = [
            path(f"<uuid:lead_id>/{address}/", self.admin_site.admin_view(view), name=f"leads_lead_{name}")
            for address, (view, name) in views.items()
        ]
        return [*own, *super().get_urls()]

    def interaction_view(self, request: HttpRequest, lead_id: UUID) -> HttpResponse:
        lead = self.row_or_404(request, str(lead_id))
        form = InteractionForm(request.POST or None)
        title = _("What was said with %(lead)s") % {"lead": lead}
        return self.small_form(
            request, form, partial(add_interaction, lead_id=lead.pk), title=title, back=_page_of(lead_id)
        )

    def enrol_view(self, request: HttpRequest, lead_id: UUID) -> HttpResponse:
        """Let the lead enter a sequence, whatever its entry rules say."""
        lead = self.row_or_404(request, str(lead_id))
        title = _("Start a sequence with %(lead)s") % {"lead": lead}
        form, save = EnrolForm(request.POST or None), partial(_enrol, request, lead)
        return self.small_form(request, form, save, title=title, back=_page_of(lead_id))

    def convert_view(self, request: HttpRequest, lead_id: UUID) -> HttpResponse:
        lead = self.row_or_404(request, str(lead_id))
        question = _("Convert %(lead)s into a customer?") % {"lead": lead}
        page = self.ask_first(request, question, back=_page_of(lead_id))
        if page is not None:
            return page
        with complaints_as_messages(request):
            conversion = convert_lead(lead_id=lead.pk)
            linked = _("Linked to the customer who has this address.")
            messages.success(request, linked if conversion.linked else _("Converted."))
        return redirect(_page_of(lead_id))

    def done_view(self, request: HttpRequest, lead_id: UUID, interaction_id: UUID) -> HttpResponse:
        self.row_or_404(request, str(lead_id))
        if request.method != "POST":
            raise Http404
        with complaints_as_messages(request):
            finish_next_action(lead_id=lead_id, interaction_id=interaction_id)
        return redirect(_page_of(lead_id))

    # Columns

    @display(description=gettext_lazy("Name"), ordering="name")
    def shown_name(self, lead: Lead) -> str:
        return lead.name

    @display(description=gettext_lazy("Score"), ordering="score", label=BAND_COLORS)
    def shown_score(self, lead: Lead) -> tuple[str, str]:
        return lead.band, f"{lead.score:.0f}"

    @display(description=gettext_lazy("Stage"), ordering="status", label=STAGE_COLORS)
    def shown_stage(self, lead: Lead) -> tuple[str, str]:
        return lead.status, lead.get_status_display()


def _enrol(request: HttpRequest, lead: Lead, sequence: Sequence) -> None:
    entered = enrol_leads(sequence_id=sequence.pk, lead_ids=[lead.pk])
    if entered.enrolled:
        messages.success(request, _("%(lead)s is in the sequence.") % {"lead": lead})
    for reason in entered.skipped:
        messages.warning(request, _("Not let in: %(why)s.") % {"why": reason.replace("_", " ")})
    if entered.already:
        messages.info(request, _("%(lead)s is in it already.") % {"lead": lead})


def _went_to(request: HttpRequest, object_id: str) -> UUID | None:
    """Where a lead went that was merged, with a message that says so."""
    lead_id = read_id(object_id)
    into = lead_merged_into(lead_id) if lead_id is not None else None
    if into is not None:
        messages.info(request, _("This lead was merged into the one shown here."))
    return into


def _page_of(lead_id: UUID) -> str:
    return reverse("admin:leads_lead_change", args=[lead_id])


def _context(lead: Lead) -> dict[str, Any]:
    """The summary and the story of one lead, in a fixed number of queries."""
    return {
        "lead": lead,
        "why": explained(lead),
        "next_actions": list(next_actions_of(lead.pk)),
        "said": list(interactions_of(lead.pk)[:SAID]),
        "enrolments": list(enrolments_of(lead.pk)[:ENROLMENTS]),
        "story": told(events_about("lead", lead.pk)[:STORY]),
    }
