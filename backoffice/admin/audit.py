"""The audit trail of the place that is open: every event, latest first, never changed, and how its delivery stands."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from backoffice.admin.base import PlaceChangeList
from backoffice.admin.names_of_actors import actor_names
from backoffice.admin.work import DuePage
from crm.kernel.audit import events_of_scope
from crm.kernel.models import Event


class EventChangeList(PlaceChangeList):
    """Names who did what on its page of events, in a query for each kind of actor."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        names = actor_names(self.result_list)
        for event in self.result_list:
            event.who = names[event.actor_kind, event.actor_id]


@admin.register(Event)
class EventPage(DuePage):
    resource = "platform:events"
    list_display = ("occurred_at", "name", "subject_kind", "subject_id", "who", "shown_state")
    list_filter = ("subject_kind", "actor_kind", "state")
    search_fields = ("subject_id",)
    search_help_text = _("A record's whole id, or an event's name such as contact.updated")
    ordering = ("-id",)
    fields = (
        "name", ("occurred_at", "recorded_at"), ("subject_kind", "subject_id"), "who",
        "shown_changes", "shown_payload", "request_id", ("state", "attempts"), "last_error",
    )  # fmt: skip
    readonly_fields = ("who", "shown_changes", "shown_payload")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return events_of_scope()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[EventChangeList]:
        return EventChangeList

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(name=term) if "." in term else queryset.filter(subject_id=term), False

    @display(description=_("Who"))
    def who(self, event: Any) -> str:
        return str(getattr(event, "who", None) or actor_names([event])[event.actor_kind, event.actor_id])

    @display(description=_("Changes"))
    def shown_changes(self, event: Event) -> str:
        return _as_text(event.changes)

    @display(description=_("Details"))
    def shown_payload(self, event: Event) -> str:
        return _as_text(event.payload)


def _as_text(value: Any) -> str:
    return (
        format_html("<pre class='rp-json'>{}</pre>", json.dumps(value, indent=1, ensure_ascii=False)) if value else "–"
    )
