"""Leads in the back office."""

import pytest

from crm.leads.selectors import one_lead
from crm.organisations.services import define_custom_field
from tests.backoffice.admin.forms import send
from tests.backoffice.admin.pages import address
from tests.builders import a_lead
from tests.cast import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["analyst", "agent"])
def test_who_may_only_read_a_lead_sees_its_custom_fields_like_everybody(acme: World, role: str) -> None:
    with acme.scope():
        define_custom_field(key="hat", label="Size of hat", kind="text")
    lead = a_lead(acme, custom_fields={"hat": "Extra large"})
    page = acme.browser_of(role).get(address("leads.Lead", "change", lead)).content.decode()
    assert ("Size of hat" in page, "Extra large" in page) == (True, True)


def test_a_custom_field_of_a_lead_is_written(acme: World) -> None:
    with acme.scope():
        define_custom_field(key="hat", label="Size of hat", kind="text")
    lead = a_lead(acme)
    assert send(acme.browser_of("agent"), address("leads.Lead", "change", lead), custom__hat="M").status_code == 302
    with acme.scope():
        assert one_lead(lead).custom_fields == {"hat": "M"}


def test_what_was_said_is_noted_and_a_fault_comes_back_at_its_field(acme: World) -> None:
    lead = a_lead(acme)
    path, browser = f"/admin/leads/lead/{lead}/interaction/", acme.browser_of("agent")
    refused = browser.post(path, {"type": "call", "next_action": "x" * 201})
    assert (refused.status_code, "next_action" in refused.context["form"].errors) == (200, True)
    assert browser.post(path, {"type": "call", "notes": "Wants a tasting"}).status_code == 302
    with acme.scope():
        assert one_lead(lead).interactions.get().notes == "Wants a tasting"
    assert acme.browser_of("analyst").post(path, {"type": "call"}).status_code == 404


def test_a_lead_is_converted_after_a_question_and_a_lost_one_is_told(acme: World) -> None:
    browser, lead, lost = acme.browser_of("agent"), a_lead(acme), a_lead(acme, status="lost")
    path = f"/admin/leads/lead/{lead}/convert/"
    assert browser.get(path).status_code == 200
    with acme.scope():
        assert not one_lead(lead).is_converted
    assert browser.post(path).status_code == 302
    told = browser.post(f"/admin/leads/lead/{lost}/convert/", follow=True).content.decode()
    assert "A lost lead cannot be converted" in told
    with acme.scope():
        assert (one_lead(lead).is_converted, one_lead(lost).is_converted) == (True, False)
