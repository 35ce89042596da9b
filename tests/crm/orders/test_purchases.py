"""What customers have bought in all is what their orders say; and who has ordered is not deleted over S4."""

from decimal import Decimal
from uuid import UUID

import pytest

from crm.contacts.errors import ContactNotFound
from crm.contacts.selectors import customers
from crm.contacts.services import delete_contact
from crm.kernel.clock import now
from crm.kernel.jobs import carry_on, run_now
from crm.kernel.models import JobRun
from crm.orders.errors import CustomerHasOrders
from crm.orders.models import Order, Purchases
from crm.orders.selectors import purchases_of
from crm.orders.services import purchases as purchases_module
from crm.orders.services import remove_customer_without_orders, verify_purchases
from tests.builders import a_customer, a_product, an_order
from tests.cast import World
from tests.crm.orders.shop import bought, change, delete, refund

pytestmark = pytest.mark.django_db


def test_who_never_ordered_has_bought_nothing(acme: World) -> None:
    customer = a_customer(acme)
    assert bought(acme, customer) == (0, 0)
    with acme.scope():
        assert not Purchases.objects.exists()


def test_all_that_happens_to_orders_is_counted(acme: World) -> None:
    customer, other, beans = a_customer(acme), a_customer(acme), a_product(acme)
    moments = [now().replace(year=now().year - years) for years in (3, 2, 1)]
    first, second, third = (an_order(acme, customer, (beans, n), ordered_at=moments[n - 1]) for n in (1, 2, 3))
    an_order(acme, other, (beans, 9))
    assert bought(acme, customer) == (3, 60)
    with acme.scope():
        assert (purchases_of(customer).first_at, purchases_of(customer).last_at) == (moments[0], moments[2])
    change(acme, first, status="cancelled")
    change(acme, second, status="delivered")
    refund(acme, second, amount=Decimal("7.50"))
    delete(acme, third)
    assert bought(acme, customer) == (1, Decimal("12.50"))
    with acme.scope():
        assert purchases_of(customer).first_at == purchases_of(customer).last_at == moments[1]
    assert bought(acme, other) == (1, 90)


def spoil(world: World, contact_id: UUID, **values: object) -> None:
    with world.scope():
        Purchases.objects.filter(pk=contact_id).update(**values)


def test_the_check_mends_what_is_wrong_and_leaves_the_rest(acme: World, rival: World) -> None:
    wrong, right, missing, idle = (a_customer(acme) for _ in range(4))
    for customer in (wrong, right, missing):
        an_order(acme, customer)
    foreign = a_customer(rival)
    an_order(rival, foreign)
    for world, customer in ((acme, wrong), (rival, foreign)):
        spoil(world, customer, spent=Decimal(1), number=7)
    with acme.scope():
        Purchases.objects.filter(pk=missing).delete()
        Purchases.objects.create(contact_id=idle, number=3, first_at=now(), last_at=now())
        checked = verify_purchases(after=None)
        assert (checked.number, checked.mended) == (4, 3)
        assert verify_purchases(after=None).mended == 0
        assert verify_purchases(after=checked.reached) == (None, 0, 0)
    assert [bought(acme, customer) for customer in (wrong, right, missing, idle)] == [(1, 20)] * 3 + [(0, 0)]
    assert bought(rival, foreign) == (7, 1)


def test_the_nightly_job_goes_through_every_place_in_chunks(
    acme: World, rival: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purchases_module, "CHUNK", 2)
    spoilt = []
    for world in (acme, rival):
        for _ in range(5):
            customer = a_customer(world)
            an_order(world, customer)
            spoil(world, customer, number=9)
            spoilt.append((world, customer))
    run = run_now("verify_purchases")
    assert carry_on(run.pk)
    assert {bought(world, customer) for world, customer in spoilt} == {(1, Decimal(20))}
    run = JobRun.objects.get(pk=run.pk)
    assert (run.done, run.outcome) == (10, {"mended": 10})


def test_who_has_ordered_stays_where_s4_deletes(acme: World) -> None:
    customer, idle = a_customer(acme), a_customer(acme)
    order_id = an_order(acme, customer, status="cancelled")
    with acme.scope():
        with pytest.raises(CustomerHasOrders):
            remove_customer_without_orders(contact_id=customer)
        remove_customer_without_orders(contact_id=idle)
        assert list(customers().values_list("pk", flat=True)) == [customer]
    delete(acme, order_id)
    with acme.scope():
        remove_customer_without_orders(contact_id=customer)
        with pytest.raises(ContactNotFound):
            remove_customer_without_orders(contact_id=customer)


def test_s0_deletes_whoever_it_is_and_the_orders_stay(acme: World) -> None:
    customer = a_customer(acme)
    an_order(acme, customer)
    with acme.scope():
        delete_contact(contact_id=customer)
        assert Order.objects.filter(customer_id=customer, deleted_at=None).exists()
