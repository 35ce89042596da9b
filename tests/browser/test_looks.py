"""How the pages hold up: on a telephone, in the dark, and with nothing but our own server to ask."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors
from tests.browser.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TELEPHONE = {"width": 390, "height": 844}
# The contrast that WCAG AA asks of text.
LEAST_CONTRAST = 4.5
CONTRAST = """
(selector) => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = rgba(getComputedStyle(e).backgroundColor);
      if (colour[3] > 200) return colour;
    }
    return [255, 255, 255, 255];
  };
  return [...document.querySelectorAll(selector)].filter((e) => e.offsetParent).map((e) => {
    const [a, b] = [light(rgba(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    return Math.round((a + 0.05) / (b + 0.05) * 10) / 10;
  });
}
"""
OUT_OF_SIGHT = """
() => [...document.querySelectorAll('#main *')].filter((e) => {
  const box = e.getBoundingClientRect();
  return e.offsetParent && box.width > 0 && (box.right > innerWidth + 1 || box.left < -1)
    && !e.closest('#nav-sidebar');
}).map((e) => e.tagName + '.' + e.className).slice(0, 5)
"""


def settled(page: Page, path: str) -> Page:
    """The page, once its scripts have run."""
    page.goto(path)
    page.wait_for_function("!document.querySelector('[x-data]') || window.Alpine?.version")
    return page


def somebody(page: Page) -> str:
    """The address of a person of rival who has a story."""
    settled(page, "/admin/contacts/customer/?q=e&o=0")
    link = page.locator("#result_list tbody tr a").first.get_attribute("href")
    assert link
    return link


def edited(visitors: Visitors) -> str:
    page = visitors.staff("rival", "agent")
    link = somebody(page)
    settled(page, link)
    title = page.locator("input[name=title]")
    title.fill("Dr" if title.input_value() != "Dr" else "Ms")
    with page.expect_navigation():
        page.get_by_role("button", name="Save and continue editing").click()
    return link


@pytest.mark.parametrize("path", ["/admin/", "/admin/contacts/customer/", "person", "/admin/organisations/apikey/add/"])
def test_nothing_runs_over_the_edge_of_a_telephone(visitors: Visitors, path: str) -> None:
    page = visitors.staff("rival", "agent" if path == "person" else "owner", viewport=TELEPHONE)
    settled(page, edited(visitors) if path == "person" else path)
    assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]
    assert page.evaluate(OUT_OF_SIGHT) == []


def test_a_telephone_shows_where_one_is(visitors: Visitors) -> None:
    page = visitors.staff("kaffa", "owner", viewport=TELEPHONE)
    settled(page, "/admin/contacts/customer/")
    expect(page.get_by_text("Customers", exact=True).locator("visible=true").first).to_be_in_viewport()
    switch = page.get_by_label("Organisation and mode")
    text, room = switch.evaluate("""(e) => {
      const canvas = document.createElement('canvas').getContext('2d');
      canvas.font = getComputedStyle(e).font;
      return [canvas.measureText(e.selectedOptions[0].text).width, e.clientWidth - 30];
    }""")
    assert text <= room


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/admin/", "person"])
def test_texts_of_ours_can_be_read(visitors: Visitors, path: str, scheme: str) -> None:
    page = visitors.staff("rival", "owner", color_scheme=scheme)
    settled(page, edited(visitors) if path == "person" else path)
    for selector in (
        ".rp-quiet",
        ".rp-story time",
        ".rp-person dt",
        ".rp-changes del",
        ".rp-changes ins",
        ".rp-button",
    ):
        found = page.evaluate(CONTRAST, selector)
        assert min(found, default=21) >= LEAST_CONTRAST, (selector, min(found))


def test_the_switch_can_be_read_in_the_dark(visitors: Visitors) -> None:
    page = visitors.staff("rival", "owner", color_scheme="dark")
    drawn: Any = page.get_by_label("Organisation and mode").evaluate(
        "(e) => [getComputedStyle(e).colorScheme, getComputedStyle(e.options[0]).backgroundColor]"
    )
    assert "dark" in drawn[0] or not drawn[1].startswith("rgba(0, 0, 0, 0")


@pytest.mark.parametrize("who", ["operator", "owner", "analyst"])
def test_every_page_of_the_menu_opens_without_a_complaint(visitors: Visitors, product: Product, who: str) -> None:
    page = visitors.sign_in(product.demo["admin"]) if who == "operator" else visitors.staff("kaffa", who)
    found = page.locator("#nav-sidebar a[href^='/admin/']").evaluate_all("(all) => all.map((a) => a.pathname)")
    links = [link for link in dict.fromkeys(found) if not link.endswith("/logout/")]
    assert len(links) >= {"operator": 14, "owner": 12, "analyst": 8}[who]
    for link in links:
        settled(page, link)
        row, new = page.locator("#result_list tbody tr a"), page.locator("#main a[href*='/add/']")
        pages = [found.first.get_attribute("href") for found in (row, new) if found.count() and who == "owner"]
        for path in pages:
            settled(page, str(path))
    visitors.check()


@pytest.mark.parametrize("verb", ["delete", "history", "add-identity", "keep-document"])
def test_the_pages_beside_a_person_open_without_a_complaint(visitors: Visitors, verb: str) -> None:
    page = visitors.staff("rival", "owner")
    settled(page, somebody(page).partition("?")[0].replace("/change/", f"/{verb}/"))
    visitors.check()


def test_a_page_that_is_refused_leads_back(visitors: Visitors) -> None:
    page = visitors.staff("kaffa", "analyst")
    visitors.forgive()
    page.goto("/admin/organisations/apikey/")
    assert page.locator("a[href^='/admin/']").count() > 0


def test_a_page_that_is_not_there_tells_nothing_of_the_code(visitors: Visitors) -> None:
    page = visitors.staff("kaffa", "analyst")
    visitors.forgive()
    page.goto("/admin/contacts/customer/00000000-0000-7000-8000-000000000000/history/")
    assert "config.urls" not in page.content()
