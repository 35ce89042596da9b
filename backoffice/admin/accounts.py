"""What customers are billed to, to be looked at: they open and change accounts themselves."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from backoffice.admin.base import PlaceAdmin
from crm.orders.models import BillingAccount


@admin.register(BillingAccount)
class BillingAccountPage(PlaceAdmin):
    resource = "crm:orders"
    about = "account"
    list_display = ("name", "of_customer", "currency", "is_primary", "status", "created_at")
    list_filter = ("status", "is_primary")
    search_fields = ("name",)
    search_help_text = gettext_lazy("A part of the name")
    ordering = ("-created_at", "-id")
    fields = (
        "of_customer", ("name", "currency"), ("status", "is_primary"), "spend_preferences",
        "next_purchase_spend_preference", ("created_at", "updated_at"),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        people = ("customer__contact__words", "customer__contact__search")
        return BillingAccount.objects.select_related("customer__contact").defer(*people)

    @display(description=gettext_lazy("customer"), ordering="customer")
    def of_customer(self, obj: BillingAccount) -> str:
        return str(obj.customer.contact)
