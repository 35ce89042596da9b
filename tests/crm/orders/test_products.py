"""Products are defined, changed and deleted."""

from decimal import Decimal
from typing import Any

import pytest

from crm.kernel.errors import Invalid
from crm.kernel.lookups import found_by
from crm.orders.errors import ProductNotFound, SkuTaken
from crm.orders.models import Product
from crm.orders.selectors import products
from crm.orders.services import change_product, define_product, delete_product
from crm.organisations.models import Organisation
from tests.builders import a_product, an_order
from tests.cast import World
from tests.crm.orders.shop import lines
from tests.dialects.traces import latest_events, written

pytestmark = pytest.mark.django_db


def product_of(world: World, product_id: Any) -> Product:
    with world.scope():
        return Product.objects.get(pk=product_id)


def test_a_product_begins_active_and_untaxed(acme: World) -> None:
    product = product_of(acme, a_product(acme, name="  Espresso ", sku=" E-1 "))
    assert (product.name, product.sku, product.status, product.tax_rate) == ("Espresso", "E-1", "active", 0)
    assert latest_events(acme, "product.defined")[0].payload == {"product_id": str(product.pk)}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"), ({"name": "x" * 201}, "name"), ({"name": "a\0b"}, "name"), ({"name": "a\nb"}, "name"),
        ({"price": Decimal(-1)}, "price"), ({"price": Decimal("1.005")}, "price"),
        ({"price": Decimal(10**9 + 1)}, "price"),
        ({"price": None}, "price"), ({"tax_rate": Decimal(101)}, "tax_rate"), ({"tax_rate": Decimal(-1)}, "tax_rate"),
        ({"units_in_stock": -1}, "units_in_stock"), ({"units_in_stock": 10**9 + 1}, "units_in_stock"),
        ({"units_in_stock": None}, "units_in_stock"), ({"status": "sold"}, "status"), ({"sku": "x" * 65}, "sku"),
        ({"category": "x" * 101}, "category"), ({"description": "x" * 10_001}, "description"),
        ({"description": "a\0b"}, "description"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_written(acme: World, values: Any, field: str) -> None:
    product_id, before = a_product(acme), written(acme)
    with acme.scope():
        for write in (
            lambda: define_product(**{"name": "Cup", "price": Decimal(1), "units_in_stock": 1, **values}),
            lambda: change_product(product_id=product_id, **values),
        ):
            with pytest.raises(Invalid) as refused:
                write()
            assert {complaint.field for complaint in refused.value.complaints} == {field}
    assert written(acme) == before


def test_a_price_has_the_decimals_of_the_organisations_currency(acme: World) -> None:
    Organisation.objects.filter(pk=acme.organisation.pk).update(currency="JPY")
    assert product_of(acme, a_product(acme, price=Decimal(150))).price == 150
    with pytest.raises(Invalid):
        a_product(acme, price=Decimal("150.5"))


def test_a_sku_belongs_to_one_living_product_of_a_place(acme: World, rival: World, rehearsal: World) -> None:
    first, *_without = a_product(acme, sku="E-1"), a_product(acme, sku=""), a_product(acme, sku="")
    for world in (rival, rehearsal):
        a_product(world, sku="E-1")
    with pytest.raises(SkuTaken):
        a_product(acme, sku="E-1")
    other = a_product(acme, sku="E-2")
    with acme.scope():
        with pytest.raises(SkuTaken):
            change_product(product_id=other, sku="E-1")
        delete_product(product_id=first)
        change_product(product_id=other, sku="E-1")


def test_what_is_not_given_stays_and_a_change_that_changes_nothing_leaves_no_trace(acme: World) -> None:
    product_id = a_product(acme, name="Cup", sku="C-1", description="Blue")
    with acme.scope():
        change_product(product_id=product_id, price=Decimal(12), units_in_stock=3)
    product = product_of(acme, product_id)
    assert (product.price, product.units_in_stock, product.sku, product.description) == (12, 3, "C-1", "Blue")
    assert set(latest_events(acme, "product.changed")[0].changes) == {"price", "units_in_stock"}
    before = written(acme)
    with acme.scope():
        change_product(product_id=product_id, price=Decimal("12.00"), name="Cup")
    assert written(acme) == before


def test_a_deleted_product_is_gone_and_stays_in_orders(acme: World) -> None:
    product_id = a_product(acme, name="Cup")
    order_id = an_order(acme, None, (product_id, 1))
    with acme.scope():
        delete_product(product_id=product_id)
        assert not products().exists()
        with pytest.raises(ProductNotFound):
            change_product(product_id=product_id, name="Mug")
        with pytest.raises(ProductNotFound):
            delete_product(product_id=product_id)
    assert lines(acme, order_id)[0].name == "Cup"


def test_products_of_another_place_are_not_there(acme: World, rival: World, rehearsal: World) -> None:
    foreign = a_product(rival)
    for world in (acme, rehearsal):
        with world.scope(), pytest.raises(ProductNotFound):
            change_product(product_id=foreign, name="Mine")


@pytest.mark.parametrize("search", ["espr", "ROAST", "e-1", "coff", "dark espresso"])
def test_products_are_found_by_word_prefixes(acme: World, rival: World, search: str) -> None:
    for world in (acme, rival):
        a_product(world, name="Espresso", sku="E-1", category="Coffee", description="A dark roast")
        a_product(world, name="Cup")
    with acme.scope():
        assert [product.name for product in found_by(products(), search)] == ["Espresso"]
