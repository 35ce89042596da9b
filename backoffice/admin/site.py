"""The site: it opens the scope around every page, and carries the switch between organisations and modes."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from unfold.sites import UnfoldAdminSite

from backoffice.admin.dashboard import dashboard_context
from backoffice.admin.dashboard_panels import show_panel
from backoffice.admin.feedback_figures import show_figures, show_themes
from backoffice.admin.lockouts import show_lockouts, unlock
from backoffice.admin.person_page import person_page
from backoffice.admin.places import choose_place, desks_of, place_of
from backoffice.admin.sign_in import SignInForm
from backoffice.admin.theme import TEST_MODE_COLORS
from crm.contacts.selectors import contacts
from crm.kernel.lookups import found_by
from crm.kernel.tenancy import Mode, open_scope, scope_or_none
from crm.organisations.models import User

View = Callable[..., HttpResponse]
MOST_FOUND = 20


class BackOffice(UnfoldAdminSite):
    index_template = "backoffice/dashboard.html"
    app_index_template = "backoffice/pages_of_app.html"
    login_template = "backoffice/sign_in.html"
    login_form = SignInForm
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Whoever has a place in some organisation, and the operator even before there is one."""
        user = request.user
        return isinstance(user, User) and user.is_active and (user.is_operator or bool(desks_of(request)))

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """One of the entrances: every page runs, and is rendered, inside the scope of the place chosen."""
        inner: View = super().admin_view(view, cacheable)

        @wraps(inner)
        def scoped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if "%00" in request.META.get("QUERY_STRING", ""):
                request.GET = _without_nul(request.GET)  # type: ignore[assignment]
            place = place_of(request)
            if place is None or scope_or_none() is not None:
                return inner(request, *args, **kwargs)
            request.place = place  # type: ignore[attr-defined]
            request.rapport_caller = place.desk.actor  # type: ignore[attr-defined]
            zone = ZoneInfo(place.organisation.zone)
            with open_scope(place.scope(request)), timezone.override(zone):
                response = inner(request, *args, **kwargs)
                if isinstance(response, TemplateResponse) and not response.is_rendered:
                    response.render()
            return response

        return scoped

    def get_urls(self) -> list[Any]:
        """Without Django's way to "view on site", which no record here has; signing out is open to who has no place."""
        kept = [url for url in super().get_urls() if getattr(url, "name", "") not in {"view_on_site", "logout"}]
        return [path("logout/", self.logout, name="logout"), *kept]

    @method_decorator(csrf_protect)
    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().logout(request, extra_context)

    def extra_urls(self) -> list[URLPattern]:
        return [
            path("switch/", self.admin_view(self.switch), name="switch"),
            path("dashboard/<slug:key>/", self.admin_view(show_panel), name="dashboard_panel"),
            path("feedback/figures/", self.admin_view(partial(show_figures, self)), name="feedback_figures"),
            path("feedback/themes/", self.admin_view(partial(show_themes, self)), name="feedback_themes"),
            path("lockouts/", self.admin_view(partial(show_lockouts, self)), name="lockouts"),
            path("lockouts/unlock/", self.admin_view(unlock), name="unlock"),
        ]

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
        context["may_see_sessions"] = place.desk.actor.may("auth:sessions:read")
        context["desks"] = [
            {
                "organisation": desk.organisation,
                "mode": mode,
                "value": f"{desk.organisation.pk}:{mode}",
                "label": mode.label,
            }
            for desk in desks_of(request)
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
        people = found_by(contacts(), term).select_related("customer").order_by("name")[: MOST_FOUND + 1]
        found = [
            {"name": str(person), "detail": person.email or person.phone, "link": person_page(person)}
            for person in people
        ]
        context = {"found": found[:MOST_FOUND], "more": len(found) > MOST_FOUND}
        return TemplateResponse(request, "backoffice/found_people.html", context, headers={"HX-Trigger": "search"})


def _without_nul(parameters: QueryDict) -> QueryDict:
    """PostgreSQL keeps no text with a NUL, so nothing can be found by one."""
    clean = QueryDict(mutable=True)
    for name, values in parameters.lists():
        clean.setlist(name.replace("\0", ""), [value.replace("\0", "") for value in values])
    return clean
