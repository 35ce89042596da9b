from decimal import Decimal
from typing import Any

from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
)
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.contacts.models.contact import no_control_characters
from crm.kernel.ids import new_id
from crm.kernel.money import MoneyField
from crm.kernel.search import SearchWordsField, Words, search_column, search_index
from crm.kernel.tenancy import TenantModel

LONGEST_DESCRIPTION = 10_000
LARGEST_STOCK = 1_000_000_000
LARGEST_PRICE = Decimal(1_000_000_000)


class ProductStatus(models.TextChoices):
    """Only what is active can be ordered; what was ordered before stays so."""

    ACTIVE = "active", _("Active")
    INACTIVE = "inactive", _("Inactive")
    DISCONTINUED = "discontinued", _("Discontinued")


def _between(least: Any, most: Any) -> list[Any]:
    return [MinValueValidator(least), MaxValueValidator(most)]


class Product(TenantModel):
    """What is sold. `price` is in the organisation's currency and without tax; `tax_rate` is in per cent.

    `units_in_stock` is changed by orders under the product's lock (services/stock.py), and set by whoever counts.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=200, validators=[no_control_characters])
    description = models.TextField(
        _("description"), blank=True,
        validators=[MaxLengthValidator(LONGEST_DESCRIPTION), ProhibitNullCharactersValidator()],
    )  # fmt: skip
    sku = models.CharField(_("SKU"), max_length=64, blank=True, validators=[no_control_characters])
    category = models.CharField(_("category"), max_length=100, blank=True, validators=[no_control_characters])
    price = MoneyField(_("price"), validators=_between(Decimal(0), LARGEST_PRICE))
    tax_rate = models.DecimalField(
        _("tax in per cent"), max_digits=5, decimal_places=2, default=Decimal(0),
        validators=_between(Decimal(0), Decimal(100)),
    )  # fmt: skip
    units_in_stock = models.PositiveBigIntegerField(_("in stock"), validators=_between(0, LARGEST_STOCK))
    status = models.CharField(_("status"), max_length=12, choices=ProductStatus.choices, default=ProductStatus.ACTIVE)
    created_at = models.DateTimeField(_("created"), editable=False)
    updated_at = models.DateTimeField(_("changed"), editable=False)
    deleted_at = models.DateTimeField(_("deleted"), null=True, editable=False)

    words = SearchWordsField()
    search = search_column()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mode", "sku"],
                condition=Q(deleted_at=None) & ~Q(sku=""),
                name="product_sku_once",
            ),
            models.CheckConstraint(condition=Q(units_in_stock__gte=0), name="product_stock_not_negative"),
            models.CheckConstraint(condition=Q(price__gte=0), name="product_price_not_negative"),
        ]
        indexes = [
            models.Index(fields=["organisation", "mode", "-created_at", "-id"], name="product_latest",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "-updated_at", "-id"], name="product_last_changed",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "name", "id"], name="product_by_name",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "price", "id"], name="product_by_price",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "status", "-created_at", "-id"], name="product_by_status",
                         condition=Q(deleted_at=None)),
            models.Index(fields=["organisation", "mode", "category", "-created_at", "-id"],
                         name="product_by_category", condition=Q(deleted_at=None)),
            search_index("product_search"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def is_for_sale(self) -> bool:
        return self.deleted_at is None and self.status == ProductStatus.ACTIVE

    def search_words(self, words: Words) -> None:
        """What a product is found by: name, description, SKU and category (s4 §4)."""
        words.text(self.name, self.description, self.sku, self.category)
