from typing import Any

from django.contrib import admin

from backoffice.admin.base import PlaceAdmin, changed_values
from crm.organisations.models import Merchant
from crm.organisations.services import define_merchant


@admin.register(Merchant)
class MerchantPage(PlaceAdmin):
    resource = "auth:organisation"
    about = "merchant"
    can_add = can_change = True
    list_display = ("name", "external_id", "kind", "relationship", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "external_id")
    ordering = ("name",)
    fields = (("name", "external_id"), ("kind", "relationship"), "is_active")

    def write(self, form: Any, obj: Merchant, *, change: bool) -> Merchant:
        values = changed_values(form) if change else dict(form.cleaned_data)
        return define_merchant(merchant_id=obj.pk if change else None, **values)
