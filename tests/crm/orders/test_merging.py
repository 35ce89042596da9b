"""When people are merged their orders are one person's, and come apart with them."""

from decimal import Decimal
from uuid import UUID

import pytest

from crm.contacts.selectors import merge_by_id
from crm.contacts.services import gather_stragglers, merge_contacts, unmerge
from crm.orders.models import Order
from crm.orders.selectors import orders_of
from tests.builders import a_customer, a_product, an_order
from tests.cast import World
from tests.crm.orders.shop import bought, change

pytestmark = pytest.mark.django_db


def merge(world: World, winner: UUID, *losers: UUID) -> UUID:
    with world.scope():
        merge_id = merge_contacts(winner_id=winner, loser_ids=list(losers)).merge_id
    assert merge_id is not None
    return merge_id


def whose(world: World, contact_id: UUID) -> set[UUID]:
    with world.scope():
        return set(orders_of(contact_id).values_list("pk", flat=True))


def test_the_winner_has_all_orders_and_has_bought_what_all_have(acme: World) -> None:
    anna, anja, other = (a_customer(acme) for _ in range(3))
    mine, theirs, cancelled = an_order(acme, anna), an_order(acme, anja), an_order(acme, anja, status="cancelled")
    an_order(acme, other)
    merge_id = merge(acme, anna, anja)
    assert whose(acme, anna) == {mine, theirs, cancelled}
    assert [bought(acme, one) for one in (anna, anja, other)] == [(2, 40), (0, 0), (1, 20)]
    with acme.scope():
        assert merge_by_id(merge_id).get().moved["orders.Order.customer"] == 2


def test_taken_apart_each_has_their_own_again_whatever_was_ordered_since(acme: World) -> None:
    anna, anja = a_customer(acme), a_customer(acme)
    mine, theirs = an_order(acme, anna), an_order(acme, anja)
    merge_id = merge(acme, anna, anja)
    since = an_order(acme, anna, (a_product(acme, price=Decimal("1.50")), 1))
    with acme.scope():
        report = unmerge(merge_id=merge_id)
    assert report.left == []
    assert (whose(acme, anna), whose(acme, anja)) == ({mine, since}, {theirs})
    assert (bought(acme, anna), bought(acme, anja)) == ((2, Decimal("21.50")), (1, 20))


def test_an_order_that_was_changed_since_stays_with_the_winner_and_counts_there(acme: World) -> None:
    anna, anja = a_customer(acme), a_customer(acme)
    theirs = an_order(acme, anja)
    merge_id = merge(acme, anna, anja)
    change(acme, theirs, status="delivered")
    with acme.scope():
        report = unmerge(merge_id=merge_id)
    assert {"kind": "orders.Order", "id": str(theirs)} in report.left
    assert (bought(acme, anna), bought(acme, anja)) == ((1, 20), (0, 0))


def test_an_order_that_comes_late_to_who_is_gone_follows_and_counts(acme: World) -> None:
    anna, anja = a_customer(acme), a_customer(acme)
    late = an_order(acme, anna)
    merge_id = merge(acme, anna, anja)
    with acme.scope():
        # From a transaction that had begun before the merge, and asked nobody.
        Order.objects.filter(pk=late).update(customer_id=anja)
        assert gather_stragglers(merge_id=merge_id) == 1
    assert (whose(acme, anna), bought(acme, anna)) == ({late}, (1, 20))
