"""A file of leads, as staff bring it in: columns, trying out, watching, the rows that are wrong, and back again."""

import csv
import io
import re
import secrets
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

IMPORTS = "/admin/imports/import/"
ROWS, WRONG_EACH = 5_000, 50
LONG = 90_000


def leads_csv(mark: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["Full name", "Mail", "Telephone", "Firm", "Origin"])
    for number in range(ROWS):
        mail = "nobody" if number % WRONG_EACH == 0 else f"{mark}{number}@example.com"
        writer.writerow([f"Browser {number}", mail, f"+35799{number:06}", "Baker & Co", "website"])
    return text.getvalue().encode()


def press(page: Page, name: str) -> None:
    """By the keyboard, as everything on these pages can be worked."""
    page.locator(".rp-actions").get_by_text(name, exact=True).focus()
    page.keyboard.press("Enter")


def watch(page: Page, state: str) -> None:
    """The page comes to `state` by itself, without being loaded again."""
    page.evaluate("window.stillHere = true")
    expect(page.locator("#rp-import [role=status]")).to_contain_text(state, timeout=LONG)
    assert page.evaluate("window.stillHere") is True, "the whole page was loaded again"


def test_a_file_of_leads_goes_all_the_way_and_back(visitors: Visitors, tmp_path: Path) -> None:
    # Other addresses each time: an attempt that was late leaves its leads behind.
    mark = f"browser-{secrets.token_hex(4)}-"
    page = visitors.staff("rival", "owner")
    page.goto(f"{IMPORTS}add/")
    page.locator("select[name=noun]").select_option("leads")
    page.locator("input[type=file]").set_input_files(
        {"name": "leads.csv", "mimeType": "text/csv", "buffer": leads_csv(mark)}
    )
    page.get_by_role("button", name="Save", exact=True).click()

    page.wait_for_url("**/map/")
    for column, field in enumerate(["name", "email", "phone"]):
        expect(page.locator(f"[name=column_{column}]")).to_have_value(field)
    page.locator("[name=column_3]").select_option("company")
    press(page, "Try out")

    page.wait_for_url(f"**{IMPORTS}*/change/*")
    expect(page.locator("#rp-import [role=status]")).to_contain_text("Being tried out")
    expect(page.get_by_role("progressbar")).to_have_attribute("max", str(ROWS))
    watch(page, "Tried out")
    expect(page.get_by_text("nothing written yet")).to_be_visible()
    counts = page.locator("dl.rp-person")
    expect(counts).to_contain_text(re.compile(r"Created\s*4,?900"))

    with page.expect_navigation():
        press(page, "Start the import")
    watch(page, "Finished")
    expect(counts).to_contain_text(re.compile(r"Skipped or wrong\s*100"))
    first = page.locator(".rp-rows tbody tr").first
    expect(first).to_contain_text("Mail")
    expect(first).to_contain_text("Enter a valid email address.")
    with page.expect_download() as download:
        press(page, "Download these rows")
    download.value.save_as(tmp_path / "errors.csv")
    rows = list(csv.reader((tmp_path / "errors.csv").read_text().splitlines()))
    assert rows[0] == ["Full name", "Mail", "Telephone", "Firm", "Origin", "_error"]
    assert len(rows) == 1 + ROWS // WRONG_EACH
    assert rows[1][-1] == "Mail: Enter a valid email address."

    press(page, "Undo")
    expect(page.get_by_text("Undo leads.csv?")).to_be_visible()
    page.get_by_role("button", name="Yes").press("Enter")
    page.wait_for_url(f"**{IMPORTS}*/change/*")
    watch(page, "Undone")
    expect(counts).to_contain_text(re.compile(r"Taken back\s*4,?900"))
    page.goto(f"/admin/leads/lead/?q={mark}77%40example.com")
    expect(page.locator("#result_list tbody tr")).to_have_count(0)
