"""Questions about products and orders. Every queryset here holds living rows of the open scope only."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import F

from crm.files.models import StoredFile
from crm.files.selectors import pictures_of
from crm.kernel.lookups import found_by
from crm.kernel.tenancy import ScopedQuerySet
from crm.orders.models import (
    BillingAccount,
    Invoice,
    Order,
    OrderLine,
    OrderStatus,
    PaymentMethod,
    PaymentMethodAccount,
    Product,
    ProductStatus,
    Purchases,
    Refund,
    RefundLine,
)

# What files call a product whose picture they are.
PRODUCT = "product"


def products() -> ScopedQuerySet[Product]:
    return Product.objects.filter(deleted_at=None)


def product_by_id(product_id: UUID) -> ScopedQuerySet[Product]:
    """The one product of that id, as a queryset to present; raises nothing when there is none."""
    return products().filter(pk=product_id)


def pictures_of_products(*product_ids: UUID) -> ScopedQuerySet[StoredFile]:
    """Their pictures, in the order in which they are shown; also those of products that were deleted."""
    return pictures_of(PRODUCT, *product_ids)


def products_for_sale() -> ScopedQuerySet[Product]:
    return products().filter(status=ProductStatus.ACTIVE)


def orders() -> ScopedQuerySet[Order]:
    return Order.objects.filter(deleted_at=None)


def order_by_id(order_id: UUID) -> ScopedQuerySet[Order]:
    """The one order of that id, as a queryset to present; raises nothing when there is none."""
    return orders().filter(pk=order_id)


def counted_orders() -> ScopedQuerySet[Order]:
    """Orders that count for what a customer has bought: all but cancelled ones."""
    return orders().exclude(status=OrderStatus.CANCELLED)


def orders_of(contact_id: UUID) -> ScopedQuerySet[Order]:
    """What a customer ordered, latest first."""
    return orders().filter(customer_id=contact_id).order_by("-ordered_at", "-pk")


def orders_with_product(queryset: ScopedQuerySet[Order], product_id: UUID) -> ScopedQuerySet[Order]:
    """`queryset` narrowed to orders with that product among their lines."""
    return queryset.filter(pk__in=OrderLine.objects.filter(product_id=product_id).values("order_id"))


def orders_found_by(queryset: ScopedQuerySet[Order], search: str) -> ScopedQuerySet[Order]:
    """`queryset` narrowed to the order of that number, else to those that the words of `search` find."""
    numbered = queryset.filter(number=search.strip().upper())
    return numbered if numbered.exists() else found_by(queryset, search)


def references_known(references: Collection[str]) -> set[str]:
    """Which of these references orders have, deleted ones too: what was loaded once is not loaded again."""
    return set(Order.objects.filter(reference__in=references).values_list("reference", flat=True))


def lines_of(*order_ids: UUID) -> ScopedQuerySet[OrderLine]:
    """The lines of these orders, in the order in which they were written."""
    return OrderLine.objects.filter(order_id__in=order_ids).order_by("position")


def refunds_of(order_id: UUID) -> ScopedQuerySet[Refund]:
    """What went back of a living order, latest first."""
    return Refund.objects.filter(order_id=order_id, order__deleted_at=None).order_by("-created_at", "-pk")


def refund_by_id(order_id: UUID, refund_id: UUID) -> ScopedQuerySet[Refund]:
    return refunds_of(order_id).filter(pk=refund_id)


def refund_lines_of(*refund_ids: UUID) -> ScopedQuerySet[RefundLine]:
    """What these refunds were for, in the order of the lines."""
    return RefundLine.objects.filter(refund_id__in=refund_ids).order_by("line__position")


def invoice_of(order_id: UUID) -> ScopedQuerySet[Invoice]:
    """The one invoice of a living order, as a queryset to present; raises nothing when there is none."""
    return Invoice.objects.filter(order_id=order_id, order__deleted_at=None)


def purchases_of(contact_id: UUID) -> Purchases:
    """What a customer has bought in all; nothing, for who never ordered."""
    return Purchases.objects.filter(pk=contact_id).first() or Purchases(contact_id=contact_id)


def accounts_of(contact_id: UUID) -> ScopedQuerySet[BillingAccount]:
    """What a customer is billed to, whatever its status."""
    return BillingAccount.objects.filter(customer_id=contact_id)


def payment_methods_of(contact_id: UUID) -> ScopedQuerySet[PaymentMethod]:
    """By what a customer pays."""
    return PaymentMethod.objects.filter(customer_id=contact_id)


def accounts_paid_by(*payment_method_ids: UUID) -> ScopedQuerySet[PaymentMethodAccount]:
    """What these ways to pay are for, among their customer's own accounts, by name."""
    paid = PaymentMethodAccount.objects.filter(payment_method_id__in=payment_method_ids)
    return paid.filter(account__customer=F("payment_method__customer")).order_by("account__name", "pk")
