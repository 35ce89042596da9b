"""What staff do all day: change a person, rehearse in test mode, give a machine a key."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors
from tests.browser.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CUSTOMERS, KEYS = "/admin/contacts/customer/", "/admin/organisations/apikey/"
SECRET = re.compile(r"sk_live_[a-z0-9]{8}_[A-Za-z0-9_-]{43}")


def open_somebody(page: Page, number: int) -> str:
    """The page of one of the twenty people of rival; their address."""
    page.goto(CUSTOMERS)
    page.locator("#result_list tbody tr a").nth(number).click()
    page.wait_for_url(f"**{CUSTOMERS}*/change/*")
    return page.url


def save(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Save and continue editing").click()


def test_a_change_shows_in_the_story_with_the_name_of_who_made_it(visitors: Visitors) -> None:
    page = visitors.staff("rival", "agent")
    open_somebody(page, 0)
    former = page.locator("input[name=last_name]").input_value()
    page.locator("input[name=last_name]").fill("Quillfeather")
    save(page)
    expect(page.locator(".rp-person")).to_contain_text("Quillfeather")
    latest = page.locator(".rp-story li").first
    expect(latest).to_contain_text("Changed")
    expect(latest).to_contain_text("Yuki Sato")
    expect(latest.locator("del", has_text=former).last).to_be_visible()
    expect(latest.locator("ins", has_text="Quillfeather").last).to_be_visible()


def test_a_complaint_stands_at_its_field_and_on_its_tab(visitors: Visitors) -> None:
    page = visitors.staff("rival", "agent")
    open_somebody(page, 1)
    taken = page.locator("input[name=email]").input_value()
    open_somebody(page, 2)
    page.locator("input[name=email]").fill(taken)
    save(page)
    expect(page.get_by_text("Another person has this email address.")).to_be_visible()
    expect(page.locator("input[name=email]")).to_have_value(taken)


def test_a_tier_is_set_by_hand(visitors: Visitors) -> None:
    page = visitors.staff("rival", "manager")
    open_somebody(page, 3)
    page.get_by_text("Tier", exact=True).nth(1).click()
    page.locator("select[name=tier]").select_option(label="Gold")
    page.locator("input[name=tier_reason]").fill("bought the whole shelf")
    save(page)
    expect(page.locator(".rp-person")).to_contain_text("Gold · locked")
    expect(page.locator(".rp-story li").first).to_contain_text("Tier changed")


def test_deleting_asks_first(visitors: Visitors) -> None:
    page = visitors.staff("rival", "owner")
    page.goto(f"{CUSTOMERS}add/")
    page.locator("input[name=first_name]").fill("Ephemera")
    page.locator("input[name=email]").fill("ephemera@example.com")
    save(page)
    page.get_by_text("Delete customer").first.click()
    page.wait_for_url("**/delete/*")
    expect(page.get_by_text("Are you sure")).to_be_visible()
    page.locator("form input[type=submit], form button[type=submit]").last.click()
    page.wait_for_url(f"**{CUSTOMERS}")
    page.goto(f"{CUSTOMERS}?q=ephemera")
    expect(page.get_by_text("No results found")).to_be_visible()
    visitors.check()


def test_test_mode_is_loud_and_holds_one_member_only(visitors: Visitors, product: Product) -> None:
    page = visitors.sign_in(product.staff("kaffa", "owner"))
    live = brand(page)
    expect(page.locator(".rp-test-banner")).to_have_count(0)
    page.get_by_label("Organisation and mode").select_option(label="Kaffa Coffee · Test")
    banner = page.locator(".rp-test-banner")
    expect(banner).to_be_visible()
    expect(banner).to_contain_text("TEST MODE of Kaffa Coffee")
    box = banner.bounding_box()
    assert box is not None
    assert box["y"] == 0
    assert box["width"] > 1000
    assert brand(page) != live
    page.get_by_role("link", name="Customers").first.click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    member = product.organisation("kaffa")["test"]["member"]
    expect(page.get_by_text(member["email"])).to_be_visible()
    page.goto("/admin/messaging/suppression/?q=nobody")
    expect(page.get_by_text("No results found")).to_be_visible()
    page.get_by_label("Organisation and mode").select_option(label="Kaffa Coffee · Live")
    expect(banner).to_have_count(0)
    assert brand(page) == live


def brand(page: Page) -> str:
    """The colour of everything that is meant to be pressed."""
    expect(page.get_by_label("Organisation and mode")).to_be_visible()
    page.wait_for_load_state()
    colour: str = page.locator("html").evaluate("(e) => getComputedStyle(e).getPropertyValue('--color-primary-600')")
    return colour.strip()


def test_a_key_is_copied_from_the_page_works_and_is_revoked(visitors: Visitors, product: Product) -> None:
    page = visitors.staff("kaffa", "owner", permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{KEYS}add/")
    page.locator("input[name=name]").fill("Till in Nicosia")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    key = str(page.evaluate("navigator.clipboard.readText()"))
    assert SECRET.fullmatch(key)
    expect(page.locator("#rp-secret")).to_have_text(key)
    assert product.status_with(key) == 200
    page.get_by_role("link", name="Done").click()
    page.wait_for_url(f"**{KEYS}*/change/")
    assert key not in page.content()
    page.get_by_role("link", name="Revoke").click()
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("This key is revoked")).to_be_visible()
    assert product.status_with(key) == 401


def test_a_rotated_key_gives_another_text_and_works_on(visitors: Visitors, product: Product) -> None:
    page = visitors.staff("rival", "owner")
    page.goto(f"{KEYS}add/")
    page.locator("input[name=name]").fill("Kiosk")
    page.get_by_role("button", name="Save", exact=True).click()
    first = page.locator("#rp-secret").inner_text().strip()
    page.get_by_role("link", name="Done").click()
    page.get_by_role("link", name="Rotate").click()
    page.get_by_role("button", name="Yes").click()
    second = page.locator("#rp-secret").inner_text().strip()
    assert first != second
    assert (product.status_with(first), product.status_with(second)) == (200, 200)


def test_the_operator_runs_a_job_and_sees_it_done(visitors: Visitors, product: Product) -> None:
    page = visitors.sign_in(product.demo["admin"])
    page.goto("/admin/kernel/jobrun/")
    page.get_by_label("Job", exact=True).select_option("verify_tallies")
    page.get_by_role("button", name="Run now").click()
    expect(page.get_by_text("it starts within seconds")).to_be_visible()
    run = page.locator("#result_list tbody tr", has_text="verify_tallies").first
    for _ in range(60):
        page.goto("/admin/kernel/jobrun/")
        if "DONE" in run.inner_text().upper():
            break
        page.wait_for_timeout(500)
    expect(run).to_contain_text("6 / 6")
