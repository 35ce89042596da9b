"""Who is signed in over the APIs, members and staff alike, and ending a session at once."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from backoffice.admin.base import PlaceAdmin, PlaceChangeList
from crm.contacts.selectors import contacts
from crm.organisations.models import Session, SessionKind
from crm.organisations.selectors import sessions_of_scope, staff_of_organisation
from crm.organisations.services import end_session

ENDED_HERE = "ended in the back office"
OPEN = Q(ended_at=None, expires_at__gt=Now())


class SessionChangeList(PlaceChangeList):
    """Names whose sessions are on its page, in a query for each kind of person."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        people = people_of(self.result_list)
        for session in self.result_list:
            session.person = people.get(session.subject_id)


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("Open")), ("over", _("Over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        narrowed = {"open": queryset.filter(OPEN), "over": queryset.exclude(OPEN)}
        return narrowed.get(self.value() or "", queryset)


@admin.register(Session)
class SessionPage(PlaceAdmin):
    """A session is opened by signing in and never changed; here it can be ended."""

    resource = "auth:sessions"
    about = "session"
    list_display = ("who", "shown_kind", "device", "address", "state", "last_seen_at", "created_at", "end")
    list_filter = (StateFilter, "kind")
    search_fields = ("device", "address")
    search_help_text = gettext_lazy("A part of the device's name, or of an address")
    ordering = ("-last_seen_at",)
    fields = (
        ("who", "shown_kind"), ("device", "address"), ("created_at", "last_seen_at"), ("state", "expires_at"),
        ("ended_at", "ended_because"),
    )  # fmt: skip
    readonly_fields = ("who", "shown_kind", "state")
    change_form_outer_before_template = "backoffice/session_buttons.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        return sessions_of_scope()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[SessionChangeList]:
        return SessionChangeList

    @display(description=gettext_lazy("Kind"), ordering="kind")
    def shown_kind(self, session: Session) -> str:
        return session.get_kind_display()

    @display(description=gettext_lazy("Who"))
    def who(self, session: Any) -> str:
        if not hasattr(session, "person"):
            session.person = people_of([session]).get(session.subject_id)
        return str(session.person or "–")

    @display(description=gettext_lazy("State"), label={"open": "success", "over": "warning"})
    def state(self, session: Session) -> tuple[str, str]:
        if session.is_open:
            return "open", _("Open")
        return "over", _("Ended") if session.ended_at else _("Expired")

    @display(description="")
    def end(self, session: Session) -> str:
        if not session.is_open or not self.may("write"):
            return ""
        address = reverse("admin:end_session", args=[session.pk])
        return format_html('<a class="text-primary-600" href="{}">{}</a>', address, _("End now"))

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        extra_context = {"may_end": self.may("write"), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, extra_context)

    def get_urls(self) -> Any:
        end = self.admin_site.admin_view(self.end_view)
        return [path("<path:object_id>/end/", end, name="end_session"), *super().get_urls()]

    def end_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        session = self.get_object(request, object_id) if self.may("write") else None
        if session is None:
            raise Http404
        back = reverse("admin:organisations_session_change", args=[session.pk])
        question = _("End the session of %(who)s? They have to sign in again.") % {"who": self.who(session)}
        page = self.ask_first(request, question, back=back, danger=True)
        if page is not None:
            return page
        end_session(session_id=session.pk, because=ENDED_HERE)
        return redirect(back)


def people_of(sessions: Iterable[Session]) -> dict[UUID, Any]:
    """The living staff member or contact of each session, by their id."""
    ids: dict[str, list[UUID]] = {}
    for session in sessions:
        ids.setdefault(session.kind, []).append(session.subject_id)
    people: dict[UUID, Any] = {}
    if SessionKind.STAFF in ids:
        people |= {row.pk: row for row in staff_of_organisation().filter(pk__in=ids[SessionKind.STAFF])}
    if SessionKind.MEMBER in ids:
        living = contacts().filter(pk__in=ids[SessionKind.MEMBER]).defer("words", "search")
        people |= {row.pk: row for row in living}
    return people
