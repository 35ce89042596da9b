"""Somebody new signs in with what was printed and finds a person among 2,357."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors
from tests.browser.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CUSTOMERS = "/admin/contacts/customer/"
ROWS = "#result_list tbody tr"
# Those of the demo; other tests may have added a few.
LOADED = 2357


def digits(text: str) -> str:
    return text.replace(",", "")


def open_customers(page: Page) -> None:
    page.get_by_role("link", name="Customers").first.click()
    page.wait_for_url(f"**{CUSTOMERS}")


@pytest.mark.parametrize("who", ["admin", "owner", "analyst"])
def test_the_printed_sign_in_works(visitors: Visitors, product: Product, who: str) -> None:
    person = product.demo["admin"] if who == "admin" else product.staff("kaffa", who)
    page = visitors.sign_in(person)
    expect(page).to_have_title(re.compile("Dashboard"))
    expect(page.get_by_label("Organisation and mode").locator("option:checked")).to_have_text("Kaffa Coffee · Live")
    shown = re.search(r"\d+", digits(page.locator(".rp-card").first.inner_text()))
    assert shown
    assert int(shown[0]) >= LOADED
    expect(page.get_by_text(person["email"]).first).to_be_visible()


def test_a_wrong_password_is_told_on_the_page(visitors: Visitors, product: Product) -> None:
    page = visitors.page()
    page.get_by_label("E-mail").fill(product.demo["admin"]["email"])
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Please enter the correct")).to_be_visible()


def test_all_customers_are_listed_page_by_page(visitors: Visitors, product: Product) -> None:
    number = product.customers("kaffa")
    assert number >= LOADED
    page = visitors.staff("kaffa", "agent")
    open_customers(page)
    expect(page.locator(ROWS)).to_have_count(25)
    assert f"{number} customers" in digits(re.sub(r"\s+", " ", page.locator("#main").inner_text()))
    page.goto(f"{CUSTOMERS}?p={-(-number // 25)}")
    expect(page.locator(ROWS)).to_have_count(number % 25 or 25)


def test_customers_are_searched_and_opened(visitors: Visitors) -> None:
    page = visitors.staff("kaffa", "agent")
    open_customers(page)
    page.locator("#searchbar").fill("mull")
    page.keyboard.press("Enter")
    page.wait_for_url("**?q=mull*")
    names = page.locator(f"{ROWS} .field-shown_name").all_inner_texts()
    assert len(names) == 24
    assert {name.split()[-1] for name in names} == {"Müller"}
    page.locator(f"{ROWS} a").first.click()
    page.wait_for_url(f"**{CUSTOMERS}*/change/*")
    expect(page.locator(".rp-person")).to_contain_text(names[0].strip())
    expect(page.locator("input[name=last_name]")).to_have_value("Müller")


def test_the_box_finds_a_person_from_any_page_and_opens_them(visitors: Visitors) -> None:
    page = visitors.staff("kaffa", "analyst")
    page.goto("/admin/tiers/tier/")
    page.get_by_label("Find a person").type("jana mull", delay=20)
    found = page.locator("#search-results a")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("Jana Müller")
    found.click()
    page.wait_for_url(f"**{CUSTOMERS}*/change/")
    expect(page.locator(".rp-person")).to_contain_text("Jana Müller")


def test_the_box_says_when_nobody_is_found(visitors: Visitors) -> None:
    page = visitors.staff("kaffa", "analyst")
    page.get_by_label("Find a person").type("zzzzqq", delay=20)
    expect(page.locator("#search-results")).to_contain_text("Nobody found.")


def test_filters_narrow_the_list(visitors: Visitors) -> None:
    page = visitors.staff("kaffa", "analyst")
    open_customers(page)
    page.get_by_text("Filters").first.click()
    page.get_by_text("Platinum", exact=True).click()
    page.wait_for_url("**tier=platinum*")
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.locator(f"{ROWS} .field-tier")).to_have_text("Platinum")


# Without a mouse


def test_signing_in_needs_no_mouse(visitors: Visitors, product: Product) -> None:
    page, person = visitors.page(), product.staff("kaffa", "agent")
    for _ in range(4):
        if page.evaluate("document.activeElement.name") == "username":
            break
        page.keyboard.press("Tab")
    page.keyboard.type(person["email"])
    page.keyboard.press("Tab")
    page.keyboard.type(person["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{product.base_url}/admin/")
    expect(page).to_have_title(re.compile("Dashboard"))


def test_the_box_is_used_from_the_keyboard(visitors: Visitors) -> None:
    page = visitors.staff("kaffa", "agent")
    page.keyboard.press("t")
    expect(page.get_by_label("Find a person")).to_be_focused()
    page.keyboard.type("jana mull", delay=20)
    expect(page.locator("#search-results a")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    visitors.check()
    page.wait_for_url(f"**{CUSTOMERS}*/change/")
    expect(page.locator(".rp-person")).to_contain_text("Jana Müller")


def test_the_list_is_searched_from_the_keyboard(visitors: Visitors) -> None:
    page = visitors.staff("kaffa", "agent")
    open_customers(page)
    page.keyboard.press("/")
    expect(page.locator("#searchbar")).to_be_focused()
    page.keyboard.type("jana mull")
    page.keyboard.press("Enter")
    page.wait_for_url("**?q=jana+mull*")
    expect(page.locator(ROWS)).to_have_count(1)
    page.locator(f"{ROWS} a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{CUSTOMERS}*/change/*")


def test_the_first_page_draws_its_panels(visitors: Visitors) -> None:
    page = visitors.staff("kaffa", "analyst")
    for title, sentence in (
        ("Leads", "Leads by stage"), ("Orders", "Revenue by month"), ("Customer health", "Customers by health"),
        ("Feedback", "Average rating by month"), ("What comments are about", "How often comments speak of it"),
    ):  # fmt: skip
        panel = page.locator("section.rp-panel", has=page.get_by_role("heading", name=re.compile(f"^{title}")))
        expect(panel.get_by_text(sentence)).to_be_visible()
        drawn = "(canvas) => Chart.getChart(canvas).data.datasets[0].data.some((figure) => figure > 0)"
        assert panel.locator("canvas").evaluate(drawn), title
    visitors.check()
