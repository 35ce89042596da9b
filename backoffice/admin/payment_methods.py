"""By what customers pay, to be looked at: never a number, nor a token."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from backoffice.admin.base import PlaceAdmin
from crm.orders.models import PaymentMethod
from crm.orders.selectors import accounts_paid_by


@admin.register(PaymentMethod)
class PaymentMethodPage(PlaceAdmin):
    """What happened to one stands in the history of its customer, as it goes with them."""

    resource = "crm:orders"
    list_display = ("of_customer", "kind", "shown", "created_at")
    list_filter = ("kind",)
    ordering = ("-created_at", "-id")
    fields = (
        "of_customer", ("kind", "last_digits"), ("brand", "expires_month", "expires_year"), ("bank_name", "bic"),
        "holder", "pays_for", "notes", ("created_at", "updated_at"),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        people = ("customer__contact__words", "customer__contact__search")
        sealed = ("sealed_number", "sealed_token", "wrapped_key")
        return PaymentMethod.objects.select_related("customer__contact").defer(*people, *sealed)

    @display(description=gettext_lazy("customer"), ordering="customer")
    def of_customer(self, obj: PaymentMethod) -> str:
        return str(obj.customer.contact)

    @display(description=gettext_lazy("way to pay"))
    def shown(self, obj: PaymentMethod) -> str:
        return str(obj)

    @display(description=gettext_lazy("accounts"))
    def pays_for(self, obj: PaymentMethod) -> str:
        return ", ".join(accounts_paid_by(obj.pk).values_list("account__name", flat=True)) or "–"
