"""Sequences: who may enter, what happens to them and when, how many got how far; and the leads who are inside."""

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from backoffice.admin.base import PlaceAdmin, changed_values, complaints_as_messages
from backoffice.admin.sequence_steps import GoalForm, StepFormSet, goal_of, steps_of
from crm.kernel.clock import now
from crm.kernel.errors import DomainError
from crm.leads.models import OPEN_STAGES, Stage
from crm.nurturing.models import Enrolment, EnrolmentState, Sequence, SequenceState, StopReason
from crm.nurturing.previews import foreseen
from crm.nurturing.selectors import figures_of, sequences, version_to_write
from crm.nurturing.services import (
    archive_sequence,
    define_sequence,
    draft_steps,
    publish_sequence,
    reopen_sequence,
    stop_enrolment,
)

STATE_COLORS = {SequenceState.ACTIVE: "success", SequenceState.DRAFT: "info", SequenceState.ARCHIVED: "warning"}
ENROLMENT_COLORS = {
    EnrolmentState.ACTIVE: "info", EnrolmentState.FINISHED: "success", EnrolmentState.STOPPED: "warning",
    EnrolmentState.REFUSED: "danger",
}  # fmt: skip
VERSIONS_SHOWN, RUNS_SHOWN = 5, 60


class SequenceForm(forms.ModelForm):  # type: ignore[type-arg]
    entry_stages = forms.MultipleChoiceField(
        label=gettext_lazy("In the stages"), choices=[choice for choice in Stage.choices if choice[0] in OPEN_STAGES],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )  # fmt: skip


@admin.register(Sequence)
class SequencePage(PlaceAdmin):
    resource = "crm:leads"
    about = "sequence"
    can_add = can_change = True
    form = SequenceForm
    list_display = ("name", "shown_state", "inside", "finished", "stopped", "priority", "is_default", "is_automatic")
    list_filter = ("state",)
    search_fields = ("name",)
    ordering = ("-priority", "name")
    change_form_outer_before_template = "backoffice/sequence_versions.html"
    fieldsets = (
        (None, {"fields": ("name", ("is_default", "is_automatic"), ("priority", "allow_reentry"))}),
        (gettext_lazy("Who enters"), {"fields": ("entry_stages", ("entry_score", "entry_quiet_days"))}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return sequences().annotate(**{f"number_{state}": _number_of(state) for state in EnrolmentState.values})

    def write(self, form: Any, obj: Sequence, *, change: bool) -> Sequence:
        return define_sequence(sequence_id=obj.pk if change else None, **changed_values(form))

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        sequence = self.get_object(request, object_id)
        context = {**_versions(sequence), "may_write": self.may("write")} if sequence else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    # Deeds of their own

    def get_urls(self) -> Any:
        views = {
            "steps": self.steps_view, "publish": self.publish_view, "archive": self.archive_view,
            "reopen": self.reopen_view,
        }  # fmt: skip
        own = [
            path(f"<uuid:sequence_id>/{name}/", self.admin_site.admin_view(view), name=f"sequence_{name}")
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def steps_view(self, request: HttpRequest, sequence_id: UUID) -> HttpResponse:
        """The draft of the next version: its steps, its goal, and what would come of it."""
        sequence = self.row_or_404(request, str(sequence_id))
        shown = version_to_write(sequence)
        formset, goal = StepFormSet(request.POST or None, initial=steps_of(shown)), GoalForm.of(shown, request.POST)
        if request.method == "POST" and formset.is_valid() and goal.is_valid():
            try:
                draft_steps(sequence_id=sequence.pk, steps=formset.steps(), goal=goal_of(goal))
                messages.success(request, _("The draft is saved. It takes effect when it is published."))
                return redirect("admin:sequence_steps", sequence.pk)
            except DomainError as error:
                messages.error(request, str(error.message))
        page = {
            **self.admin_site.each_context(request), "title": _("Steps of %(name)s") % {"name": sequence},
            "opts": self.opts, "sequence": sequence, "formset": formset, "goal": goal,
            "foreseen": foreseen(shown, now()) if shown else [], "back": _page_of(sequence.pk),
        }  # fmt: skip
        return TemplateResponse(request, "backoffice/sequence_steps.html", page)

    def publish_view(self, request: HttpRequest, sequence_id: UUID) -> HttpResponse:
        question = _("Publish the draft of %(name)s? Whoever enters from then on gets it.")
        return self._deed(request, sequence_id, question, publish_sequence, _("Published."))

    def archive_view(self, request: HttpRequest, sequence_id: UUID) -> HttpResponse:
        """Nobody enters any more; `?everybody=1` takes out those who are inside, too."""
        everybody = request.GET.get("everybody") == "1"
        question = (
            _("Archive %(name)s and stop it for everybody who is inside?")
            if everybody
            else _("Archive %(name)s? Nobody enters any more; those inside finish.")
        )
        deed = partial(archive_sequence, stop_all=everybody)
        return self._deed(request, sequence_id, question, deed, _("Archived."))

    def reopen_view(self, request: HttpRequest, sequence_id: UUID) -> HttpResponse:
        question = _("Let leads enter %(name)s again?")
        return self._deed(request, sequence_id, question, reopen_sequence, _("Open again."))

    def _deed(self, request: HttpRequest, sequence_id: UUID, question: str, deed: Any, done: str) -> HttpResponse:
        sequence = self.row_or_404(request, str(sequence_id))
        page = self.ask_first(request, question % {"name": sequence}, back=_page_of(sequence_id))
        if page is not None:
            return page
        with complaints_as_messages(request):
            deed(sequence_id=sequence.pk)
            messages.success(request, done)
        return redirect(_page_of(sequence_id))

    # Columns

    @display(description=gettext_lazy("State"), ordering="state", label=STATE_COLORS)
    def shown_state(self, sequence: Sequence) -> tuple[str, str]:
        return sequence.state, sequence.get_state_display()

    @display(description=gettext_lazy("Inside"), ordering="number_active")
    def inside(self, sequence: Any) -> int:
        return int(sequence.number_active)

    @display(description=gettext_lazy("Finished"), ordering="number_finished")
    def finished(self, sequence: Any) -> int:
        return int(sequence.number_finished)

    @display(description=gettext_lazy("Stopped"), ordering="number_stopped")
    def stopped(self, sequence: Any) -> int:
        return int(sequence.number_stopped)


@admin.register(Enrolment)
class EnrolmentPage(PlaceAdmin):
    """Who is and was in a sequence, and how far they came. Leads enter on their own page, by rule or by the API."""

    resource = "crm:leads"
    list_display = ("of_lead", "sequence", "shown_state", "shown_reason", "enrolled_at", "ended_at")
    list_filter = ("state", "sequence")
    list_select_related = ("lead", "sequence")
    ordering = ("-enrolled_at", "-id")
    fields = readonly_fields = (
        "of_lead", "sequence", "version", "shown_state", "shown_reason", "enrolled_at", "ended_at"
    )  # fmt: skip
    change_form_outer_after_template = "backoffice/enrolment_runs.html"

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        enrolment = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if enrolment:
            runs = enrolment.runs.select_related("step").order_by("step__position")[:RUNS_SHOWN]
            context = {"runs": runs, "may_write": self.may("write"), "enrolment": enrolment}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view(self.stop_view)
        return [path("<uuid:enrolment_id>/stop/", view, name="nurturing_enrolment_stop"), *super().get_urls()]

    def stop_view(self, request: HttpRequest, enrolment_id: UUID) -> HttpResponse:
        enrolment = self.get_object(request, str(enrolment_id))
        if enrolment is None or not self.may("write"):
            raise Http404
        question = _("Take %(lead)s out of %(sequence)s?")
        text = question % {"lead": enrolment.lead, "sequence": enrolment.sequence}
        back = reverse("admin:leads_lead_change", args=[enrolment.lead_id])
        page = self.ask_first(request, text, back=back)
        if page is not None:
            return page
        with complaints_as_messages(request):
            stop_enrolment(enrolment_id=enrolment.pk)
            messages.success(request, _("Nothing more of the sequence is sent."))
        return redirect(back)

    @display(description=gettext_lazy("Lead"))
    def of_lead(self, enrolment: Enrolment) -> SafeString | str:
        if enrolment.lead.deleted_at is not None:
            return str(enrolment.lead)
        address = reverse("admin:leads_lead_change", args=[enrolment.lead_id])
        return format_html('<a class="rp-link" href="{}">{}</a>', address, enrolment.lead)

    @display(description=gettext_lazy("State"), ordering="state", label=ENROLMENT_COLORS)
    def shown_state(self, enrolment: Enrolment) -> tuple[str, str]:
        return enrolment.state, enrolment.get_state_display()

    @display(description=gettext_lazy("Why"))
    def shown_reason(self, enrolment: Enrolment) -> str:
        return reason_told(enrolment.reason)


def reason_told(reason: str) -> str:
    """A reason in words, where it is one of ours; a gate's own word else."""
    return str(StopReason(reason).label) if reason in StopReason.values else reason.replace("_", " ")


def _versions(sequence: Sequence) -> dict[str, Any]:
    """The latest versions with their steps and how many runs of each are in which state."""
    latest = sequence.versions.order_by("-number").prefetch_related("steps")[:VERSIONS_SHOWN]
    shown = []
    for version in latest:
        figures = figures_of(version)
        steps = sorted(version.steps.all(), key=lambda step: step.position)
        shown.append({"version": version, "steps": [(step, _tally(figures.get(step.pk, {}))) for step in steps]})
    return {"versions": shown, "sequence": sequence}


def _tally(figures: Any) -> list[int]:
    """How many are scheduled, under way, done or sent, skipped or cancelled, failed, unknown."""
    groups = (("scheduled",), ("handed",), ("done", "sent"), ("skipped", "cancelled"), ("failed",), ("unknown",))
    return [sum(figures.get(state, 0) for state in group) for group in groups]


def _number_of(state: str) -> Any:
    """How many enrolments of a sequence are in `state`, from an index, for the sequences that are shown alone."""
    rows = Enrolment.objects.filter(sequence=OuterRef("pk"), state=state).order_by().values("sequence")
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)


def _page_of(sequence_id: UUID) -> str:
    return reverse("admin:nurturing_sequence_change", args=[sequence_id])
