"""S4 `/orders` (s4 §4)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters.filters import UUIDFilter
from rest_framework import serializers
from rest_framework.request import Request

from backoffice.dev.fields import ClearableText, DayOrMoment, DoneOut
from backoffice.dev.pictures import PicturesOut
from crm.kernel.lookups import found_by
from crm.kernel.tenancy import Question, ScopedQuerySet
from crm.orders.selectors import lines_of, order_by_id, orders, orders_with_product
from crm.orders.services import change_order, delete_order, place_order
from crm.web.dialects import DevCrm, Done, Page
from crm.web.filters import AnyChoiceOf, FilterSet, SearchFilter
from crm.web.grants import Audience, grant
from crm.web.money import MoneyOut
from crm.web.serializers import Alternative, InputSerializer, Moment, OutputSerializer, RowsOf, TextOrNull
from crm.web.viewset import DialectViewSet

STATUSES = ("pending", "processing", "shipped", "delivered", "cancelled")
MOST_ITEMS, MOST_OF_AN_ITEM = 200, 1_000_000
REQUIRED = "This field is required."


class OfTheLiving(serializers.CharField):
    """A text about a customer; of who was deleted nothing is told."""

    beside = ("deleted_at",)

    def __init__(self, *, otherwise: str | None = None, **kwargs: Any) -> None:
        self.otherwise = otherwise
        super().__init__(allow_null=True, **kwargs)

    def present(self, text: str, deleted_at: datetime | None) -> str | None:
        return (text or None) if deleted_at is None else self.otherwise


class BuyerOut(OutputSerializer):
    id = serializers.UUIDField(source="contact_id")
    name = OfTheLiving(source="contact.name", otherwise="Deleted customer")
    email = OfTheLiving(source="contact.email")
    phone = OfTheLiving(source="contact.phone")
    company = OfTheLiving(source="contact.company_name")


class ProductOfItemOut(OutputSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    sku = TextOrNull()
    price = MoneyOut(currency="organisation.currency", help_text="Today's.")
    images = PicturesOut()


class OrderItemOut(OutputSerializer):
    id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    product_id = serializers.UUIDField()
    quantity = serializers.IntegerField()
    unit_price = MoneyOut(currency="order.currency", help_text="As it was when it was ordered, without tax.")
    total_amount = MoneyOut(source="total", currency="order.currency", help_text="Less discount, with tax.")
    product = ProductOfItemOut()


class OrderOut(OutputSerializer):
    id = serializers.UUIDField()
    customer_id = serializers.UUIDField()
    total_amount = MoneyOut(source="total", currency="currency")
    status = serializers.ChoiceField(STATUSES)
    order_date = Moment(source="ordered_at")
    shipping_address = TextOrNull()
    billing_address = TextOrNull()
    notes = TextOrNull()
    project_id = serializers.UUIDField(source="organisation_id")
    createdAt = Moment(source="created_at")  # noqa: N815 - the document's own name
    updatedAt = Moment(source="updated_at")  # noqa: N815
    customer = BuyerOut()
    orderItems = RowsOf(OrderItemOut(), rows=lines_of, of="order_id")  # noqa: N815


class ItemIn(InputSerializer):
    product_id = serializers.UUIDField()
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_OF_AN_ITEM)


class ItemsIn(Alternative, serializers.ListField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=ItemIn(), allow_empty=False, max_length=MOST_ITEMS, required=False, **kwargs)


class _OrderIn(InputSerializer):
    product_id = serializers.UUIDField(required=False)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_OF_AN_ITEM, required=False)
    items = ItemsIn(help_text="In place of `product_id` and `quantity`.")
    status = serializers.ChoiceField(STATUSES, required=False)
    order_date = DayOrMoment(source="ordered_at")
    shipping_address = ClearableText(max_length=500)
    billing_address = ClearableText(max_length=500)
    notes = ClearableText(max_length=10_000)

    def to_internal_value(self, data: Any) -> Any:
        values = super().to_internal_value(data)
        if "items" in values and not values.keys().isdisjoint({"product_id", "quantity"}):
            raise serializers.ValidationError({"items": ["Send either items, or product_id and quantity."]})
        return values


class OrderIn(_OrderIn):
    customer_id = serializers.UUIDField()

    def to_internal_value(self, data: Any) -> Any:
        """Either form of the document, as items; without a date it is ordered now."""
        values = super().to_internal_value(data)
        if values.get("ordered_at") is None:
            values.pop("ordered_at", None)
        if "items" not in values:
            missing = [name for name in ("product_id", "quantity") if name not in values]
            if missing:
                raise serializers.ValidationError({name: [REQUIRED] for name in missing}, code="required")
            values["items"] = [{name: values.pop(name) for name in ("product_id", "quantity")}]
        return values


class OrderChanges(_OrderIn):
    customer_id = serializers.UUIDField(required=False, help_text="The customer whose it is; no other is taken.")


class OrderFilters(FilterSet):
    search = SearchFilter(method="found_by", help_text="Word prefixes of notes and addresses.")
    status = AnyChoiceOf(choices=[(word, word) for word in STATUSES], lookup_expr="in", field_name="status",
                         help_text=f"{', '.join(STATUSES)}; several by comma.")  # fmt: skip
    customer_id = UUIDFilter(field_name="customer_id", help_text="The id of a customer.")
    product_id = UUIDFilter(method="with_product", help_text="The id of a product that is among the items.")

    def found_by(self, queryset: ScopedQuerySet[Any], _name: str, search: str) -> QuerySet[Any]:
        return found_by(queryset, search)

    def with_product(self, queryset: ScopedQuerySet[Any], _name: str, product_id: UUID) -> QuerySet[Any]:
        return orders_with_product(queryset, product_id)


READ = grant("crm:orders:read", Audience.KEY, Audience.STAFF)
WRITE = grant("crm:orders:write", Audience.KEY, Audience.STAFF)


class OrderViewSet(DialectViewSet):
    dialect = DevCrm()
    grants = {"list": READ, "retrieve": READ, "create": WRITE, "update": WRITE, "destroy": WRITE}
    reads = {"create": OrderIn, "update": OrderChanges}
    answers = {
        "list": OrderOut, "retrieve": OrderOut, "create": OrderOut, "update": OrderOut, "destroy": DoneOut,
    }  # fmt: skip
    filters = OrderFilters
    sort_fields = {
        "createdAt": "created_at", "updatedAt": "updated_at", "order_date": "ordered_at", "total_amount": "total",
        "status": ("status", "-created_at"),
    }  # fmt: skip
    default_sort = ("-created_at", "-pk")
    field_names = {"ordered_at": "order_date"}

    def list(self, request: Request) -> Page:
        """Orders, latest first unless sorted otherwise."""
        return self.list_of(orders)

    def retrieve(self, request: Request, order_id: UUID) -> Any:
        """One order, with its customer and its items."""
        return self.present(Question(order_by_id, (order_id,)))

    def create(self, request: Request) -> Any:
        """A new order at today's prices: of a product and a quantity, or of several items. It takes them from stock."""
        order = place_order(**self.read())
        return self.present(Question(order_by_id, (order.pk,)))

    def update(self, request: Request, order_id: UUID) -> Any:
        """Change what is sent and leave the rest; null clears. What is ordered may change while it is pending."""
        found = self.found(order_by_id(order_id))
        change_order(order_id=found, **self.read(partial=True))
        return self.present(Question(order_by_id, (found,)))

    def destroy(self, request: Request, order_id: UUID) -> Done:
        """The order disappears; what has not left the house goes back to stock."""
        delete_order(order_id=self.found(order_by_id(order_id)))
        return Done("Order deleted successfully")

    def field_name(self, name: str) -> str:
        """In the form of one product, its item has no place of its own."""
        sent = self.request.data
        has_items = isinstance(sent, dict) and "items" in sent
        own = name if has_items else name.removeprefix("items.0.")
        return super().field_name(own)
