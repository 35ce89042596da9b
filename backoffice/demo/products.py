"""The products of each mode: one that scripts may order, and in kaffa's live mode those of a coffee shop."""

from decimal import Decimal

from backoffice.demo.cast import DemoOrganisation
from crm.kernel.tenancy import Mode
from crm.orders.models import Product
from crm.orders.selectors import products
from crm.orders.services import define_product

# Name, SKU, category, price, in stock, description.
_BLEND = ("House blend, 250 g", "BEANS-250", "Coffee", "8.50", 1_000, "Nuts and cocoa; for every machine.")
_OF_A_COFFEE_SHOP = (
    _BLEND,
    ("House blend, 1 kg", "BEANS-1000", "Coffee", "29.00", 320, "The same, for offices."),
    ("Yirgacheffe, 250 g", "YIRGA-250", "Coffee", "13.90", 45, "Bergamot and peach, roasted light."),
    ("Decaf, 250 g", "DECAF-250", "Coffee", "9.20", 0, "Without caffeine, by water alone."),
    ("Enamel cup", "CUP-1", "Things", "12.00", 150, "White with a blue rim."),
    ("Filter papers, 100", "FILTER-100", "Things", "4.80", 800, "Unbleached, size 2."),
)


def demo_product() -> Product | None:
    """The one whose id the demo tells: the first that was ever made in the open scope and is still there."""
    return products().order_by("created_at", "pk").first()


def ensure_products(cast: DemoOrganisation, mode: str) -> None:
    is_shop = cast.slug == "kaffa" and mode == Mode.LIVE
    for name, sku, category, price, units, description in _OF_A_COFFEE_SHOP if is_shop else (_BLEND,):
        if not Product.objects.filter(sku=sku).exists():
            define_product(
                name=name, sku=sku, category=category, price=Decimal(price), units_in_stock=units,
                description=description,
            )  # fmt: skip
