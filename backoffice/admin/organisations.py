"""Organisations and the people who may sign in: the operator's pages."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backoffice.admin.base import OperatorAdmin, changed_values
from backoffice.admin.places import operator_of
from crm.kernel.audit import events_in_both_modes
from crm.kernel.models import Event
from crm.organisations.models import Organisation
from crm.organisations.services import change_organisation, open_organisation


@admin.register(Organisation)
class OrganisationPage(OperatorAdmin):
    about = "organisation"
    can_add = can_change = True
    list_display = ("name", "slug", "plan", "hourly_limit", "zone", "currency", "is_active", "created_at")
    list_filter = ("plan", "is_active")
    search_fields = ("name", "slug")
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": (("name", "slug"), ("plan", "requests_per_hour"), ("zone", "currency"), "is_active")}),
    )
    add_fieldsets = ((None, {"fields": (("name", "slug"), ("plan", "requests_per_hour"))}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()

    def events_of(self, obj: Organisation) -> QuerySet[Event]:
        return events_in_both_modes(self.about, obj.pk, organisation_id=obj.pk)

    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, change: bool) -> None:
        actor = operator_of(request.user)  # type: ignore[arg-type]
        if change:
            saved = change_organisation(organisation_id=obj.pk, actor=actor, **changed_values(form))
        else:
            saved = open_organisation(actor=actor, **form.cleaned_data)
        obj.__dict__.update(saved.__dict__)
