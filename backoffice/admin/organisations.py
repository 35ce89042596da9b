"""Organisations and the people who may sign in: the operator's pages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from backoffice.admin.base import OperatorAdmin, changed_values
from crm.kernel.tenancy import current_scope
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

    def write(self, form: Any, obj: Organisation, *, change: bool) -> Organisation:
        actor = current_scope().actor
        if change:
            return change_organisation(organisation_id=obj.pk, actor=actor, **changed_values(form))
        return open_organisation(actor=actor, **form.cleaned_data)
