"""Orders in the back office: found, read, moved on after a question, refunded, placed from a person's page."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.contacts.services import delete_contact
from crm.orders.models import Invoice, Order, OrderStatus
from crm.orders.selectors import orders_of
from tests.backoffice.admin.forms import errors_of, fields_of, send
from tests.backoffice.admin.pages import address
from tests.backoffice.admin.trail import actor_of, last_event, names_of, staff_actor, written
from tests.builders import a_customer, a_product, an_order
from tests.cast import World
from tests.crm.orders.shop import bought, lines, order_of, refund, stock

LIST = address("orders.Order")
pytestmark = pytest.mark.django_db


def page(key: UUID) -> str:
    return address("orders.Order", "change", key)


def deed(key: UUID, name: str) -> str:
    return f"/admin/orders/order/{key}/{name}/"


def found(browser: Client, query: str = "") -> list[UUID]:
    return [order.pk for order in browser.get(f"{LIST}?{query}").context["cl"].result_list]


def test_orders_are_found_by_number_words_status_and_day(acme: World, rival: World) -> None:
    first = an_order(acme, notes="Rush delivery", ordered_at="2026-01-15T00:00:00Z")
    second = an_order(acme, status="shipped", shipping_address="9 Harbour Rd")
    an_order(rival, notes="Rush")
    browser = acme.browser_of("analyst")
    assert found(browser) == [second, first]
    number = order_of(acme, first).number
    assert found(browser, f"q={number.lower()}") == found(browser, "q=deliv") == [first]
    assert found(browser, "q=harbour") == found(browser, "status__exact=shipped") == [second]
    assert found(browser, "ordered_at_from=2026-01-15&ordered_at_to=2026-01-15") == [first]
    assert found(browser, "q=nothing") == []
    assert b"$20.00" in browser.get(LIST).content


def test_an_orders_page_tells_all_of_it(acme: World) -> None:
    customer = a_customer(acme, name="Jane Smith")
    cup = a_product(acme, name="Blue cup", sku="C-1", price=Decimal("12.50"), tax_rate=Decimal(19))
    key = an_order(acme, customer, (cup, 2), status="delivered", discount=Decimal("1.00"))
    made = refund(acme, key, amount=Decimal("5.00"), reason="Came late")
    with acme.scope():
        invoice = Invoice.objects.get()
    told = acme.browser_of("analyst").get(page(key)).content.decode()
    for word in ("Jane Smith", "Blue cup", "C-1", "$25.00", "$1.00", "$4.56", "$28.56", "Delivered", made.number,
                 "Came late", invoice.number, "Order delivered"):  # fmt: skip
        assert word in told, word
    assert "/refund/" not in told
    assert "/refund/" in acme.browser_of("agent").get(page(key)).content.decode()


def test_a_page_costs_the_same_however_long_the_order(acme: World) -> None:
    cup, browser = a_product(acme), acme.browser_of("owner")

    def statements(key: UUID) -> int:
        browser.get(page(key))
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(page(key)).status_code == 200
        return len(captured)

    small = an_order(acme, None, (cup, 1), status="delivered")
    refund(acme, small, amount=Decimal(1))
    large = an_order(acme, None, *[(cup, 1)] * 20, status="delivered")
    for _ in range(5):
        refund(acme, large, amount=Decimal(1))
    assert statements(small) == statements(large) <= 12


@pytest.mark.parametrize(("before", "after"), [("pending", "shipped"), ("processing", "cancelled")])
def test_an_order_moves_on_after_a_question(acme: World, before: str, after: str) -> None:
    key, browser = an_order(acme, status=before), acme.browser_of("agent")
    assert deed(key, f"move/{after}") in browser.get(page(key)).content.decode()
    asked = browser.get(deed(key, f"move/{after}"))
    assert (asked.status_code, order_of(acme, key).status) == (200, before)
    assert browser.post(deed(key, f"move/{after}")).headers["Location"] == page(key)
    assert order_of(acme, key).status == after
    assert actor_of(last_event(acme, "order", key)) == staff_actor(acme, "agent")


def test_a_move_that_there_is_not_is_nowhere(acme: World) -> None:
    key, browser = an_order(acme, status="delivered"), acme.browser_of("owner")
    for status in (*OrderStatus.values, "lost"):
        assert browser.post(deed(key, f"move/{status}")).status_code == 404
    assert order_of(acme, key).status == "delivered"


def test_texts_and_the_day_are_written_and_the_discount_while_it_is_pending(acme: World) -> None:
    key, browser = an_order(acme), acme.browser_of("agent")
    assert send(browser, page(key), notes="Rush", discount="1.50").status_code == 302
    order = order_of(acme, key)
    assert (order.notes, order.total, order.status) == ("Rush", Decimal("18.50"), "pending")
    assert "discount" in errors_of(send(browser, page(key), discount="99"))
    assert browser.post(deed(key, "move/shipped")).status_code == 302
    assert "discount" not in fields_of(browser.get(page(key)), "order_form")
    assert send(browser, page(key), shipping_address="9 Harbour Rd").status_code == 302


def rows(*items: tuple[str, Any]) -> dict[str, Any]:
    return {
        f"items-{number}-{name}": value
        for number, item in enumerate(items)
        for name, value in zip(("product", "quantity"), item, strict=True)
    }


def test_an_order_is_placed_from_a_persons_page(acme: World) -> None:
    customer, browser = a_customer(acme), acme.browser_of("agent")
    cup, beans = a_product(acme, sku="C-1", name="Cup"), a_product(acme, name="House blend", price=Decimal("8.50"))
    place = deed(customer, "place").replace(f"{customer}/place", f"place/{customer}")
    for label in ("contacts.Customer", "contacts.Contact"):
        assert place in browser.get(address(label, "dealings", customer)).content.decode()
    sent = browser.post(place, {**rows(("C-1", 2), ("house", 1)), "discount": "0.50", "notes": "Rush"})
    assert sent.status_code == 302, sent.context["form"].errors
    with acme.scope():
        order = orders_of(customer).get()
    assert (order.total, order.notes, order.status) == (28, "Rush", "pending")
    assert [(line.product_id, line.quantity) for line in lines(acme, order.pk)] == [(cup, 2), (beans, 1)]
    told = browser.get(address("contacts.Customer", "dealings", customer)).content.decode()
    assert (order.number in told, "1 order for $28.00" in told) == (True, True)


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (("mug", 1), "No product for sale is called"), (("blend", 1), "may be one of several"),
        (("C-1", 101), "in stock"), (("C-1", 0), "Row 1"),
        (("C-1", "many"), "Row 1"), (("", 1), "Row 1"), (("OLD", 1), "No product for sale"),
        (("a\0b", 1), "Row 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_ordered_comes_back_on_the_form(acme: World, item: Any, why: str) -> None:
    customer, browser = a_customer(acme), acme.browser_of("agent")
    a_product(acme, sku="C-1", name="Cup")
    for name, more in (("House blend", {}), ("Dark blend", {}), ("Old", {"sku": "OLD", "status": "discontinued"})):
        a_product(acme, name=name, **more)
    before = written()
    refused = browser.post(f"/admin/orders/order/place/{customer}/", rows(item))
    assert (refused.status_code, why in refused.content.decode()) == (200, True), refused.context["form"].errors
    assert written() == before


def test_the_items_of_a_pending_order_are_changed(acme: World) -> None:
    cup, beans = a_product(acme, sku="C-1", units_in_stock=5), a_product(acme, name="Beans", units_in_stock=5)
    key, browser = an_order(acme, None, (cup, 2)), acme.browser_of("agent")
    shown = browser.get(deed(key, "items"))
    assert (b'value="C-1"' in shown.content, b'value="2"' in shown.content) == (True, True)
    assert browser.post(deed(key, "items"), rows(("C-1", 1), ("Beans", 5))).status_code == 302
    assert (stock(acme, cup, beans), order_of(acme, key).total) == ([4, 0], 60)
    assert "in stock" in browser.post(deed(key, "items"), rows(("Beans", 6))).content.decode()
    browser.post(deed(key, "move/shipped"))
    assert browser.get(deed(key, "items")).status_code == 404


def test_money_goes_back_by_item_by_amount_and_all_of_it(acme: World) -> None:
    cup = a_product(acme, name="Cup", units_in_stock=9)
    key, browser = an_order(acme, None, (cup, 4), status="delivered"), acme.browser_of("agent")
    (line,) = lines(acme, key)
    assert "Cup, of 4" in browser.get(deed(key, "refund")).content.decode()
    assert browser.post(deed(key, "refund"), {str(line.pk): 1, "restock": "on", "reason": "Broken"}).status_code == 302
    assert (order_of(acme, key).refunded, stock(acme, cup)) == (10, [6])
    assert browser.post(deed(key, "refund"), {"amount": "4.50"}).status_code == 302
    assert browser.post(deed(key, "refund"), {"everything": "on"}).status_code == 302
    assert order_of(acme, key).refunded == 40
    assert browser.get(deed(key, "refund")).status_code == 404
    assert names_of(acme, "order", key).count("order.refunded") == 3


def test_a_refund_that_says_nothing_or_too_much_comes_back(acme: World) -> None:
    key, browser = an_order(acme, status="delivered"), acme.browser_of("agent")
    (line,) = lines(acme, key)
    before = written()
    for sent, why in (
        ({"reason": ""}, "in one way"), ({"amount": "1", "everything": "on"}, "in one way"),
        ({str(line.pk): 3}, "less than or equal"), ({"amount": "20.01"}, "more than is left"),
        ({"amount": "-1"}, "above 0"), ({"amount": "1", "restock": "on"}, "came back"),
    ):  # fmt: skip
        assert why in browser.post(deed(key, "refund"), sent).content.decode(), sent
    assert written() == before
    assert browser.post(deed(an_order(acme), "refund"), {"everything": "on"}).status_code == 404


def test_an_invoice_is_read_and_issued_where_it_is_missing(acme: World) -> None:
    key, browser = an_order(acme, status="shipped"), acme.browser_of("agent")
    with acme.scope():
        Invoice.objects.all().delete()
    assert browser.get(deed(key, "invoice")).status_code == 404
    assert deed(key, "issue") in browser.get(page(key)).content.decode()
    assert browser.post(deed(key, "issue")).status_code == 302
    with acme.scope():
        number = Invoice.objects.get().number
    shown = acme.browser_of("analyst").get(deed(key, "invoice")).content.decode()
    assert (number in shown, "20.00 USD" in shown) == (True, True)
    told = browser.post(deed(an_order(acme), "issue"), follow=True).content.decode()
    assert "once it is shipped or delivered" in told


def test_who_only_reads_moves_nothing(acme: World) -> None:
    key, pending, browser = an_order(acme, status="delivered"), an_order(acme), acme.browser_of("analyst")
    customer = a_customer(acme)
    before = written()
    for path in (
        deed(pending, "move/shipped"), deed(pending, "items"), deed(key, "refund"), deed(key, "issue"),
        f"/admin/orders/order/place/{customer}/",
    ):  # fmt: skip
        assert browser.post(path, {"everything": "on", **rows(("x", 1))}).status_code == 404, path
    assert written() == before
    assert "Place an order" not in browser.get(address("contacts.Customer", "dealings", customer)).content.decode()


def test_orders_of_another_place_are_nowhere(acme: World, rival: World) -> None:
    foreign, browser = an_order(rival, status="delivered"), acme.browser_of("owner")
    for name in ("move/shipped", "items", "refund", "issue", "invoice"):
        assert browser.get(deed(foreign, name)).status_code == 404
    assert browser.get(f"/admin/orders/order/place/{a_customer(rival)}/").status_code == 404


def test_of_a_deleted_customer_no_name_is_shown(acme: World) -> None:
    customer = a_customer(acme, name="Jane Smith")
    key, browser = an_order(acme, customer), acme.browser_of("owner")
    with acme.scope():
        delete_contact(contact_id=customer)
    for path in (LIST, page(key)):
        told = browser.get(path).content.decode()
        assert ("Jane" in told, "Deleted customer" in told) == (False, True), path


def test_an_order_is_deleted_and_what_it_held_is_back(acme: World) -> None:
    cup, customer = a_product(acme, units_in_stock=5), a_customer(acme)
    key, browser = an_order(acme, customer, (cup, 2)), acme.browser_of("agent")
    assert browser.post(address("orders.Order", "delete", key), {"post": "yes"}).status_code == 302
    assert (found(browser), stock(acme, cup), bought(acme, customer)) == ([], [5], (0, 0))
    with acme.scope():
        assert Order.objects.get(pk=key).deleted_at is not None


def test_without_orders_the_list_says_so(acme: World) -> None:
    assert found(acme.browser_of("owner")) == []
