"""My day: what is to be done about leads and customers, mine and the queue's, the most urgent first."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from backoffice.admin.base import PlaceAdmin, changed_values, complaints_as_messages
from backoffice.admin.person_page import person_page
from crm.contacts.models import Contact
from crm.kernel.actors import ActorKind
from crm.kernel.clock import now
from crm.kernel.tenancy import current_scope
from crm.leads.models import FollowUp, FollowUpKind, FollowUpState, Lead
from crm.leads.selectors import follow_ups
from crm.leads.services import finish_follow_up, hand_over
from crm.organisations.selectors import staff_of_organisation

KIND_COLORS = {FollowUpKind.NEXT_ACTION: "info", FollowUpKind.IDLE: "warning", FollowUpKind.OVERDUE: "danger"}
MINE, QUEUE, EVERYBODY, DONE = "mine", "queue", "all", "done"


class WhoseFilter(admin.SimpleListFilter):
    """Mine unless chosen otherwise; for the operator, who is nobody's colleague, everybody's."""

    title = _("whose")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(MINE, _("Mine")), (QUEUE, _("The queue's")), (EVERYBODY, _("Everybody's")), (DONE, _("Done"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        actor = current_scope().actor
        chosen = self.value() or (MINE if actor.kind == ActorKind.STAFF else EVERYBODY)
        if chosen == DONE:
            return queryset.filter(state=FollowUpState.DONE)
        still = queryset.filter(state=FollowUpState.OPEN)
        if chosen == MINE:
            return still.filter(assigned_to_id=actor.id) if actor.kind == ActorKind.STAFF else still.none()
        return still.filter(assigned_to=None) if chosen == QUEUE else still


@admin.register(FollowUp)
class FollowUpPage(PlaceAdmin):
    resource = "crm:leads"
    can_change = True
    list_display = ("title", "about_whom", "shown_kind", "shown_due", "assigned_to", "finish")
    list_filter = (WhoseFilter, "kind")
    list_select_related = ("lead", "contact__customer", "assigned_to__user")
    ordering = ("due_at", "id")
    fields = ("title", "due_at", "assigned_to")
    readonly_fields = ("title", "due_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return follow_ups().defer("lead__words", "lead__search", "contact__words", "contact__search")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        # Staff are no tenant rows, so nothing but this keeps other organisations' out of the list.
        if db_field.name == "assigned_to":
            kwargs["queryset"] = staff_of_organisation().filter(is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def write(self, form: Any, obj: FollowUp, *, change: bool) -> FollowUp:
        assignee = changed_values(form).get("assigned_to", obj.assigned_to)
        return hand_over(follow_up_id=obj.pk, staff_id=assignee.pk if assignee else None)

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view(self.finish_view)
        return [path("<uuid:follow_up_id>/finish/", view, name="leads_followup_finish"), *super().get_urls()]

    def finish_view(self, request: HttpRequest, follow_up_id: UUID) -> HttpResponse:
        follow_up = self.row_or_404(request, str(follow_up_id))
        page = self.ask_first(request, _("Is it done: %(title)s?") % {"title": follow_up}, back=_list())
        if page is not None:
            return page
        with complaints_as_messages(request):
            finish_follow_up(follow_up_id=follow_up_id)
        return redirect(_list())

    @display(description=_("About"))
    def about_whom(self, follow_up: FollowUp) -> SafeString:
        whose = follow_up.whose
        address = person_page(whose) if isinstance(whose, Contact) else _page_of(whose)
        return format_html('<a class="rp-link" href="{}">{}</a>', address, whose)

    @display(description=_("Why"), ordering="kind", label=KIND_COLORS)
    def shown_kind(self, follow_up: FollowUp) -> tuple[str, str]:
        return follow_up.kind, follow_up.get_kind_display()

    @display(description=_("Due"), ordering="due_at", label={True: "danger", False: "info"})
    def shown_due(self, follow_up: FollowUp) -> tuple[bool, Any]:
        due = date_format(localtime(follow_up.due_at), "DATETIME_FORMAT")
        return follow_up.is_open and follow_up.due_at < now(), due

    @display(description="")
    def finish(self, follow_up: FollowUp) -> SafeString | str:
        if not (follow_up.is_open and self.may("write")):
            return ""
        address = reverse("admin:leads_followup_finish", args=[follow_up.pk])
        return format_html('<a class="rp-link" href="{}">{}</a>', address, _("done"))


def _page_of(lead: Lead) -> str:
    return reverse("admin:leads_lead_change", args=[lead.pk])


def _list() -> str:
    return reverse("admin:leads_followup_changelist")
