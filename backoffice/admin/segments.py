"""Segments: their conditions as rows that anybody can fill in, who matches them, who is in them and who was."""

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from backoffice.admin.base import PlaceAdmin, changed_values, complaints_as_messages
from backoffice.admin.rule_form import RuleField, RuleWidget, without_press
from backoffice.admin.rule_words import in_words
from crm.insights.models import Segment, SegmentKind, SegmentMember, SegmentState
from crm.insights.rules import Known
from crm.insights.selectors import READ_PEOPLE, preview_of, segments
from crm.insights.services import archive_segment, change_segment, define_segment, freeze_segment
from crm.kernel.lookups import found_by
from crm.kernel.tenancy import scope_or_none

STATE_COLORS = {SegmentState.READY: "success", SegmentState.FILLING: "info", SegmentState.BROKEN: "danger"}
KIND_COLORS = {SegmentKind.DYNAMIC: "info", SegmentKind.STATIC: "warning"}
RULE = "rule"


class SegmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """Without a short name a new segment gets one made of its name."""

    rule = RuleField(label=gettext_lazy("Conditions"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
        if "description" in self.fields:
            self.fields["description"].widget.attrs["rows"] = 3


class FreezeForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, widget=UnfoldAdminTextInputWidget)
    slug = forms.SlugField(
        label=gettext_lazy("Short name"), max_length=60, required=False, widget=UnfoldAdminTextInputWidget
    )


@admin.register(Segment)
class SegmentPage(PlaceAdmin):
    resource = "crm:segments"
    about = "segment"
    can_add = can_change = True
    form = SegmentForm
    list_display = ("name", "slug", "shown_kind", "shown_state", "people", "refreshed_at")
    list_filter = ("kind", "state")
    search_fields = ("name", "slug")
    ordering = ("-created_at", "-id")
    change_form_outer_before_template = "backoffice/segment_summary.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return segments()

    def get_fieldsets(self, request: HttpRequest, obj: Segment | None = None) -> Any:
        """The conditions of a snapshot are only told, and so are they to who may not write them."""
        own = ("name", ("slug", "kind"), "description")
        writes = self.may("write") and (obj is None or obj.is_dynamic)
        return [(None, {"fields": (*own, RULE) if writes else own})]

    def get_readonly_fields(self, request: HttpRequest, obj: Segment | None = None) -> tuple[str, ...]:
        """Others go by the short name, and a snapshot stays one."""
        return ("slug", "kind") if obj else ()

    def write(self, form: Any, obj: Segment, *, change: bool) -> Segment:
        if change:
            return change_segment(segment_id=obj.pk, **changed_values(form))
        return define_segment(**form.cleaned_data)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        segment = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if segment:
            lines = list(in_words(segment.rule, Known()))
            context = {"segment": segment, "lines": lines, "may_write": self.may("write")}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    # Deeds of their own

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view
        own = [
            path("rule/", view(self.rule_view), name="segment_rule"),
            path("preview/", view(self.preview_view), name="segment_preview"),
            path("<uuid:segment_id>/freeze/", view(self.freeze_view), name="segment_freeze"),
            path("<uuid:segment_id>/archive/", view(self.archive_view), name="segment_archive"),
        ]
        return [*own, *super().get_urls()]

    def rule_view(self, request: HttpRequest) -> HttpResponse:
        """The conditions as they are filled in, with the boxes that belong to what was chosen."""
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        widget = RuleWidget()
        return HttpResponse(widget.render(RULE, widget.value_from_datadict(request.POST, {}, RULE)))

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Who matches the conditions as they are filled in, or what is still missing."""
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        rule = without_press(RuleWidget().value_from_datadict(request.POST, {}, RULE))
        try:
            context: dict[str, Any] = {"preview": preview_of(RuleField().clean(rule))}
        except ValidationError as problem:
            context = {"complaints": problem.messages}
        return TemplateResponse(request, "backoffice/rule_preview.html", context)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        if not self.may("write"):
            raise PermissionDenied
        return None if request.method == "POST" else HttpResponseNotAllowed(["POST"])

    def freeze_view(self, request: HttpRequest, segment_id: UUID) -> HttpResponse:
        segment = self.row_or_404(request, str(segment_id))
        title = _("Keep who is in %(name)s now") % {"name": segment}
        form, save = FreezeForm(request.POST or None), partial(self._freeze, request, segment.pk)
        return self.small_form(request, form, save, title=title, back=_page_of(segment.pk))

    def _freeze(self, request: HttpRequest, segment_id: UUID, **values: str) -> None:
        frozen = freeze_segment(segment_id=segment_id, **values)
        messages.success(request, _("The snapshot %(name)s is being taken.") % {"name": frozen})

    def archive_view(self, request: HttpRequest, segment_id: UUID) -> HttpResponse:
        segment = self.row_or_404(request, str(segment_id))
        question = _("Archive %(name)s? Its people stay, and its short name is free again.") % {"name": segment}
        page = self.ask_first(request, question, back=_page_of(segment.pk), danger=True)
        if page is not None:
            return page
        with complaints_as_messages(request):
            archive_segment(segment_id=segment.pk)
            messages.success(request, _("Archived."))
        return redirect("admin:insights_segment_changelist")

    # Columns

    @display(description=gettext_lazy("Kind"), ordering="kind", label=KIND_COLORS)
    def shown_kind(self, segment: Segment) -> tuple[str, str]:
        return segment.kind, segment.get_kind_display()

    @display(description=gettext_lazy("State"), ordering="state", label=STATE_COLORS)
    def shown_state(self, segment: Segment) -> tuple[str, str]:
        return segment.state, segment.get_state_display()

    @display(description=gettext_lazy("People"), ordering="member_count")
    def people(self, segment: Segment) -> SafeString:
        return format_html('<a class="rp-link" href="{}">{}</a>', _members_of(segment.pk), segment.member_count)


class InsideFilter(admin.SimpleListFilter):
    title = gettext_lazy("whether they are in it")
    parameter_name = "inside"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("In it now")), ("no", _("Left it"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(left_at__isnull=self.value() == "yes")


class SegmentFilter(admin.SimpleListFilter):
    title = gettext_lazy("segment")
    parameter_name = "segment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(key), name) for key, name in segments().order_by("name").values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        known = {value for value, _label in self.lookup_choices}
        return queryset.filter(segment=self.value()) if self.value() in known else queryset.none()


@admin.register(SegmentMember)
class SegmentMemberPage(PlaceAdmin):
    """Who is and was in a segment, the last who came first. People come and go by what happens to them."""

    resource = "crm:segments"
    list_display = ("person", "segment", "entered_at", "left_at")
    list_filter = (SegmentFilter, InsideFilter)
    list_select_related = ("contact", "segment")
    search_fields = ("contact__name",)
    search_help_text = gettext_lazy("Words of name, company, e-mail or phone")
    ordering = ("-entered_at", "-id")
    fields = readonly_fields = ("person", "segment", "entered_at", "left_at")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        scope = scope_or_none()
        return super().has_view_permission(request, obj) and scope is not None and scope.actor.may(READ_PEOPLE)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = SegmentMember.objects.filter(segment__archived_at=None).select_related("contact", "segment")
        return rows.defer("contact__words", "contact__search")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        return found_by(queryset, search_term, path="contact__"), False

    @display(description=gettext_lazy("Customer"), ordering="contact__name")
    def person(self, row: SegmentMember) -> SafeString | str:
        if row.contact.deleted_at is not None:
            return str(row.contact)
        address = reverse("admin:contacts_customer_change", args=[row.contact_id])
        return format_html('<a class="rp-link" href="{}">{}</a>', address, row.contact)


def _page_of(segment_id: UUID) -> str:
    return reverse("admin:insights_segment_change", args=[segment_id])


def _members_of(segment_id: UUID) -> str:
    return f"{reverse('admin:insights_segmentmember_changelist')}?segment={segment_id}&inside=yes"
