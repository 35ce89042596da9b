"""An agent works a lead: the hottest first, why it is hot, a call, a note, what comes next, a sequence, a customer."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitors

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LEADS = "/admin/leads/lead/"
OPEN = f"{LEADS}?status__exact=qualified"


def test_the_hottest_lead_is_worked_until_it_is_a_customer(visitors: Visitors) -> None:
    page = visitors.staff("kaffa", "agent")
    page.goto(LEADS)
    scores = [int(text) for text in page.locator("td.field-shown_score").all_inner_texts()]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) > 5

    # One that an earlier attempt has not converted.
    page.goto(OPEN)
    page.locator("#result_list tbody a").first.click()
    name = page.locator("#id_name").input_value()
    expect(page.get_by_role("heading", name="Why this score")).to_be_visible()
    expect(page.locator("table.rp-changes ins").first).to_be_visible()

    page.get_by_role("link", name="Note a call, e-mail or meeting").click()
    page.get_by_label("Kind").select_option("call")
    page.get_by_label("What was said").fill("They want samples of the dark roast.")
    page.get_by_label("Next action").fill("Bring the samples")
    page.locator("input[name=next_action_date_0]").fill("2030-01-31")
    page.locator("input[name=next_action_date_1]").fill("10:00")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/change/$"))
    expect(page.get_by_text("They want samples of the dark roast.").first).to_be_visible()
    expect(page.get_by_text("Bring the samples").first).to_be_visible()

    page.get_by_role("link", name="Start a sequence").click()
    page.get_by_label("Sequence").select_option(label="Getting to know each other")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/change/$"))
    expect(page.get_by_text("In it").first).to_be_visible()

    page.get_by_role("link", name="Convert into a customer").click()
    page.get_by_role("button", name="Yes").click()
    page.wait_for_url(re.compile(r"/change/$"))
    expect(page.get_by_text("Converted.")).to_be_visible()
    expect(page.get_by_text("converted", exact=False).first).to_be_visible()
    expect(page.locator("dd a.rp-link", has_text=name)).to_be_visible()


def test_a_sequence_is_drafted_previewed_and_published(visitors: Visitors) -> None:
    page = visitors.staff("kaffa", "manager")
    page.goto("/admin/nurturing/sequence/")
    page.get_by_role("link", name="Getting to know each other").click()
    page.get_by_role("link", name="Write the steps").click()
    expect(page.get_by_text("Good to meet you, Ann")).to_be_visible()
    cards = page.locator("fieldset.rp-step")
    blank = cards.filter(has_text="A further step").first
    expect(blank.get_by_label("Task")).to_be_hidden()
    blank.get_by_label("What").select_option("task")
    expect(blank.get_by_label("Task")).to_be_visible()
    expect(blank.get_by_label("Template")).to_be_hidden()
    blank.get_by_label("Task").fill("Close the file")
    blank.get_by_label("After").fill("5")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("The draft is saved.")).to_be_visible()
    expect(page.locator(".rp-story").get_by_text("Close the file")).to_be_visible()
    page.get_by_role("link", name="Publish").click()
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("Published.")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("Version 2|Version 3"))).to_be_visible()
