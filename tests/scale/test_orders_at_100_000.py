"""100,000 orders of 100,000 people: every list by an index, and the nightly check in chunks."""

import random
import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.dev.orders import OrderFilters, OrderViewSet
from crm.contacts.models import Contact
from crm.kernel.bulk import analyse
from crm.kernel.clock import now
from crm.kernel.copying import copy_rows
from crm.kernel.ids import new_id
from crm.orders.models import Order, OrderLine, OrderStatus, Product, Purchases
from crm.orders.services import verify_purchases
from tests.cast import World
from tests.large import Someone
from tests.scale.test_lists_at_100_000_people import Crowd, plan_of, scanned_whole

pytestmark = [pytest.mark.django_db, pytest.mark.large, pytest.mark.xdist_group("scale")]

ORDERS, PRODUCTS = 100_000, 200
STREETS = ("Main St", "Harbour Rd", "Vine Street", "Old Mill Lane", "Quay")


def orders_of(everybody: list[Someone]) -> Iterator[Order]:
    """A few people order often, most once or not at all; one in a thousand is in a hurry."""
    dice, start = random.Random(11), now() - timedelta(days=900)
    for count in range(ORDERS):
        total = Decimal(dice.randrange(100, 50_000)) / 100
        moment = start + timedelta(seconds=dice.randrange(900 * 86_400))
        yield Order(
            number=f"ORD-2026-{count:06d}", customer_id=everybody[int(dice.random() ** 3 * len(everybody))].id,
            status=dice.choices(OrderStatus.values, (2, 2, 3, 90, 3))[0], ordered_at=moment, currency="USD",
            subtotal=total, total=total, created_at=moment, updated_at=moment,
            shipping_address=f"{dice.randrange(999)} {dice.choice(STREETS)}", notes="Rush" if count % 1000 == 0 else "",
        )  # fmt: skip


def products() -> list[Product]:
    return [
        Product(name=f"Product {n}", sku=f"P-{n}", price=Decimal(10), units_in_stock=10, created_at=now(),
                updated_at=now())
        for n in range(PRODUCTS)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def shop(crowd: Crowd, django_db_blocker: Any) -> tuple[World, Order, Product]:
    acme, everybody = crowd
    with django_db_blocker.unblock(), acme.scope():
        sold, orders = products(), list(orders_of(everybody))
        copy_rows(Product, sold)
        copy_rows(Order, orders)
        copy_rows(OrderLine, (
            OrderLine(id=new_id(), order=order, position=0, product=sold[at % PRODUCTS], name="x", quantity=1,
                      unit_price=order.total, total=order.total)
            for at, order in enumerate(orders)
        ))  # fmt: skip
        analyse(Product, Order, OrderLine)
        # Once, now: each test's own end would check them all again.
        connection.check_constraints()
    return acme, orders[-1], sold[7]


# A request for each filter, sort and search of S4's list, and the index that must answer it. A new one fails below.
LISTS: dict[str, tuple[dict[str, str], str]] = {
    "": ({}, "order_latest"),
    "search": ({"search": "rush"}, "order_search"),
    "search by a common word": ({"search": "harbour"}, "order_latest"),
    "status": ({"status": "cancelled"}, "order_by_status|order_latest"),
    "customer_id": ({"customer_id": "{customer}"}, "order_of_customer"),
    "product_id": ({"product_id": "{product}"}, "order_line_of_product"),
    "sort createdAt": ({"sort": "createdAt:asc"}, "order_latest"),
    "sort updatedAt": ({"sort": "updatedAt:desc"}, "order_last_changed"),
    "sort order_date": ({"sort": "order_date:desc"}, "order_by_day"),
    "sort total_amount": ({"sort": "total_amount:desc"}, "order_by_total"),
    "sort status": ({"sort": "status:asc"}, "order_by_status"),
}


@pytest.mark.parametrize(("parameters", "index"), LISTS.values(), ids=LISTS.keys())
def test_every_list_of_orders_uses_its_index(
    shop: tuple[World, Order, Product], parameters: dict[str, str], index: str
) -> None:
    acme, order, product = shop
    asked = {name: value.format(customer=order.customer_id, product=product.pk) for name, value in parameters.items()}
    plan = plan_of(lambda: acme.api.get("/dev/crm/orders", **asked))
    assert re.search(index, plan), plan
    # To see that a word is common, the first two thousand orders with it are read, in whatever order they lie.
    bounded = {"orders_order"} if parameters.get("search") == "harbour" else set()
    assert scanned_whole(plan) <= bounded, plan


def test_no_filter_or_sort_of_orders_lacks_its_line_above() -> None:
    offered = set(OrderFilters.base_filters) | {f"sort {name}" for name in OrderViewSet.sort_fields}
    assert offered <= set(LISTS)


@pytest.mark.parametrize(
    ("query", "index"),
    [("", "order_by_day"), ("?q=ORD-2026-004711", "order_number_once"), ("?q=rush", "order_search"),
     ("?status__exact=pending", "order_by_status|order_by_day")],
)  # fmt: skip
def test_the_back_offices_list_of_orders_uses_its_index(
    shop: tuple[World, Order, Product], query: str, index: str
) -> None:
    browser = shop[0].browser_of("owner")
    browser.get("/admin/orders/order/")
    plan = plan_of(lambda: browser.get(f"/admin/orders/order/{query}"))
    assert re.search(index, plan), plan
    assert scanned_whole(plan) == set(), plan


def test_what_everybody_bought_is_made_and_then_found_right(shop: tuple[World, Order, Product]) -> None:
    """The nightly check on a place where nothing was kept: three statements read a chunk, however many are in it."""
    acme, _order, _product = shop
    place, looked_at, mended = None, 0, 0
    with acme.scope():
        while True:
            checked = verify_purchases(after=place)
            if not checked.number:
                break
            place, looked_at, mended = checked.reached, looked_at + checked.number, mended + checked.mended
        assert looked_at == Contact.objects.count()
        assert mended == Purchases.objects.count() > 20_000
        with CaptureQueriesContext(connection) as captured:
            assert verify_purchases(after=None).mended == 0
        assert len([query for query in captured if query["sql"].startswith("SELECT")]) == 3
