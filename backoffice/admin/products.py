"""What is sold: prices, stock, and what can be ordered."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from backoffice.admin.base import PlaceAdmin, changed_values
from crm.files.links import AT_ONCE, token_of
from crm.files.models import StoredFile
from crm.files.selectors import variants_of
from crm.kernel.lookups import found_by
from crm.kernel.money import spelt_out
from crm.kernel.tenancy import current_scope
from crm.orders.models import Product, ProductStatus
from crm.orders.selectors import pictures_of_products, products
from crm.orders.services import change_product, define_product, delete_product

STATUS_COLORS = {
    ProductStatus.ACTIVE: "success", ProductStatus.INACTIVE: "warning", ProductStatus.DISCONTINUED: "danger",
}  # fmt: skip
IN_STOCK, SOLD_OUT = "yes", "no"


class StockFilter(admin.SimpleListFilter):
    title = _("in stock")
    parameter_name = "stock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(IN_STOCK, _("In stock")), (SOLD_OUT, _("Sold out"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == SOLD_OUT:
            return queryset.filter(units_in_stock=0)
        return queryset.filter(units_in_stock__gt=0) if self.value() == IN_STOCK else queryset


@admin.register(Product)
class ProductPage(PlaceAdmin):
    resource = "crm:products"
    about = "product"
    can_add = can_change = can_delete = True
    list_display = ("name", "sku", "category", "shown_price", "tax_rate", "shown_stock", "shown_status")
    list_filter = ("status", StockFilter)
    list_select_related = ("organisation",)
    search_fields = ("name",)
    search_help_text = _("Words of name, description, SKU or category")
    ordering = ("-created_at", "-id")
    change_form_outer_after_template = "backoffice/product_pictures.html"
    fieldsets = (
        (None, {"fields": ("name", "description", ("sku", "category"), ("price", "tax_rate"),
                           ("units_in_stock", "status"))}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return products().defer("words", "search")

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        product = self.get_object(request, object_id)
        context = {"pictures": _pictures(product.pk)} if product else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        return found_by(queryset, search_term), False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "units_in_stock":
            # Orders take from stock while somebody edits a text: it is set only by who wrote another number.
            kwargs["show_hidden_initial"] = True
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def write(self, form: Any, obj: Product, *, change: bool) -> Product:
        if change:
            return change_product(product_id=obj.pk, **changed_values(form))
        return define_product(**form.cleaned_data)

    def remove(self, obj: Product) -> None:
        delete_product(product_id=obj.pk)

    @display(description=_("Price"), ordering="price")
    def shown_price(self, product: Product) -> str:
        return spelt_out(product.price, product.organisation.currency)

    @display(description=_("In stock"), ordering="units_in_stock", label={True: "success", False: "danger"})
    def shown_stock(self, product: Product) -> tuple[bool, str]:
        return product.units_in_stock > 0, f"{product.units_in_stock:,}"

    @display(description=_("Status"), ordering="status", label=STATUS_COLORS)
    def shown_status(self, product: Product) -> tuple[str, str]:
        return product.status, product.get_status_display()


def _pictures(product_id: UUID) -> list[tuple[StoredFile, str, str]]:
    """Each with the address of its smallest copy, and its own; in two statements."""
    pictures = list(pictures_of_products(product_id))
    smallest: dict[UUID, int] = {}
    for variant in variants_of(*(picture.pk for picture in pictures)):
        smallest.setdefault(variant.file_id, variant.width)
    return [(picture, _address(picture.pk, smallest.get(picture.pk, 0)), _address(picture.pk)) for picture in pictures]


def _address(file_id: UUID, width: int = 0) -> str:
    """On the page's own host, whatever links in messages begin with."""
    return reverse("file", args=[token_of(current_scope().tenant, file_id, lasts=AT_ONCE, width=width)])
