"""The site: it opens the scope around every page, and carries the switch between organisations and modes."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from unfold.sites import UnfoldAdminSite

from backoffice.admin.dashboard import dashboard_context
from backoffice.admin.places import choose_place, desks_of, place_of
from backoffice.admin.theme import TEST_MODE_COLORS
from crm.contacts.models import Contact
from crm.contacts.selectors import contacts, found_by
from crm.kernel.tenancy import Mode, open_scope, scope_or_none
from crm.organisations.models import User

View = Callable[..., HttpResponse]
MOST_FOUND = 20


class BackOffice(UnfoldAdminSite):
    index_template = "backoffice/dashboard.html"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Whoever has a place in some organisation, and the operator even before there is one."""
        user = request.user
        return isinstance(user, User) and user.is_active and (user.is_operator or bool(desks_of(user)))

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """One of the four entrances: every page runs, and is rendered, inside the scope of the place chosen."""
        inner: View = super().admin_view(view, cacheable)

        @wraps(inner)
        def scoped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            place = place_of(request)
            if place is None or scope_or_none() is not None:
                return inner(request, *args, **kwargs)
            request.place = place  # type: ignore[attr-defined]
            request.rapport_caller = place.actor  # type: ignore[attr-defined]
            zone = ZoneInfo(place.organisation.zone)
            with open_scope(place.scope(getattr(request, "request_id", ""))), timezone.override(zone):
                response = inner(request, *args, **kwargs)
                if isinstance(response, TemplateResponse) and not response.is_rendered:
                    response.render()
            return response

        return scoped

    def extra_urls(self) -> list[URLPattern]:
        return [path("switch/", self.admin_view(self.switch), name="switch")]

    def switch(self, request: HttpRequest) -> HttpResponse:
        """Enter another organisation or mode; what was open stays behind."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        organisation, _colon, mode = request.POST.get("to", "").partition(":")
        try:
            entered = choose_place(request, UUID(organisation), mode)
        except ValueError:
            entered = False
        if not entered:
            messages.error(request, _("You have no place there."))
        return redirect(reverse("admin:index"))

    def extra_context(self, context: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
        place = getattr(request, "place", None)
        if place is None:
            return context
        context["place"] = place
        context["desks"] = [
            {"organisation": desk[0], "mode": mode, "value": f"{desk[0].pk}:{mode}", "label": mode.label}
            for desk in desks_of(request.user)  # type: ignore[arg-type]
            for mode in Mode
        ]
        if place.is_test:
            context["colors"] = {**context["colors"], "primary": TEST_MODE_COLORS}
        return context

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        figures = dashboard_context() if scope_or_none() else {}
        page: TemplateResponse = super().index(request, {**figures, "title": _("Dashboard"), **(extra_context or {})})
        return page

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Find a person from any page. The theme's own search would remember results across organisations."""
        term = request.GET.get("s", "").strip()
        scope = scope_or_none()
        if not term or scope is None or not scope.actor.may("auth:members:read"):
            return HttpResponse()
        people = found_by(contacts(), term).select_related("customer").order_by("name")[:MOST_FOUND]
        found = [
            {"name": str(person), "detail": person.email or person.phone, "link": _page_of(person)} for person in people
        ]
        context = {"found": found, "most": MOST_FOUND}
        return TemplateResponse(request, "backoffice/found_people.html", context, headers={"HX-Trigger": "search"})


def _page_of(person: Contact) -> str:
    kind = "customer" if hasattr(person, "customer") else "contact"
    return reverse(f"admin:contacts_{kind}_change", args=[person.pk])
