from datetime import UTC, datetime
from decimal import Decimal

from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
)
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import Customer
from crm.kernel.ids import new_id
from crm.kernel.money import MoneyField, digits
from crm.kernel.search import SearchWordsField, Words, search_column, search_index
from crm.kernel.tenancy import TenantForeignKey, TenantModel
from crm.orders.models.product import Product

LONGEST_NOTES = 10_000
NO_NUL = ProhibitNullCharactersValidator()
MOST_LINES, MOST_OF_A_LINE = 200, 1_000_000
# Nobody sold anything before, nor will after; and every zone can write these moments.
FIRST_DAY, LAST_DAY = datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)


class OrderStatus(models.TextChoices):
    PENDING = "pending", _("Pending")
    PROCESSING = "processing", _("Processing")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")


# From where an order may go where: forwards, also past a step; and it may be cancelled until it has left the house
# (where-they-meet.md, "S4 answers where its document gives none").
MOVES: dict[str, tuple[str, ...]] = {
    OrderStatus.PENDING: (
        OrderStatus.PROCESSING, OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.CANCELLED,
    ),
    OrderStatus.PROCESSING: (OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.CANCELLED),
    OrderStatus.SHIPPED: (OrderStatus.DELIVERED,),
    OrderStatus.DELIVERED: (),
    OrderStatus.CANCELLED: (),
}  # fmt: skip
# Its goods are still in the house, set aside for it.
OPEN = (OrderStatus.PENDING, OrderStatus.PROCESSING)
# Its goods have left the house: it has an invoice, and money may go back.
SENT = (OrderStatus.SHIPPED, OrderStatus.DELIVERED)


class Order(TenantModel):
    """What a customer ordered, in the currency of its day. `total` is `subtotal - discount + tax`, the sum of its lines
    (totals.py); `refunded` of it went back. `reference` is what it is called where it was loaded from.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(_("number"), max_length=20, editable=False)
    reference = models.CharField(_("reference"), max_length=64, blank=True, editable=False)
    customer = TenantForeignKey(
        Customer, on_delete=models.PROTECT, editable=False, related_name="orders", verbose_name=_("customer")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=OrderStatus.choices, default=OrderStatus.PENDING, editable=False
    )
    ordered_at = models.DateTimeField(
        _("ordered"), validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
    )
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    subtotal = MoneyField(_("subtotal"), editable=False)
    discount = MoneyField(_("discount"), default=Decimal(0), validators=[MinValueValidator(Decimal(0))])
    tax = MoneyField(_("tax"), default=Decimal(0), editable=False)
    total = MoneyField(_("total"), editable=False)
    refunded = MoneyField(_("refunded"), default=Decimal(0), editable=False)
    billing_address = models.CharField(_("billing address"), max_length=500, blank=True, validators=[NO_NUL])
    shipping_address = models.CharField(_("shipping address"), max_length=500, blank=True, validators=[NO_NUL])
    notes = models.TextField(_("notes"), blank=True, validators=[MaxLengthValidator(LONGEST_NOTES), NO_NUL])
    created_at = models.DateTimeField(_("created"), editable=False)
    updated_at = models.DateTimeField(_("changed"), editable=False)
    deleted_at = models.DateTimeField(_("deleted"), null=True, editable=False)

    words = SearchWordsField()
    search = search_column()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "number"], name="order_number_once"),
            models.UniqueConstraint(
                fields=["organisation", "mode", "reference"], condition=~Q(reference=""), name="order_reference_once"
            ),
            models.CheckConstraint(condition=Q(total=F("subtotal") - F("discount") + F("tax")), name="order_adds_up"),
            models.CheckConstraint(
                condition=Q(discount__gte=0, total__gte=0, refunded__gte=0, refunded__lte=F("total")),
                name="order_amounts_in_bounds",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "mode", "-created_at", "-id"], name="order_latest",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "-updated_at", "-id"], name="order_last_changed",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "-ordered_at", "-id"], name="order_by_day",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "-total", "-id"], name="order_by_total",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "status", "-created_at", "-id"], name="order_by_status",
                         condition=Q(deleted_at=None)),
            # Whole, for it also serves the key to the customer: of merges, of deletions, of what they bought in all.
            models.Index(fields=["organisation", "mode", "customer", "-ordered_at", "-id"], name="order_of_customer"),
            search_index("order_search"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_sent(self) -> bool:
        return self.status in SENT

    @property
    def is_refundable(self) -> bool:
        """Whether anything of it can still go back."""
        return self.is_sent and self.refunded < self.total

    @property
    def net(self) -> Decimal:
        """What it came to without tax."""
        net: Decimal = self.total - self.tax
        return net

    def digits(self, amount: Decimal) -> str:
        """An amount in its currency, as programs read it."""
        return digits(amount, self.currency)

    def search_words(self, words: Words) -> None:
        """What an order is found by: notes and addresses (s4 §4)."""
        words.text(self.notes, self.billing_address, self.shipping_address)


class OrderLine(TenantModel):
    """So many of a product, with its name, SKU, price and tax as they were when it was ordered.

    `total` is `quantity * unit_price - discount + tax`; its `discount` is its share of the order's. What was refunded
    is kept beside it, so that no refund can go beyond it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    product = TenantForeignKey(Product, on_delete=models.PROTECT, related_name="order_lines")
    name = models.CharField(_("product"), max_length=200)
    sku = models.CharField(_("SKU"), max_length=64, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = MoneyField(_("price"))
    tax_rate = models.DecimalField(_("tax in per cent"), max_digits=5, decimal_places=2, default=Decimal(0))
    discount = MoneyField(_("discount"), default=Decimal(0))
    tax = MoneyField(_("tax"), default=Decimal(0))
    total = MoneyField(_("total"))
    refunded_quantity = models.PositiveIntegerField(default=0)
    refunded = MoneyField(_("refunded"), default=Decimal(0))
    refunded_tax = MoneyField(default=Decimal(0))

    class Meta:
        verbose_name = _("line of an order")
        verbose_name_plural = _("lines of orders")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "mode", "order", "position"], name="order_line_place_once"),
            models.CheckConstraint(
                condition=Q(total=F("quantity") * F("unit_price") - F("discount") + F("tax")), name="order_line_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(
                    quantity__gte=1, total__gte=0, refunded_quantity__lte=F("quantity"), refunded__gte=0,
                    refunded__lte=F("total"), refunded_tax__gte=0, refunded_tax__lte=F("tax"),
                ),
                name="order_line_refunds_in_bounds",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["organisation", "mode", "product", "order"], name="order_line_of_product")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"

    @property
    def subtotal(self) -> Decimal:
        """Before discount and tax."""
        subtotal: Decimal = self.quantity * self.unit_price
        return subtotal

    @property
    def left(self) -> Decimal:
        """How much of it can still be refunded."""
        left: Decimal = self.total - self.refunded
        return left

    @property
    def left_quantity(self) -> int:
        return self.quantity - self.refunded_quantity
