"""Imports: a file is uploaded, its columns are mapped, it is tried out, started, watched, and undone if need be."""

import csv
import io
import tempfile
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from backoffice.admin.base import PlaceAdmin, complaints_as_messages
from crm.imports.mapping import ALL_CUSTOM, CUSTOM
from crm.imports.models import BEFORE_RUNNING, Import, OnMatch, State
from crm.imports.nouns import Noun, noun_called, nouns
from crm.imports.selectors import error_pages, told_rows
from crm.imports.services import check_import, map_import, run_import, undo_import, upload_import
from crm.kernel.errors import DomainError
from crm.kernel.tenancy import current_scope

SHOWN = 50
STATE_COLORS = {
    State.FINISHED: "success", State.FAILED: "danger", State.RUNNING: "info", State.CHECKING: "info",
    State.UNDOING: "info", State.UNDONE: "warning",
}  # fmt: skip
# Above this a file is kept on disk while it is sent.
IN_MEMORY = 1 << 20


class UploadForm(forms.ModelForm):  # type: ignore[type-arg]
    """`noun` offers what the one who looks may write."""

    noun = forms.ChoiceField(label=gettext_lazy("What the rows are"), widget=UnfoldAdminSelectWidget)
    file = forms.FileField(
        label=gettext_lazy("CSV file"), widget=UnfoldAdminFileFieldWidget, allow_empty_file=True,
        help_text=gettext_lazy("With a header. At most 20 MB, 200,000 rows and 200 columns."),
    )  # fmt: skip

    class Meta:
        model = Import
        fields = ("noun",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actor = current_scope().actor
        offered = [(noun.name, noun.label) for noun in nouns() if actor.may(noun.grant)]
        self.fields["noun"].choices = offered  # type: ignore[attr-defined]


class MappingForm(forms.Form):
    """One choice for each column, then what records are recognised by and what happens then."""

    def __init__(self, of: Import, noun: Noun, data: Any = None) -> None:
        super().__init__(data)
        targets = [("", _("Leave out")), *((field.name, field.label) for field in noun.fields)]
        targets.append((ALL_CUSTOM, _("Custom fields, as a JSON object")))
        self.columns = [heading for heading in of.columns if heading]
        for at, heading in enumerate(self.columns):
            own = (f"{CUSTOM}{heading}", _("Custom field “%(name)s”") % {"name": heading})
            self.fields[f"column_{at}"] = forms.ChoiceField(
                label=heading, choices=[*targets, own], required=False, widget=UnfoldAdminSelectWidget,
                initial=of.mapping.get(heading, ""),
            )  # fmt: skip
        labels = {field.name: field.label for field in noun.fields}
        self.fields["match_key"] = forms.ChoiceField(
            label=_("Records are recognised by"), choices=[(key, labels[key]) for key in noun.match_keys],
            initial=of.match_key, widget=UnfoldAdminSelectWidget,
        )  # fmt: skip
        self.fields["on_match"] = forms.ChoiceField(
            label=_("When a record is recognised"), choices=OnMatch.choices, initial=of.on_match,
            widget=UnfoldAdminSelectWidget,
        )  # fmt: skip

    @property
    def mapping(self) -> dict[str, str]:
        return {heading: self.cleaned_data[f"column_{at}"] for at, heading in enumerate(self.columns)}

    def complain(self, error: DomainError) -> None:
        """The complaints of the service, at the column they are about where there is one."""
        fields = {heading: f"column_{at}" for at, heading in enumerate(self.columns)}
        for complaint in error.complaints:
            field = fields.get(complaint.field)
            text = str(complaint.message)
            self.add_error(field, text if field else f"{complaint.field}: {text}")


@admin.register(Import)
class ImportPage(PlaceAdmin):
    resource = "crm:imports"
    about = "import"
    form = UploadForm
    can_add = True
    list_display = ("file_name", "records", "shown_state", "total", "created", "updated", "skipped", "created_at")
    list_filter = ("noun", "state")
    search_fields = ("file_name",)
    ordering = ("-created_at", "-id")
    fields = ("noun", "file")

    @display(description=gettext_lazy("Records"), ordering="noun")
    def records(self, of: Import) -> str:
        return str(noun_called(of.noun).label)

    @display(description=gettext_lazy("State"), ordering="state", label=STATE_COLORS)
    def shown_state(self, of: Import) -> tuple[str, str]:
        return of.state, of.get_state_display()

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view
        own = [
            path("<uuid:object_id>/map/", view(self.map_view), name="map_import"),
            path("<uuid:object_id>/start/", view(self.start_view), name="start_import"),
            path("<uuid:object_id>/undo/", view(self.undo_view), name="undo_import"),
            path("<uuid:object_id>/errors/", view(self.errors_view), name="import_errors"),
        ]
        return [*own, *super().get_urls()]

    def write(self, form: Any, obj: Import, *, change: bool) -> Import:
        upload = form.cleaned_data["file"]
        return upload_import(noun=form.cleaned_data["noun"], file=upload.file, file_name=upload.name)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return redirect(reverse("admin:map_import", args=[obj.pk]))

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """How far it has come, what it did, what is wrong with which row, and what may be done next."""
        if request.method == "POST":
            raise PermissionDenied
        of = self.get_object(request, object_id)
        if of is None:
            return super().change_view(request, object_id, form_url, extra_context)
        rows = list(told_rows(of)[: SHOWN + 1])
        more = {"rows": rows[:SHOWN], "more": len(rows) > SHOWN, "may_write": self._may_write(of)}
        return self._page(request, "backoffice/import_progress.html", of, **more, **(extra_context or {}))

    def map_view(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """The columns and their fields; once they are sent, the import is tried out."""
        of = self._writable(request, object_id)
        if of.state not in BEFORE_RUNNING:
            return redirect(_page_of(of))
        form = MappingForm(of, noun_called(of.noun), request.POST or None)
        if request.method == "POST" and form.is_valid():
            options = {name: form.cleaned_data[name] for name in ("match_key", "on_match")}
            try:
                map_import(import_id=of.pk, mapping=form.mapping, **options)
                check_import(import_id=of.pk)
                return redirect(_page_of(of))
            except DomainError as error:
                form.complain(error)
        return self._page(request, "backoffice/import_mapping.html", of, form=form)

    def start_view(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        of = self._writable(request, object_id)
        with complaints_as_messages(request):
            run_import(import_id=of.pk)
        return redirect(_page_of(of))

    def undo_view(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        of = self._writable(request, object_id)
        question = _("Undo %(file)s? What it created is removed, what it changed gets its former values.") % {
            "file": of
        }
        page = self.ask_first(request, question, back=_page_of(of), danger=True)
        if page is not None:
            return page
        with complaints_as_messages(request):
            undo_import(import_id=of.pk)
        return redirect(_page_of(of))

    def errors_view(self, request: HttpRequest, object_id: Any) -> FileResponse:
        """The error file, written to disk when it is large; it is read inside the scope of this page."""
        of = self.get_object(request, str(object_id))
        if of is None:
            raise Http404
        file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed by the response
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        for rows in error_pages(of):
            csv.writer(text).writerows(rows)
        text.detach().seek(0)
        return FileResponse(file, as_attachment=True, filename="errors.csv", content_type="text/csv; charset=utf-8")

    def _page(self, request: HttpRequest, template: str, of: Import, **context: Any) -> TemplateResponse:
        own = {"title": of.file_name, "opts": self.opts, "import": of, "noun": noun_called(of.noun), **context}
        return TemplateResponse(request, template, {**self.admin_site.each_context(request), **own})

    def _may_write(self, of: Import) -> bool:
        return self.may("write") and current_scope().actor.may(noun_called(of.noun).grant)

    def _writable(self, request: HttpRequest, object_id: Any) -> Import:
        """Raises Http404."""
        of: Import | None = self.get_object(request, str(object_id))
        if of is None or not self._may_write(of):
            raise Http404
        return of


def _page_of(of: Import) -> str:
    return reverse("admin:imports_import_change", args=[of.pk])
