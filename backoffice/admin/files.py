"""Files: what was brought, shown and printed, to be looked at and deleted. Nobody changes a file."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from backoffice.admin.base import PlaceAdmin
from backoffice.admin.filters import DayRangeFilter
from crm.files.links import AT_ONCE, token_of
from crm.files.models import StoredFile
from crm.files.services import delete_file
from crm.kernel.actors import ActorKind
from crm.kernel.tenancy import current_scope

MEGABYTE = 1024 * 1024


class KindFilter(admin.SimpleListFilter):
    title = gettext_lazy("kind")
    parameter_name = "kind"
    starts = {"pictures": ("image/",), "pdf": ("application/pdf",), "text": ("text/",),
              "documents": ("application/vnd.", "application/msword"), "media": ("audio/", "video/")}  # fmt: skip

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("pictures", _("Pictures")), ("pdf", _("PDF")), ("documents", _("Documents")), ("text", _("Text")),
                ("media", _("Sound and film"))]  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen is None:
            return queryset
        found = queryset.none()
        for start in self.starts.get(chosen, ()):
            found |= queryset.filter(media_type__startswith=start)
        return found


class SizeFilter(admin.SimpleListFilter):
    title = gettext_lazy("size")
    parameter_name = "size_in_mb"
    bounds = {"small": (0, MEGABYTE), "middle": (MEGABYTE, 10 * MEGABYTE), "large": (10 * MEGABYTE, 2**31)}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("small", _("Below 1 MB")), ("middle", _("1 to 10 MB")), ("large", _("10 MB and more"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen is None:
            return queryset
        least, most = self.bounds.get(chosen, (1, 0))
        return queryset.filter(size__gte=least, size__lt=most)


class BroughtByFilter(admin.SimpleListFilter):
    title = gettext_lazy("brought by")
    parameter_name = "brought_by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(ActorKind.MEMBER, _("A member")), (ActorKind.STAFF, _("Staff")), (ActorKind.KEY, _("A machine")),
                (ActorKind.JOB, _("The platform"))]  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value() is None else queryset.filter(actor_kind=self.value())


@admin.register(StoredFile)
class StoredFilePage(PlaceAdmin):
    resource = "crm:files"
    about = "file"
    can_delete = True
    list_display = ("name", "media_type", "shown_size", "purpose", "whose", "created_at", "kept_until", "download")
    list_filter = ("purpose", KindFilter, SizeFilter, BroughtByFilter, ("created_at", DayRangeFilter))
    search_fields = ("name",)
    search_help_text = gettext_lazy("A part of the name")
    ordering = ("-created_at", "-id")
    fields = (
        ("name", "download"), ("media_type", "shown_size"), ("width", "height"), ("purpose", "entity_type"), "whose",
        ("record_kind", "record_id"), ("created_at", "kept_until"), "sha256",
    )  # fmt: skip
    readonly_fields = ("shown_size", "whose", "download")

    def remove(self, obj: StoredFile) -> None:
        delete_file(file_id=obj.pk)

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view(self.download_view)
        own = path("<uuid:file_id>/download/", view, name="files_storedfile_download")
        return [own, *super().get_urls()]

    def download_view(self, request: HttpRequest, file_id: UUID) -> HttpResponse:
        """A link that is good for an hour, made when it is asked for."""
        file = self.get_object(request, str(file_id))
        if file is None:
            raise Http404
        return redirect(reverse("file", args=[token_of(current_scope().tenant, file.pk, lasts=AT_ONCE)]))

    @display(description=gettext_lazy("Size"), ordering="size")
    def shown_size(self, file: StoredFile) -> str:
        return filesizeformat(file.size)

    @display(description=gettext_lazy("Whose"))
    def whose(self, file: StoredFile) -> SafeString | str:
        if file.contact_id is None:
            return "–"
        address = reverse("admin:contacts_contact_change", args=[file.contact_id])
        return format_html('<a class="rp-link" href="{}">{}</a>', address, _("Person"))

    @display(description=gettext_lazy("File"))
    def download(self, file: StoredFile) -> SafeString:
        address = reverse("admin:files_storedfile_download", args=[file.pk])
        return format_html('<a class="rp-link" href="{}" target="_blank" rel="noopener">{}</a>', address, _("Open"))
