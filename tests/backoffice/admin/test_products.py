"""Products in the back office: the list, the form, the stock."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from crm.orders.models import Product
from crm.orders.services import place_order
from tests.backoffice.admin.forms import errors_of, fields_of, send
from tests.backoffice.admin.pages import address
from tests.backoffice.admin.trail import actor_of, last_event, names_of, row_of, staff_actor
from tests.builders import a_customer, a_product
from tests.cast import World

ADD, LIST = address("orders.Product", "add"), address("orders.Product")
pytestmark = pytest.mark.django_db


def page(key: Any) -> str:
    return address("orders.Product", "change", key)


def names(browser: Client, query: str = "") -> list[str]:
    return [product.name for product in browser.get(f"{LIST}?{query}").context["cl"].result_list]


def test_a_manager_defines_and_changes_a_product(acme: World) -> None:
    browser = acme.browser_of("manager")
    sent = send(browser, ADD, name="Cup", sku="C-1", price="12.50", tax_rate="19", units_in_stock="7")
    assert sent.status_code == 302
    product = row_of(acme, Product, sku="C-1")
    assert (product.price, product.tax_rate, product.units_in_stock) == (Decimal("12.50"), 19, 7)
    assert send(browser, page(product.pk), price="13", status="inactive").status_code == 302
    product = row_of(acme, Product, pk=product.pk)
    assert (product.price, product.status, product.name) == (13, "inactive", "Cup")
    assert names_of(acme, "product", product.pk) == ["product.defined", "product.changed"]
    assert actor_of(last_event(acme, "product", product.pk)) == staff_actor(acme, "manager")


def test_a_fault_comes_back_at_its_field(acme: World) -> None:
    a_product(acme, sku="C-1")
    browser = acme.browser_of("owner")
    good = {"name": "Cup", "price": "1", "tax_rate": "0", "units_in_stock": "1"}
    for field, value in (("price", "-1"), ("price", "1.005"), ("units_in_stock", "-1"), ("sku", "C-1"), ("name", "")):
        assert set(errors_of(send(browser, ADD, **{**good, field: value}))) == {field}


def test_stock_that_was_not_touched_is_not_set_back_by_saving_a_text(acme: World) -> None:
    key, browser = a_product(acme, units_in_stock=5), acme.browser_of("owner")
    shown = {name: values[0] for name, values in fields_of(browser.get(page(key)), "product_form").items()}
    customer = a_customer(acme)
    with acme.scope():
        place_order(customer_id=customer, items=[{"product_id": key, "quantity": 2}])
    assert shown["units_in_stock"] == "5"
    assert browser.post(page(key), {**shown, "description": "New", "_save": "Save"}).status_code == 302
    product = row_of(acme, Product, pk=key)
    assert (product.description, product.units_in_stock) == ("New", 3)
    assert send(browser, page(key), units_in_stock="9").status_code == 302
    assert row_of(acme, Product, pk=key).units_in_stock == 9


def test_products_are_found_and_told_apart(acme: World, rival: World) -> None:
    a_product(acme, name="Espresso", sku="E-1", category="Coffee", description="Dark", price=Decimal("1234.5"))
    a_product(acme, name="Mug", status="inactive", units_in_stock=0)
    a_product(rival, name="Espresso of the others")
    browser = acme.browser_of("analyst")
    assert names(browser) == ["Mug", "Espresso"]
    for query in ("q=espr", "q=e-1", "q=coff", "q=dark", "status__exact=active", "stock=yes"):
        assert names(browser, query) == ["Espresso"], query
    assert names(browser, "stock=no") == names(browser, "status__exact=inactive") == ["Mug"]
    assert names(browser, "stock=perhaps") == ["Mug", "Espresso"]
    assert b"$1,234.50" in browser.get(LIST).content


def test_agents_read_and_do_not_write(acme: World) -> None:
    key, browser = a_product(acme), acme.browser_of("agent")
    assert browser.get(page(key)).status_code == 200
    assert browser.get(ADD).status_code == browser.post(page(key), {"name": "Mine"}).status_code == 403


def test_a_product_is_deleted(acme: World) -> None:
    key, browser = a_product(acme), acme.browser_of("owner")
    assert browser.post(address("orders.Product", "delete", key), {"post": "yes"}).status_code == 302
    assert names(browser) == []
    assert row_of(acme, Product, pk=key).deleted_at is not None
