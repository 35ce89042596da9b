"""Orders and refunds stand in a person's timeline, for those who may read orders."""

from datetime import timedelta
from decimal import Decimal

import pytest

from crm.contacts.timeline import timeline_of
from crm.kernel.clock import now
from tests.builders import a_customer, a_product, an_order
from tests.cast import World
from tests.crm.acting import as_key, as_staff
from tests.crm.orders.shop import delete, order_of, refund

pytestmark = pytest.mark.django_db


def test_orders_and_refunds_are_told_latest_first(acme: World) -> None:
    customer = a_customer(acme)
    first = an_order(acme, customer, status="delivered", ordered_at=now() - timedelta(days=2))
    delete(acme, an_order(acme, customer))
    an_order(acme)
    made = refund(acme, first, amount=Decimal("7.50"), reason="Came late")
    number = order_of(acme, first).number
    with as_staff(acme, "analyst"):
        entries = [entry for entry in timeline_of(customer) if entry.record and entry.record[0] == "orders.Order"]
    assert [(str(entry.title), entry.text) for entry in entries] == [
        (f"Refund {made.number} of order {number}", "$7.50: Came late"), (f"Order {number}, Delivered", "$20.00"),
    ]  # fmt: skip
    assert [entry.key for entry in entries] == [f"refund:{made.pk}", f"order:{first}"]
    assert (entries[0].actor, entries[1].record) == (("job", "test"), ("orders.Order", str(first)))


def test_pages_tile_the_whole_even_where_all_happened_at_once(acme: World) -> None:
    customer, beans, moment = a_customer(acme), a_product(acme), now()
    for _ in range(4):
        order = an_order(acme, customer, (beans, 2), status="delivered", ordered_at=moment)
        refund(acme, order, amount=Decimal(1))
    with acme.scope():
        whole = [entry.key for entry in timeline_of(customer, limit=50)]
        for size in (1, 3):
            keys, place = list[str](), None
            while page := timeline_of(customer, before=place, limit=size):
                keys += [entry.key for entry in page]
                place = page[-1].place
            assert keys == whole
    assert len([key for key in whole if key.startswith(("order:", "refund:"))]) == 8


def test_who_may_not_read_orders_does_not_see_them(acme: World, rival: World) -> None:
    customer = a_customer(acme)
    an_order(acme, customer)
    with as_key(acme, "auth:members:read"):
        assert not [entry for entry in timeline_of(customer) if entry.key.startswith("order:")]
    with as_key(acme, "auth:members:read", "crm:orders:read"):
        assert [entry for entry in timeline_of(customer) if entry.key.startswith("order:")]
    with rival.scope():
        assert timeline_of(customer) == []
