"""Invoices: issued once, numbered without gaps, and the same for ever."""

from decimal import Decimal

import pytest
from django.db import transaction

from crm.contacts.services import update_customer
from crm.kernel.clock import now
from crm.orders.errors import NotInvoiceable, OrderNotFound
from crm.orders.models import Invoice
from crm.orders.selectors import invoice_of
from crm.orders.services import change_product, issue_invoice
from crm.organisations.models import Organisation
from tests.builders import a_customer, a_product, an_order
from tests.cast import World
from tests.crm.orders.shop import change, delete
from tests.dialects.traces import latest_events, written

pytestmark = pytest.mark.django_db


def invoice(world: World, order_id: object) -> Invoice:
    with world.scope():
        return invoice_of(order_id).get()  # type: ignore[arg-type]


def number(n: int) -> str:
    return f"INV-{now().year}-{n:06d}"


def test_an_invoice_is_issued_when_the_goods_leave_the_house(acme: World) -> None:
    first, second, third = an_order(acme), an_order(acme), an_order(acme, status="delivered")
    with pytest.raises(Invoice.DoesNotExist):
        invoice(acme, first)
    change(acme, second, status="shipped")
    change(acme, first, status="delivered")
    change(acme, second, status="delivered")
    assert [invoice(acme, order_id).number for order_id in (third, second, first)] == [number(1), number(2), number(3)]


def test_asking_again_gives_the_one_that_there_is(acme: World) -> None:
    order_id = an_order(acme, status="shipped")
    before = written(acme)
    with acme.scope():
        assert issue_invoice(order_id=order_id) == issue_invoice(order_id=order_id) == invoice_of(order_id).get()
    assert written(acme) == before


@pytest.mark.parametrize("status", ["pending", "processing", "cancelled"])
def test_what_has_not_left_has_none(acme: World, status: str) -> None:
    order_id = an_order(acme, status=status)
    with acme.scope(), pytest.raises(NotInvoiceable):
        issue_invoice(order_id=order_id)


def test_an_order_without_one_gets_it_when_asked(acme: World) -> None:
    order_id = an_order(acme, status="delivered")
    with acme.scope():
        Invoice.objects.all().delete()
        assert issue_invoice(order_id=order_id).number == number(2)


def test_an_invoice_says_for_ever_what_it_said(acme: World) -> None:
    product = a_product(acme, name="Espresso", sku="E-1", price=Decimal("12.50"), tax_rate=Decimal("19.5"))
    customer = a_customer(acme, name="Jane Smith", company_name="Tech Corp", email="jane@example.com", tax_id="CY-1",
                          billing_address="123 Main St", payment_terms="Net 30")  # fmt: skip
    order_id = an_order(acme, customer, (product, 2), status="shipped", discount=Decimal("1.00"))
    said = invoice(acme, order_id).snapshot
    order_number, ordered_at = said["order"]["number"], said["order"]["ordered_at"]
    assert said == {
        "seller": {"name": "Acme"},
        "buyer": {"name": "Jane Smith", "company": "Tech Corp", "email": "jane@example.com", "tax_id": "CY-1",
                  "address": "123 Main St", "payment_terms": "Net 30"},
        "order": {"number": order_number, "ordered_at": ordered_at},
        "lines": [{"name": "Espresso", "sku": "E-1", "quantity": 2, "tax_rate": "19.50", "unit_price": "12.50",
                   "discount": "1.00", "tax": "4.68", "total": "28.68"}],
        "subtotal": "25.00", "discount": "1.00", "tax": "4.68", "total": "28.68",
    }  # fmt: skip
    with acme.scope():
        update_customer(contact_id=customer, name="Jane Miller", billing_address="9 Other St")
        change_product(product_id=product, name="Ristretto", price=Decimal(1))
    change(acme, order_id, status="delivered", billing_address="7 Late St")
    Organisation.objects.filter(pk=acme.organisation.pk).update(name="Acme Ltd", currency="EUR")
    assert invoice(acme, order_id).snapshot == said


def test_the_orders_own_address_comes_before_the_customers(acme: World) -> None:
    customer = a_customer(acme, billing_address="123 Main St")
    order_id = an_order(acme, customer, status="shipped", billing_address="7 Own St")
    assert invoice(acme, order_id).snapshot["buyer"]["address"] == "7 Own St"


def test_what_fails_leaves_no_gap(acme: World) -> None:
    an_order(acme, status="shipped")
    with transaction.atomic():
        an_order(acme, status="shipped")
        transaction.set_rollback(True)
    assert invoice(acme, an_order(acme, status="shipped")).number == number(2)
    assert [event.payload["number"] for event in latest_events(acme, "invoice.issued")] == [number(2), number(1)]


def test_each_place_and_each_year_counts_for_itself(acme: World, rival: World, rehearsal: World) -> None:
    for world in (acme, rival, rehearsal):
        assert invoice(world, an_order(world, status="shipped")).number == number(1)
    Organisation.objects.filter(pk=acme.organisation.pk).update(
        test_clock_offset=now().replace(year=now().year + 1) - now()
    )
    later = invoice(rehearsal, an_order(rehearsal, status="shipped")).number
    assert later == number(1).replace(str(now().year), str(now().year + 1))
    assert invoice(acme, an_order(acme, status="shipped")).number == number(2)


def test_invoices_of_others_and_of_deleted_orders_are_not_there(acme: World, rival: World) -> None:
    order_id = an_order(acme, status="shipped")
    with rival.scope():
        with pytest.raises(Invoice.DoesNotExist):
            invoice_of(order_id).get()
        with pytest.raises(OrderNotFound):
            issue_invoice(order_id=order_id)
    delete(acme, order_id)
    with pytest.raises(Invoice.DoesNotExist):
        invoice(acme, order_id)
    with acme.scope():
        assert Invoice.objects.filter(order_id=order_id).exists()
