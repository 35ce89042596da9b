"""The audit trail of the place that is open: every event, latest first, never changed, and how its delivery stands."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from backoffice.admin.work import DuePage
from crm.kernel.audit import events_of_scope
from crm.kernel.models import Event


@admin.register(Event)
class EventPage(DuePage):
    resource = "platform:events"
    list_display = ("occurred_at", "name", "subject_kind", "subject_id", "actor", "shown_state")
    list_filter = ("subject_kind", "actor_kind", "state")
    search_fields = ("subject_id",)
    search_help_text = _("A record's whole id, or an event's name such as contact.updated")
    ordering = ("-id",)
    fields = (
        "name", ("occurred_at", "recorded_at"), ("subject_kind", "subject_id"), ("actor_kind", "actor_id"),
        "shown_changes", "shown_payload", "request_id", ("state", "attempts"), "last_error",
    )  # fmt: skip
    readonly_fields = ("shown_changes", "shown_payload")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return events_of_scope()

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        term = search_term.strip()
        return queryset.filter(name=term) if "." in term else queryset.filter(subject_id=term), False

    @display(description=_("Who"))
    def actor(self, event: Event) -> str:
        return f"{event.actor_kind} {event.actor_id}"

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
