"""An agent writes down what a customer orders, sends it off, and gives some of the money back."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitors

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_an_order_is_placed_shipped_and_partly_refunded(visitors: Visitors) -> None:
    page = visitors.staff("kaffa", "agent")
    page.goto("/admin/contacts/customer/")
    page.locator("#result_list tbody a").first.click()
    page.get_by_role("link", name="Place an order").click()
    page.get_by_label("Product, row 1").fill("BEANS-250")
    page.get_by_label("Quantity, row 1").fill("3")
    page.get_by_label("Product, row 2").fill("blend")
    page.get_by_label("Quantity, row 2").fill("1")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("may be one of several: House blend, 1 kg, House blend, 250 g.")).to_be_visible()
    page.get_by_label("Product, row 2").fill("enamel cup")
    page.get_by_label("Discount").fill("1.50")
    page.get_by_role("button", name="Save").click()
    placed = page.get_by_text(re.compile(r"ORD-\d{4}-\d{6} is placed\."))
    expect(placed).to_be_visible()
    number = placed.inner_text().split()[0]

    page.get_by_role("link", name=number, exact=True).click()
    expect(page.locator(".rp-amounts tfoot")).to_contain_text("$36.00")
    page.get_by_role("link", name="Mark as shipped").click()
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_role("link", name=re.compile(r"INV-\d{4}-\d{6}"))).to_be_visible()

    page.get_by_role("link", name="Refund").click()
    page.get_by_label("House blend, 250 g, of 3").fill("1")
    page.get_by_label("Why").fill("One bag was torn")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("One bag was torn")).to_be_visible()
    expect(page.locator("dl.rp-person")).to_contain_text("$8.16")
    page.get_by_role("link", name=re.compile("INV-")).click()
    expect(page.get_by_text("36.00 USD")).to_be_visible()

    page.goto(f"/admin/orders/order/?q={number}")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
