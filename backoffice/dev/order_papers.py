"""S4 `/orders/{id}/refunds` and `/orders/{id}/invoice`: our additions (docs/apis/dev.md)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from backoffice.dev.fields import ClearableText
from backoffice.dev.orders import MOST_ITEMS, MOST_OF_AN_ITEM, READ, WRITE
from crm.kernel.tenancy import Question
from crm.orders.selectors import invoice_of, order_by_id, refund_by_id, refund_lines_of, refunds_of
from crm.orders.services import issue_invoice, refund_order
from crm.web.dialects import DevCrm, Page
from crm.web.money import MoneyIn, MoneyOut
from crm.web.serializers import Alternative, InputSerializer, Moment, OutputSerializer, RowsOf, TextOrNull
from crm.web.viewset import DialectViewSet


class RefundedItemOut(OutputSerializer):
    id = serializers.UUIDField(source="line_id", help_text="The item's, as in `orderItems`.")
    quantity = serializers.IntegerField(help_text="0 where money went back and no goods were named.")
    amount = MoneyOut(currency="refund.order.currency")
    tax = MoneyOut(currency="refund.order.currency", help_text="Part of the amount.")


class RefundOut(OutputSerializer):
    id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    number = serializers.CharField(help_text="Of the credit note.")
    amount = MoneyOut(currency="order.currency")
    tax = MoneyOut(currency="order.currency", help_text="Part of the amount.")
    reason = TextOrNull()
    restocked = serializers.BooleanField()
    createdAt = Moment(source="created_at")  # noqa: N815 - as the document writes its own
    items = RowsOf(RefundedItemOut(), rows=refund_lines_of, of="refund_id")


class RefundItemIn(InputSerializer):
    id = serializers.UUIDField(help_text="As in `orderItems`.")
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_OF_AN_ITEM)


class AmountIn(Alternative, MoneyIn):
    """In place of items."""


class AllIn(Alternative, serializers.BooleanField):
    """Likewise."""


class RefundIn(InputSerializer):
    items = serializers.ListField(child=RefundItemIn(), allow_empty=False, max_length=MOST_ITEMS, required=False)
    amount = AmountIn(min_value=0, required=False, help_text="In place of items.")
    all = AllIn(required=False, help_text="In place of both: whatever is left.")
    restock = serializers.BooleanField(required=False, help_text="Whether the goods came back, too.")
    reason = ClearableText(max_length=500)

    def to_internal_value(self, data: Any) -> Any:
        values = super().to_internal_value(data)
        if not (values.pop("all", False) or values.keys() & {"items", "amount"}):
            raise serializers.ValidationError({"items": ["Say what goes back: items, an amount, or all."]})
        return values


class SellerShape(OutputSerializer):
    name = serializers.CharField()


class InvoicedBuyerShape(OutputSerializer):
    name = TextOrNull()
    company = TextOrNull()
    email = TextOrNull()
    tax_id = TextOrNull()
    address = TextOrNull()
    payment_terms = TextOrNull()


class InvoicedOrderShape(OutputSerializer):
    number = serializers.CharField()
    order_date = serializers.DateTimeField()


class InvoicedItemShape(OutputSerializer):
    name = serializers.CharField()
    sku = TextOrNull()
    quantity = serializers.IntegerField()
    unit_price = serializers.DecimalField(None, None, coerce_to_string=False)
    tax_rate = serializers.DecimalField(None, None, coerce_to_string=False)
    discount = serializers.DecimalField(None, None, coerce_to_string=False)
    tax = serializers.DecimalField(None, None, coerce_to_string=False)
    total = serializers.DecimalField(None, None, coerce_to_string=False)


_OF_ITEM = ("unit_price", "tax_rate", "discount", "tax", "total")


class PartOut(serializers.JSONField):
    """A part of what an invoice said when it was issued."""

    def __init__(self, part: str, **kwargs: Any) -> None:
        self.part = part
        super().__init__(source="snapshot", **kwargs)

    def present(self, snapshot: Mapping[str, Any]) -> Any:
        return snapshot[self.part]


@extend_schema_field(SellerShape)
class SellerOut(PartOut):
    pass


@extend_schema_field(InvoicedBuyerShape)
class InvoicedBuyerOut(PartOut):
    def present(self, snapshot: Mapping[str, Any]) -> Any:
        return {name: text or None for name, text in snapshot[self.part].items()}


@extend_schema_field(InvoicedOrderShape)
class InvoicedOrderOut(PartOut):
    def present(self, snapshot: Mapping[str, Any]) -> Any:
        order = snapshot[self.part]
        moment = datetime.fromisoformat(order["ordered_at"]).astimezone(UTC)
        return {"number": order["number"], "order_date": DevCrm().moment(moment)}


@extend_schema_field(InvoicedItemShape(many=True))
class InvoicedItemsOut(PartOut):
    def present(self, snapshot: Mapping[str, Any]) -> Any:
        return [
            {**item, "sku": item["sku"] or None, **{name: Decimal(item[name]) for name in _OF_ITEM}}
            for item in snapshot[self.part]
        ]


class AmountOut(serializers.DecimalField):
    """An amount as the invoice said it."""

    def __init__(self, amount: str, **kwargs: Any) -> None:
        self.amount = amount
        super().__init__(max_digits=None, decimal_places=None, coerce_to_string=False, source="snapshot", **kwargs)

    def present(self, snapshot: Mapping[str, Any]) -> Decimal:
        return Decimal(snapshot[self.amount])


class InvoiceOut(OutputSerializer):
    id = serializers.UUIDField()
    number = serializers.CharField()
    order_id = serializers.UUIDField()
    issuedAt = Moment(source="issued_at")  # noqa: N815 - as the document writes its own
    currency = serializers.CharField()
    seller = SellerOut("seller")
    buyer = InvoicedBuyerOut("buyer")
    order = InvoicedOrderOut("order")
    items = InvoicedItemsOut("lines")
    subtotal = AmountOut("subtotal")
    discount = AmountOut("discount")
    tax = AmountOut("tax")
    total = AmountOut("total")


class RefundViewSet(DialectViewSet):
    dialect = DevCrm()
    grants = {"list": READ, "create": WRITE}
    reads = {"create": RefundIn}
    answers = {"list": RefundOut, "create": RefundOut}
    sort_fields = {"createdAt": "created_at", "amount": "amount"}
    default_sort = ("-created_at", "-pk")

    def list(self, request: Request, order_id: UUID) -> Page:
        """What went back of an order, latest first."""
        return self.list_of(refunds_of(self.found(order_by_id(order_id))))

    def create(self, request: Request, order_id: UUID) -> Any:
        """Give money back for an order that was shipped or delivered: for items, an amount, or all that is left."""
        refund = refund_order(order_id=self.found(order_by_id(order_id)), **self.read())
        return self.present(Question(refund_by_id, (order_id, refund.pk)))


class InvoiceViewSet(DialectViewSet):
    dialect = DevCrm()
    grants = {"retrieve": READ, "issue": WRITE}
    answers = {"retrieve": InvoiceOut, "issue": InvoiceOut}

    def retrieve(self, request: Request, order_id: UUID) -> Any:
        """The invoice of an order, as it was issued."""
        return self.present(Question(invoice_of, (order_id,)))

    def issue(self, request: Request, order_id: UUID) -> Any:
        """The same; it is issued now, where the order was shipped or delivered without one."""
        issue_invoice(order_id=self.found(order_by_id(order_id)))
        return self.present(Question(invoice_of, (order_id,)))
