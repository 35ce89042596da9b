"""A marketer writes a segment in rows, sees who matches while they do, and does as much without scripts."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitors

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ADD = "/admin/insights/segment/add/"


def test_a_segment_is_written_seen_filled_and_frozen(visitors: Visitors) -> None:
    page, name = visitors.staff("kaffa", "manager"), f"Silver {uuid.uuid4().hex[:6]}"
    page.goto(ADD)
    preview = page.locator(".rp-preview")
    expect(preview.locator("strong")).to_contain_text("customers")
    page.locator("#id_name").fill(name)
    page.locator("select[name='rule-0.0-ask']").select_option("field:tier")
    page.locator("select[name='rule-0.0-value']").select_option("silver")
    page.locator("select[name='rule-0.1-ask']").select_option("event:interaction")
    page.locator("select[name='rule-0.1-op']").select_option("did_not")
    page.locator("select[name='rule-0.2-ask']").select_option("field:name")
    expect(preview).to_contain_text("Condition 3: Give a text")
    page.get_by_role("button", name="Remove 3").click()
    expect(page.locator("select[name='rule-0.2-ask']")).to_have_value("")
    expect(preview.locator("li a").first).to_be_visible()
    counted = preview.locator("strong").inner_text().split()[0]
    page.get_by_role("button", name="Save and continue editing").click()
    page.wait_for_url(re.compile(r"/change/$"))
    expect(page.get_by_text("Tier is Silver")).to_be_visible()

    # A worker fills it.
    people = page.locator("dl.rp-person dd a").first
    for _ in range(30):
        page.reload()
        if people.inner_text() == counted != "0":
            break
        page.wait_for_timeout(1_000)
    expect(people).to_have_text(counted)
    people.click()
    expect(page.locator("#result_list tbody tr").first).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Keep who is in it now").click()
    page.locator("#id_name").fill(f"{name}, kept")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("is being taken")).to_be_visible()


def test_without_scripts_the_same_form_is_filled_in_step_by_step(visitors: Visitors) -> None:
    visitors.staff("kaffa", "manager")
    name = f"Blocked {uuid.uuid4().hex[:6]}"
    person = visitors.product.staff("kaffa", "manager")
    cookies = visitors.product.cookies[person["password"]]
    page = visitors.page(storage_state=cookies, java_script_enabled=False)
    page.goto(ADD)
    # The theme hides its pages until its scripts run; what is there is there all the same.
    go_on = page.locator("button[name='rule-press']")
    page.locator("#id_name").evaluate("(box, name) => { box.value = name }", name)
    page.locator("select[name='rule-0.0-ask']").select_option("field:status", force=True)
    with page.expect_navigation():
        go_on.dispatch_event("click")
    page.locator("select[name='rule-0.0-value']").select_option("blocked", force=True)
    with page.expect_navigation():
        page.locator("#segment_form").evaluate("form => form.requestSubmit()")
    written = page.locator("#result_list tbody a", has_text=name).first.get_attribute("href")
    page.goto(str(written))
    assert "Status is Blocked" in page.content()
