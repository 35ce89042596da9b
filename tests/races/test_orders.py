"""Several at the last goods, or at one customer. Each race has a twin without its guard, which must do harm."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError

from crm.contacts.errors import ContactNotFound
from crm.contacts.models import Customer
from crm.contacts.services import merge_contacts
from crm.kernel.retries import in_transaction
from crm.orders.errors import CustomerHasOrders, StockShort, UnknownCustomer
from crm.orders.models import OrderLine, Product, Purchases
from crm.orders.selectors import orders_of
from crm.orders.services import (
    change_order,
    customers,
    place_order,
    placing,
    remove_customer_without_orders,
    stock,
)
from tests.builders import a_customer, a_product, an_order
from tests.cast import Cast, World
from tests.crm.orders.shop import bought, new_number
from tests.crm.orders.shop import stock as in_stock
from tests.races.together import raised, succeeded, together

pytestmark = pytest.mark.xdist_group("races")

CALLERS, ROUNDS, MANY = 8, 5, 50


def placing_one(world: World, customer: UUID, product: UUID) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            return in_transaction(
                lambda: place_order(customer_id=customer, items=[{"product_id": product, "quantity": 1}])
            )

    return work


def buyers(world: World, number: int) -> list[UUID]:
    return [a_customer(world) for _ in range(number)]


# The last goods


def test_fifty_orders_for_the_last_one_are_one_order(committed_cast: Cast) -> None:
    acme, last = committed_cast.acme, a_product(committed_cast.acme, units_in_stock=1)
    outcomes = together(*[placing_one(acme, customer, last) for customer in buyers(acme, MANY)])
    assert (succeeded(outcomes), raised(outcomes, StockShort)) == (1, MANY - 1), outcomes
    assert in_stock(acme, last) == [0]


def unlocked(ids: Any) -> dict[UUID, Product]:
    return {product.pk: product for product in Product.objects.filter(pk__in=set(ids))}


def taken_as_read(units: Any) -> bool:
    """Look, and then write what was seen."""
    products = unlocked(units)
    if any(products[pk].units_in_stock < number for pk, number in units.items()):
        return False
    for pk, number in units.items():
        Product.objects.filter(pk=pk).update(units_in_stock=products[pk].units_in_stock - number)
    return True


def test_without_locks_the_last_one_is_sold_more_than_once(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "locked_products", unlocked)
    monkeypatch.setattr(stock, "take", taken_as_read)
    acme, people = committed_cast.acme, buyers(committed_cast.acme, CALLERS)

    def oversold() -> bool:
        last = a_product(acme, units_in_stock=1)
        return succeeded(together(*[placing_one(acme, customer, last) for customer in people])) > 1

    assert any(oversold() for _ in range(10 * ROUNDS))


def test_the_update_alone_is_a_second_wall(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the locks nobody is sold what is not there, either: the statement takes only what it finds."""
    monkeypatch.setattr(placing, "locked_products", unlocked)
    acme, people = committed_cast.acme, buyers(committed_cast.acme, CALLERS)
    for _ in range(ROUNDS):
        last = a_product(acme, units_in_stock=1)
        assert succeeded(together(*[placing_one(acme, customer, last) for customer in people])) == 1
        assert in_stock(acme, last) == [0]


def test_orders_of_the_same_products_in_any_order_do_not_wait_for_each_other_for_ever(committed_cast: Cast) -> None:
    acme, people = committed_cast.acme, buyers(committed_cast.acme, CALLERS)
    goods = [a_product(acme, units_in_stock=1_000) for _ in range(4)]

    def placing_all(customer: UUID, there: bool) -> Callable[[], Any]:
        items: Any = [{"product_id": product, "quantity": 1} for product in (goods if there else reversed(goods))]

        def work() -> Any:
            with acme.scope():
                return place_order(customer_id=customer, items=items)

        return work

    for _ in range(ROUNDS):
        outcomes = together(*[placing_all(customer, n % 2 == 0) for n, customer in enumerate(people)])
        assert succeeded(outcomes) == CALLERS, outcomes
    assert in_stock(acme, *goods) == [1_000 - CALLERS * ROUNDS] * 4


# What a customer bought in all


def test_orders_of_one_customer_at_once_are_all_counted(committed_cast: Cast) -> None:
    acme, customer = committed_cast.acme, a_customer(committed_cast.acme)
    goods = [a_product(acme) for _ in range(CALLERS)]
    for round_ in range(1, ROUNDS + 1):
        assert succeeded(together(*[placing_one(acme, customer, product) for product in goods])) == CALLERS
        assert bought(acme, customer) == (round_ * CALLERS, round_ * CALLERS * 10)


def test_without_the_customers_lock_some_are_not_counted(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "ordering_customer", lambda contact_id: Customer.objects.get(pk=contact_id))
    # Numbers are given one after the other, which would be a lock, too.
    monkeypatch.setattr(placing, "next_numbers", lambda *_: [new_number()])
    acme = committed_cast.acme
    goods = [a_product(acme) for _ in range(CALLERS)]

    def miscounted() -> bool:
        customer = a_customer(acme)
        made = succeeded(together(*[placing_one(acme, customer, product) for product in goods]))
        return bought(acme, customer)[0] != made

    assert any(miscounted() for _ in range(10 * ROUNDS))


# Customers who go


def removing(world: World, customer: UUID) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            remove_customer_without_orders(contact_id=customer)

    return work


def test_a_customer_is_not_removed_while_they_order(committed_cast: Cast) -> None:
    acme, product = committed_cast.acme, a_product(committed_cast.acme)
    for _ in range(2 * ROUNDS):
        customer = a_customer(acme)
        ordered, removed = together(placing_one(acme, customer, product), removing(acme, customer))
        assert isinstance(ordered, UnknownCustomer) is (removed is None), (ordered, removed)
        assert isinstance(removed, (CustomerHasOrders, type(None)))


def test_without_the_customers_lock_they_are(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customers, "hold_customers", lambda _ids: None)
    monkeypatch.setattr(
        placing, "ordering_customer",
        lambda contact_id: Customer.objects.get(pk=contact_id, deleted_at=None),
    )  # fmt: skip
    acme, product = committed_cast.acme, a_product(committed_cast.acme)

    def orphaned() -> bool:
        customer = a_customer(acme)
        ordered, removed = together(placing_one(acme, customer, product), removing(acme, customer))
        return removed is None and not isinstance(ordered, Exception)

    assert any(orphaned() for _ in range(20 * ROUNDS))


def test_who_is_merged_while_they_order_has_nothing_left_behind(committed_cast: Cast) -> None:
    acme, product = committed_cast.acme, a_product(committed_cast.acme)
    for _ in range(2 * ROUNDS):
        winner, loser = a_customer(acme), a_customer(acme)

        def merging(winner: UUID = winner, loser: UUID = loser) -> Any:
            with acme.scope():
                return merge_contacts(winner_id=winner, loser_ids=[loser])

        outcomes = together(placing_one(acme, loser, product), merging)
        assert not [one for one in outcomes if isinstance(one, (OperationalError, ContactNotFound))], outcomes
        with acme.scope():
            assert not orders_of(loser).exists()
            assert not Purchases.objects.filter(pk=loser).exists()
            kept = orders_of(winner).count()
        assert kept == bought(acme, winner)[0] == (not isinstance(outcomes[0], UnknownCustomer))


def test_an_order_is_changed_by_one_after_the_other(committed_cast: Cast) -> None:
    """Its quantity goes up and down from many sides, and stock agrees with it in the end."""
    acme = committed_cast.acme
    product = a_product(acme, units_in_stock=100)
    order_id = an_order(acme, None, (product, 1))

    def setting(quantity: int) -> Callable[[], Any]:
        def work() -> Any:
            with acme.scope():
                return change_order(order_id=order_id, quantity=quantity)

        return work

    for _ in range(ROUNDS):
        assert succeeded(together(*[setting(n + 1) for n in range(CALLERS)])) == CALLERS
    with acme.scope():
        left = Product.objects.values_list("units_in_stock", flat=True).get(pk=product)
        taken = OrderLine.objects.filter(order_id=order_id).values_list("quantity", flat=True).get()
    assert left + taken == 100
