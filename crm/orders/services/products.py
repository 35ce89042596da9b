from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import now
from crm.kernel.errors import Invalid
from crm.kernel.events import record
from crm.kernel.money import rounded
from crm.kernel.transactions import atomic
from crm.orders.errors import ProductNotFound, SkuTaken
from crm.orders.events import ProductChanged, ProductDefined, ProductDeleted
from crm.orders.models import Product
from crm.organisations.selectors import organisation_of_scope


class ProductValues(TypedDict, total=False):
    """What may be written of a product; a key that is absent leaves its field alone.

    `price` is in the organisation's currency, without tax; `tax_rate` in per cent. `units_in_stock` is what
    somebody has counted.
    """

    name: str
    description: str
    sku: str
    category: str
    price: Decimal
    tax_rate: Decimal
    units_in_stock: int
    status: str


@atomic
def define_product(**values: Unpack[ProductValues]) -> Product:
    """A new product. Raises SkuTaken, Invalid."""
    product = Product(created_at=now(), updated_at=now())
    _write(product, values)
    _save(product, force_insert=True)
    record(ProductDefined(product_id=product.id))
    return product


@atomic
def change_product(*, product_id: UUID, **values: Unpack[ProductValues]) -> Product:
    """Write a product; what is not given stays, and what was ordered before keeps its name and price.

    Raises ProductNotFound, SkuTaken, Invalid.
    """
    product = locked_product(product_id)
    changes = _write(product, values)
    if changes:
        product.updated_at = now()
        _save(product)
        record(ProductChanged(product_id=product.id), changes=changes)
    return product


@atomic
def delete_product(*, product_id: UUID) -> None:
    """The product disappears from every list, its SKU is free again; orders keep it. Raises ProductNotFound."""
    product = locked_product(product_id)
    product.deleted_at = product.updated_at = now()
    product.save(update_fields=["deleted_at", "updated_at"])
    record(ProductDeleted(product_id=product.id))


def locked_product(product_id: UUID) -> Product:
    """A living product under its lock. Raises ProductNotFound."""
    product = Product.objects.for_update().filter(pk=product_id, deleted_at=None).first()
    if product is None:
        raise ProductNotFound
    return product


def _write(product: Product, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    trimmed = {field: value.strip() if isinstance(value, str) else value for field, value in values.items()}
    changes = apply_changes(product, trimmed)
    check_row(product, exclude=("words", "search", "created_at", "updated_at"))
    if "price" in changes and product.price != rounded(product.price, organisation_of_scope().currency):
        raise Invalid(_("The price has more decimals than the currency."), field="price")
    return changes


def _save(product: Product, **options: Any) -> None:
    try:
        with transaction.atomic():
            product.save(**options)
    except IntegrityError as error:
        if "product_sku_once" in str(error):
            raise SkuTaken from None
        raise
