"""Approvals: what waits for whose decision, decided here by colleagues; and what was decided, by whom."""

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from backoffice.admin.base import PlaceAdmin
from backoffice.admin.filters import DayRangeFilter
from backoffice.admin.told import told
from crm.approvals.kinds import all_kinds, kind_called
from crm.approvals.models import ApprovalRequest, ApprovalState, Response
from crm.approvals.models.request import LONGEST_COMMENTS
from crm.approvals.selectors import approval_requests, deciders_of, decisions_on, people_called, question_of
from crm.approvals.services import decide_signed_in
from crm.kernel.audit import events_about
from crm.kernel.tenancy import current_scope

STATE_COLORS = {
    ApprovalState.PENDING: "info", ApprovalState.APPROVED: "success", ApprovalState.REJECTED: "danger",
    ApprovalState.RECALLED: "warning", ApprovalState.EXPIRED: "warning",
}  # fmt: skip
STORY = 25
RESPONSES = {Response.ACCEPT.value: gettext_lazy("Agree"), Response.REJECT.value: gettext_lazy("Refuse")}


class DecisionForm(forms.Form):
    comments = forms.CharField(
        label=gettext_lazy("Comments"), required=False, max_length=LONGEST_COMMENTS, widget=UnfoldAdminTextareaWidget
    )


@admin.register(ApprovalRequest)
class ApprovalPage(PlaceAdmin):
    """A request comes from whatever needs approval; here it is read, and decided by whoever may."""

    resource = "crm:approvals"
    about = "approval"
    list_display = ("reference", "shown_kind", "policy", "shown_state", "overdue", "created_at", "decided_at")
    list_filter = ("state", ("created_at", DayRangeFilter))
    list_select_related = ("policy",)
    search_fields = ("^reference",)
    search_help_text = gettext_lazy("A number, such as that of an order")
    ordering = ("-created_at", "-id")
    change_form_outer_before_template = "backoffice/approval_summary.html"
    change_form_outer_after_template = "backoffice/approval_story.html"
    fieldsets = ((None, {"fields": (
        ("state", "reason"), ("created_at", "decided_at"), ("due_at", "overdue"), "policy",
    )}),)  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return approval_requests()

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        approval = self.get_object(request, object_id)
        context = {**_context(approval), "may_decide": self._may_decide(approval)} if approval else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view(self.decide_view)
        address = "<uuid:approval_id>/decide/<slug:response>/"
        return [path(address, view, name="approvals_approvalrequest_decide"), *super().get_urls()]

    def decide_view(self, request: HttpRequest, approval_id: UUID, response: str) -> HttpResponse:
        approval = self.get_object(request, str(approval_id))
        if approval is None or response not in RESPONSES or not self._may_decide(approval):
            raise Http404
        title = _("%(question)s %(response)s") % {"question": question_of(approval), "response": RESPONSES[response]}
        save = partial(decide_signed_in, approval_id=approval_id, response=response)
        back = reverse("admin:approvals_approvalrequest_change", args=[approval_id])
        return self.small_form(request, DecisionForm(request.POST or None), save, title=title, back=back)

    def _may_decide(self, approval: ApprovalRequest) -> bool:
        """Whether whoever looks is among those who are asked."""
        if not approval.is_pending or not self.may("write"):
            return False
        return current_scope().actor.id in {str(decider.id) for decider in deciders_of(approval)}

    @display(description=gettext_lazy("Of what"), ordering="kind")
    def shown_kind(self, approval: ApprovalRequest) -> SafeString | str:
        kind = next((kind for kind in all_kinds() if kind.key == approval.kind), None)
        if kind is None:
            return approval.kind
        address = reverse(f"admin:{kind.page}", args=[approval.record_id])
        return format_html('<a class="rp-link" href="{}">{}</a>', address, kind.label)

    @display(description=gettext_lazy("State"), ordering="state", label=STATE_COLORS)
    def shown_state(self, approval: ApprovalRequest) -> tuple[str, str]:
        return approval.state, approval.get_state_display()


def _context(approval: ApprovalRequest) -> dict[str, Any]:
    deciders = deciders_of(approval) if approval.is_pending else []
    decisions = list(decisions_on(approval.pk))
    names = people_called([*[one.id for one in deciders], *[one.decider_id for one in decisions]])
    return {
        "approval": approval,
        "question": question_of(approval),
        # Not `snapshot.items`: that is a dictionary's own method, to a template.
        "asked_items": approval.snapshot.get("items", ()),
        "page": reverse(f"admin:{kind_called(approval.kind).page}", args=[approval.record_id]),
        "waits_for": [names.get(one.id, "–") for one in deciders],
        "decisions": [(names.get(one.decider_id, "–"), one) for one in decisions],
        "responses": list(RESPONSES.items()),
        "story": told(events_about("approval", approval.pk)[:STORY]),
    }
