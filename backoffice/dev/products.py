"""S4 `/dev/products` (s4 §4)."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters.filters import CharFilter
from rest_framework import serializers
from rest_framework.request import Request

from backoffice.dev.fields import ClearableText, DoneOut
from backoffice.dev.pictures import PicturesIn, PicturesOut, taken_from
from crm.kernel.lookups import found_by
from crm.kernel.tenancy import Question, ScopedQuerySet
from crm.orders.selectors import product_by_id, products
from crm.orders.services import change_product, define_product, delete_product, set_product_pictures
from crm.web.dialects import DevCrm, Done, Page
from crm.web.filters import AnyChoiceOf, FilterSet, SearchFilter
from crm.web.grants import Audience, grant
from crm.web.money import MoneyIn, MoneyOut
from crm.web.serializers import Alternative, InputSerializer, Moment, OutputSerializer, TextOrNull
from crm.web.viewset import DialectViewSet

STATUSES = ("active", "inactive", "discontinued")
LARGEST_STOCK, LARGEST_PRICE = 1_000_000_000, 1_000_000_000


class PercentOut(serializers.DecimalField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=None, decimal_places=None, coerce_to_string=False, **kwargs)


class ProductOut(OutputSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    description = TextOrNull()
    price = MoneyOut(currency="organisation.currency")
    tax_rate = PercentOut(help_text="In per cent, added to the price.")
    units_in_stock = serializers.IntegerField()
    sku = TextOrNull()
    category = TextOrNull()
    status = serializers.ChoiceField(STATUSES)
    project_id = serializers.UUIDField(source="organisation_id")
    createdAt = Moment(source="created_at")  # noqa: N815 - the document's own name
    updatedAt = Moment(source="updated_at")  # noqa: N815
    images = PicturesOut()


class NewerName(Alternative, ClearableText):
    """What another field is called by now."""


class ProductIn(InputSerializer):
    name = serializers.CharField(max_length=200)
    price = MoneyIn(min_value=0, max_value=LARGEST_PRICE)
    units_in_stock = serializers.IntegerField(min_value=0, max_value=LARGEST_STOCK)
    description = ClearableText(max_length=10_000)
    sku = ClearableText(max_length=64)
    category = ClearableText(max_length=100)
    category_id = NewerName(max_length=100, help_text="The newer name of `category`.")
    status = serializers.ChoiceField(STATUSES, required=False)
    tax_rate = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=0, max_value=100, required=False, help_text="In per cent."
    )
    files = PicturesIn()

    def to_internal_value(self, data: Any) -> Any:
        values = super().to_internal_value(data)
        if "category_id" in values:
            category = values.pop("category_id")
            if values.setdefault("category", category) != category:
                raise serializers.ValidationError({"category_id": ["This is not the category."]})
        return values


class ProductChanges(ProductIn):
    name = serializers.CharField(max_length=200, required=False)
    price = MoneyIn(min_value=0, max_value=LARGEST_PRICE, required=False)
    units_in_stock = serializers.IntegerField(min_value=0, max_value=LARGEST_STOCK, required=False)


class ProductFilters(FilterSet):
    search = SearchFilter(method="found_by", help_text="Word prefixes of name, description, SKU and category.")
    status = AnyChoiceOf(choices=[(word, word) for word in STATUSES], lookup_expr="in", field_name="status",
                         help_text=f"{', '.join(STATUSES)}; several by comma.")  # fmt: skip
    category = CharFilter(field_name="category", max_length=100, help_text="The whole category, letter by letter.")
    category_id = CharFilter(field_name="category", max_length=100, help_text="The newer name of `category`.")

    def found_by(self, queryset: ScopedQuerySet[Any], _name: str, search: str) -> QuerySet[Any]:
        return found_by(queryset, search)


_READ = grant("crm:products:read", Audience.KEY, Audience.STAFF)
_WRITE = grant("crm:products:write", Audience.KEY, Audience.STAFF)


class ProductViewSet(DialectViewSet):
    dialect = DevCrm()
    grants = {"list": _READ, "retrieve": _READ, "create": _WRITE, "update": _WRITE, "destroy": _WRITE}
    reads = {"create": ProductIn, "update": ProductChanges}
    answers = {
        "list": ProductOut, "retrieve": ProductOut, "create": ProductOut, "update": ProductOut, "destroy": DoneOut,
    }  # fmt: skip
    filters = ProductFilters
    sort_fields = {"createdAt": "created_at", "updatedAt": "updated_at", "name": "name", "price": "price"}
    default_sort = ("-created_at", "-pk")
    # What is wrong with one of them is wrong with what was sent as `files`.
    field_names = {"file": "files"}

    def list(self, request: Request) -> Page:
        """Products, latest first unless sorted otherwise."""
        return self.list_of(products)

    def retrieve(self, request: Request, product_id: UUID) -> Any:
        """One product."""
        return self.present(Question(product_by_id, (product_id,)))

    def create(self, request: Request) -> Any:
        """A new product: name, price and how many there are; the rest may follow."""
        values = self.read()
        pictures = taken_from(values)
        product = define_product(**values)
        if pictures:
            set_product_pictures(product_id=product.pk, pictures=pictures)
        return self.present(Question(product_by_id, (product.pk,)))

    def update(self, request: Request, product_id: UUID) -> Any:
        """Change what is sent and leave the rest; null clears. What was ordered before keeps its price."""
        found = self.found(product_by_id(product_id))
        values = self.read(partial=True)
        pictures = taken_from(values)
        change_product(product_id=found, **values)
        if pictures is not None:
            set_product_pictures(product_id=found, pictures=pictures)
        return self.present(Question(product_by_id, (found,)))

    def destroy(self, request: Request, product_id: UUID) -> Done:
        """The product disappears from every list; orders keep it, and its SKU is free again."""
        delete_product(product_id=self.found(product_by_id(product_id)))
        return Done("Product deleted successfully")
