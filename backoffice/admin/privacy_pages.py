"""What people asked about their own data: exports and erasures, to be looked at; both are begun at a person's page."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from backoffice.admin.base import PlaceAdmin, complaints_as_messages
from backoffice.admin.names_of_actors import actor_names
from backoffice.admin.person_extras import contact_or_404, demand
from crm.contacts.models import Because, DataExport, Erasure, ExportState
from crm.contacts.selectors import data_exports, erasures
from crm.contacts.services import ask_for_export, erase_contact

GRANT = "crm:privacy:write"
GOES = (
    gettext_lazy("Goes: name, addresses, documents, notes, custom fields, what was said with them, their leads,"),
    gettext_lazy("what messages to and from them say, what they wrote as feedback, their files and pictures,"),
    gettext_lazy("and everything they sign in with. They are signed out at once."),
    gettext_lazy("Stays, under a pseudonym: orders, invoices without the buyer, figures, tiers, the audit trail."),
    gettext_lazy("Their addresses are suppressed in a form that nobody can read, so that no file brings them back."),
)


class PersonPrivacy:
    """Mixed into the pages of contacts and customers."""

    admin_site: Any
    opts: Any
    _page: str

    def get_urls(self) -> Any:
        views: dict[str, tuple[Callable[..., HttpResponse], str]] = {
            "export-data": (self.export_data_view, "export_data"), "erase": (self.erase_view, "erase"),
        }  # fmt: skip
        own = [
            path(f"<uuid:contact_id>/{address}/", self.admin_site.admin_view(view), name=f"{self._page}_{name}")
            for address, (view, name) in views.items()
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def extra_addresses(self) -> dict[str, str]:
        names = {f"{name}_url": f"admin:{self._page}_{name}" for name in ("export_data", "erase")}
        return {**super().extra_addresses(), **names}  # type: ignore[misc]

    def export_data_view(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        demand(GRANT)
        person, back = contact_or_404(contact_id), self._person(contact_id)  # type: ignore[attr-defined]
        question = _("Send %(name)s a link to their data? It works once, for a day.") % {"name": person}
        page = self.ask_first(request, question, back=back)  # type: ignore[attr-defined]
        if page is not None:
            return page  # type: ignore[no-any-return]
        with complaints_as_messages(request):
            ask_for_export(contact_id=contact_id)
            messages.success(request, _("Their data is being put together; the link follows by message."))
        return redirect(back)

    def erase_view(self, request: HttpRequest, contact_id: UUID) -> HttpResponse:
        demand(GRANT)
        person, back = contact_or_404(contact_id), self._person(contact_id)  # type: ignore[attr-defined]
        question, warning = _("Erase %(name)s?") % {"name": person}, _("Nothing brings them back.")
        page = self.ask_first(request, question, back=back, danger=True, warning=warning, details=GOES)  # type: ignore[attr-defined]
        if page is not None:
            return page  # type: ignore[no-any-return]
        erasure = erase_contact(contact_id=contact_id, because=Because.BY_STAFF)
        messages.success(request, _("The person was erased."))
        return redirect(reverse("admin:contacts_erasure_change", args=[erasure.pk]))


class _Asked(PlaceAdmin):
    resource = "crm:privacy"
    list_display_links: Any = None

    @display(description=gettext_lazy("By"))
    def who(self, row: Any) -> str:
        return str(actor_names([row])[row.actor_kind, row.actor_id])


@admin.register(Erasure)
class ErasurePage(_Asked):
    """Read only: what was erased stays so."""

    about = "erasure"
    list_display = ("erased_at", "contact_id", "because")
    list_display_links = ("erased_at",)
    list_filter = ("because",)
    search_fields = ("contact_id",)
    search_help_text = gettext_lazy("A person's whole id")
    ordering = ("-erased_at", "-id")
    fields = (("erased_at", "because"), "contact_id", "who", "shown_counts")
    readonly_fields = ("who", "shown_counts")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return erasures()

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        return _with_person(queryset, search_term)

    @display(description=gettext_lazy("Rows dealt with"))
    def shown_counts(self, erasure: Erasure) -> str:
        return format_html("<pre class='rp-json'>{}</pre>", json.dumps(erasure.counts, indent=1))


@admin.register(DataExport)
class DataExportPage(_Asked):
    """Who asked for their data, and whether they have it. What is in it is for them alone."""

    about = "data_export"
    list_display = ("created_at", "contact", "shown_state", "expires_at", "fetched_at")
    list_display_links = ("created_at",)
    list_filter = ("state",)
    list_select_related = ("contact",)
    search_fields = ("contact_id",)
    search_help_text = gettext_lazy("A person's whole id")
    ordering = ("-created_at", "-id")
    fields = ("contact", "shown_state", ("created_at", "ready_at"), ("expires_at", "fetched_at"), "who")
    readonly_fields = ("shown_state", "who")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return data_exports().select_related("contact").defer("contact__words", "contact__search")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        return _with_person(queryset, search_term)

    @display(description=gettext_lazy("State"))
    def shown_state(self, row: Any) -> str:
        return str(ExportState(row.standing).label)


def _with_person(queryset: Any, search_term: str) -> tuple[Any, bool]:
    """Of the person with this id; nothing for what is no id."""
    if not search_term.strip():
        return queryset, False
    try:
        return queryset.filter(contact_id=UUID(search_term.strip())), False
    except ValueError:
        return queryset.none(), False
