"""The bases of all admin pages: roles as in the APIs, writes through services, events in place of Django's log.

A page names its `resource`; the actor's grants for it decide what shows. Adding, changing and deleting are off unless a
page switches them on and says which service does it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from backoffice.admin.theme import is_operator
from backoffice.admin.told import told
from crm.kernel.audit import events_about
from crm.kernel.errors import Complaint, DomainError, NotFound
from crm.kernel.models import Event
from crm.kernel.tenancy import scope_or_none
from crm.kernel.totals import total_of

EVENTS_SHOWN = 50


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts like the APIs do: exactly up to 10,000, above that at most every half minute."""

    @cached_property
    def count(self) -> int:
        queryset: Any = self.object_list
        # What can find nobody has no SQL; the platform's own rows have no place that totals are remembered for.
        if queryset.query.is_empty():
            return 0
        return total_of(queryset, f"admin:{queryset.order_by().query}") if scope_or_none() else int(queryset.count())


class PlaceChangeList(ChangeList):
    """Without a filter or search, what is found is all there is: the theme then offers no "Show all"."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


class PlaceAdmin(ModelAdmin):
    """A page about rows of the place that is open, or about plumbing rows that name it."""

    resource: ClassVar[str]
    can_add: ClassVar[bool] = False
    can_change: ClassVar[bool] = False
    can_delete: ClassVar[bool] = False
    # The noun that events about these rows carry, for the history of a record.
    about: ClassVar[str] = ""

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 25
    list_filter_submit = True
    compressed_fields = True
    warn_unsaved_form = True
    actions: Any = None
    delete_confirmation_template = "backoffice/delete.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PlaceChangeList

    # What may be seen and done

    def may(self, access: str) -> bool:
        scope = scope_or_none()
        return scope is not None and scope.actor.may(f"{self.resource}:{access}")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may("read")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.can_add and self.may("write")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_change and self.may("write")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_delete and self.may("write")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Read once for a page that only shows; nothing where no place is open to read it from."""
        if not self.has_view_permission(request):
            return None
        if request.method != "GET":
            return super().get_object(request, object_id, from_field)
        read: dict[Any, Any] = request.__dict__.setdefault("rows_of_pages", {})
        key = (self.model, object_id)
        if key not in read:
            read[key] = super().get_object(request, object_id, from_field)
        return read[key]

    def get_actions(self, request: HttpRequest) -> Any:
        """No deleting of many at once: each deletion is a service call of its own, with its event."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    # Writing

    def write(self, form: Any, obj: Any, *, change: bool) -> Model:
        """Call the service that saves this form, and return the row. Raises domain errors."""
        raise NotImplementedError

    def remove(self, obj: Any) -> None:
        """Call the service that deletes this row. Raises domain errors."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        saved = self.write(form, obj, change=change)
        obj.__dict__.update(saved.__dict__)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.remove(obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What a service deletes is its own business; the page asks about the row alone."""
        return [str(obj) for obj in objs], {}, set(), []

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """A domain error undoes the whole page's work; the form is then shown again with the complaint at its field."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as error:
            if request.method != "POST" or isinstance(error, NotFound):
                raise Http404 from None
            request.domain_error = error  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        error = getattr(request, "domain_error", None)
        return form if error is None else self._complaining(form, error)

    def field_of(self, complaint: str) -> str:
        """The form field where a complaint about the service's field `complaint` is shown."""
        return complaint.split(".")[0]

    def _complaining(self, form: Any, error: DomainError) -> Any:
        """`form` with the complaints of `error`, which only came up while saving."""
        field_of = self.field_of

        def full_clean(self: Any) -> None:
            form.full_clean(self)
            for complaint in error.complaints or ():
                field = field_of(complaint.field)
                self.add_error(field if field in self.fields else None, str(complaint.message))
            if not error.complaints:
                self.add_error(None, str(error.message))

        return type(form.__name__, (form,), {"full_clean": full_clean})

    # Events in place of Django's log

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Services record what happened; Django's log would show it across organisations."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """As above."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """As above."""

    def events_of(self, obj: Any) -> QuerySet[Event]:
        """What happened to one record, latest first."""
        return events_about(self.about, obj.pk)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Everything that happened to one record, from the audit trail."""
        obj = self.get_object(request, object_id)
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": _("History of %(name)s") % {"name": obj},
            "opts": self.opts,
            "object": obj,
            "events": told(self.events_of(obj)[:EVENTS_SHOWN]) if self.about else [],
            **(extra_context or {}),
        }
        return TemplateResponse(request, "backoffice/history.html", context)

    # Actions of a single record

    def ask_first(self, request: HttpRequest, question: str, **context: Any) -> HttpResponse | None:
        """The page that asks `question`, until it is answered by its button; then None."""
        if request.method == "POST":
            return None
        page = {**self.admin_site.each_context(request), "title": question, "opts": self.opts, **context}
        return TemplateResponse(request, "backoffice/ask_first.html", page)

    def small_form(
        self, request: HttpRequest, form: Any, save: Callable[..., object], *, title: str, back: str
    ) -> HttpResponse:
        """A page with one form, which `save` is called with; a domain error comes back at its fields."""
        if request.method == "POST" and form.is_valid():
            try:
                save(**form.cleaned_data)
                return redirect(back)
            except DomainError as error:
                for complaint in error.complaints or [Complaint("", error.message)]:
                    field = complaint.field if complaint.field in form.fields else None
                    form.add_error(field, str(complaint.message))
        context = {"title": title, "form": form, "back": back, "opts": self.opts}
        page = {**self.admin_site.each_context(request), **context}
        return TemplateResponse(request, "backoffice/small_form.html", page)

    def row_or_404(self, request: HttpRequest, object_id: str) -> Any:
        obj = self.get_object(request, object_id)
        if obj is None or not self.has_change_permission(request, obj):
            raise Http404
        return obj


class OperatorAdmin(PlaceAdmin):
    """A page about the platform itself: for its operator alone, in whatever place, and before there is any."""

    resource = "platform:operator"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_operator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.can_add and is_operator(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_change and is_operator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_delete and is_operator(request)


@contextmanager
def complaints_as_messages(request: HttpRequest) -> Iterator[None]:
    """A domain error inside becomes a message on the next page."""
    try:
        yield
    except DomainError as error:
        messages.error(request, str(error.message))


def changed_values(form: Any) -> dict[str, Any]:
    """The cleaned values that differ from what the form showed."""
    return {name: form.cleaned_data[name] for name in form.changed_data if name in form.cleaned_data}
