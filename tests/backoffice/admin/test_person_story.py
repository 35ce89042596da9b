"""What happened with a person, in the back office: the timeline, what was said, what comes next, and "my day"."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from crm.contacts.models import CustomerInteraction
from crm.contacts.services import create_contact
from crm.kernel.clock import now
from crm.leads.models import FollowUp
from crm.leads.services import convert_lead, process_follow_ups
from crm.messaging.recipients import Recipient
from tests.backoffice.admin.forms import send
from tests.backoffice.admin.pages import address, browser_of
from tests.backoffice.admin.test_person_page import page_of, story_of, text_of
from tests.builders import a_customer, a_lead, an_interaction, an_interaction_with
from tests.cast import Cast, World
from tests.crm.messaging.letters import a_message, a_template

NOTED = {
    "type": "call", "subject": "Wants a tasting", "happened_at_0": "2024-01-15", "happened_at_1": "10:00",
    "description": "Three roasts", "outcome": "positive", "next_action": "Send offer", "next_action_date_0": "",
    "next_action_date_1": "",
}  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(acme: World) -> UUID:
    return a_customer(acme, name="Ann Lee", email="ann@example.com")


def do(key: Any, deed: str, page: str = "customer") -> str:
    return f"/admin/contacts/{page}/{key}/{deed}/"


# The timeline


def test_the_story_tells_of_everything_with_links(acme: World, ann: UUID) -> None:
    a_template(acme)
    a_message(acme, recipient=Recipient(email="ann@example.com", contact_id=ann, name="Ann Lee"))
    lead_id = a_lead(acme, email="ann@example.com", name="Ann of Lee & Co")
    an_interaction(acme, lead_id, notes="Wants <b>samples</b>")
    with acme.scope():
        convert_lead(lead_id=lead_id)
    answer = story_of(acme.browser_of("owner"), ann)
    text, page = text_of(answer), answer.content.decode()
    for words in ("Lead converted", "Lead captured", "E-mail: Hello Ann", "Became a customer", "Known since",
                  "Interactions of a lead carried over", "Wants &lt;b&gt;samples&lt;/b&gt;"):  # fmt: skip
        assert words in text
    assert f'href="{address("leads.Lead", "change", lead_id)}"' in page


def test_the_page_loads_the_story_and_offers_it_without_a_script(acme: World, ann: UUID) -> None:
    page = acme.browser_of("analyst").get(page_of(ann)).content.decode()
    assert f'hx-get="{do(ann, "timeline")}"' in page
    assert f'href="{do(ann, "timeline")}"' in page


def test_lines_are_given_to_the_page_and_a_page_to_who_follows_the_link(acme: World, ann: UUID) -> None:
    browser = acme.browser_of("owner")
    lines, page = browser.get(do(ann, "timeline"), headers={"HX-Request": "true"}), browser.get(do(ann, "timeline"))
    assert lines.content.decode().lstrip().startswith("<li>")
    assert "<html" in page.content.decode()
    assert "HX-Request" in lines.headers["Vary"]


def test_what_came_earlier_is_a_link_until_the_beginning(acme: World, ann: UUID) -> None:
    for number in range(30):
        an_interaction_with(acme, ann, subject=f"Call {number}")
    browser, found = acme.browser_of("analyst"), ""
    path: str | None = do(ann, "timeline")
    pages = 0
    while path:
        text = browser.get(path).content.decode()
        found, pages = found + text, pages + 1
        assert ("Known since" in text) == ("Earlier" not in text)
        link = re.search(rf'href="({do(ann, "timeline")}\?before=[^"]+)"', text)
        path = link[1] if link else None
    assert pages == 2
    assert all(found.count(f"Call: Call {number}<") == 1 for number in range(30))


@pytest.mark.parametrize("before", ["x", "W10:1a:x", "%00"])
def test_a_place_that_is_not_ours_leads_nowhere(acme: World, ann: UUID, before: str) -> None:
    browser = acme.browser_of("owner")
    assert browser.get(f"{do(ann, 'timeline')}?before={before}").status_code in (200, 404)
    assert browser.get(f"{do(ann, 'timeline')}?before=x").status_code == 404


def test_somebody_of_whom_nothing_is_known_has_a_story_that_begins(acme: World) -> None:
    with acme.scope():
        nobody = create_contact(email="nobody@example.com").pk
    assert re.search(r"Became known .* Known since", text_of(story_of(acme.browser_of("owner"), nobody, "contact")))


@pytest.mark.parametrize("origin", ["rival", "rehearsal"])
@pytest.mark.parametrize(
    "deed", ["timeline", "dealings", "consents", "interaction", "done/0198c0de-0000-7000-8000-000000000001"]
)
def test_nothing_is_read_or_noted_of_a_foreign_person(cast: Cast, origin: str, deed: str) -> None:
    foreign = a_customer(getattr(cast, origin))
    browser = cast.acme.browser_of("owner")
    assert browser.get(do(foreign, deed)).status_code == 404
    assert browser.post(do(foreign, deed), NOTED).status_code == 404


def test_who_may_not_come_in_reads_no_story(cast: Cast) -> None:
    ann = a_customer(cast.acme)
    for visitor in ("anonymous", "dismissed", "placeless"):
        assert browser_of(cast, visitor).get(do(ann, "timeline")).status_code in (302, 403)


# What was said, and what comes next


def test_what_was_said_is_noted_and_stands_on_the_page(acme: World, ann: UUID) -> None:
    browser = acme.browser_of("agent")
    assert browser.get(do(ann, "interaction")).status_code == 200
    assert browser.post(do(ann, "interaction"), NOTED).status_code == 302
    with acme.scope():
        made = CustomerInteraction.objects.get()
    assert (made.actor_kind, made.outcome, made.happened_at.year) == ("staff", "positive", 2024)
    text = text_of(browser.get(page_of(ann)))
    assert re.search(r"What was said Call: Wants a tasting · positive .* Next Send offer", text)


@pytest.mark.parametrize(("wrong", "field"), [
    ({"subject": ""}, "subject"), ({"subject": "x" * 201}, "subject"), ({"type": "fax"}, "type"),
    ({"happened_at_0": "soon"}, "happened_at"), ({"happened_at_0": "0001-01-01"}, "happened_at"),
    ({"next_action_date_0": "9999-12-31", "next_action_date_1": "23:59"}, "next_action_date"),
    ({"description": "a\0b"}, "description"),
])  # fmt: skip
def test_a_fault_comes_back_at_its_field(acme: World, ann: UUID, wrong: dict[str, str], field: str) -> None:
    answer = acme.browser_of("agent").post(do(ann, "interaction"), {**NOTED, **wrong})
    assert (answer.status_code, set(answer.context["form"].errors)) == (200, {field})
    with acme.scope():
        assert not CustomerInteraction.objects.exists()


def test_what_is_done_leaves_the_list_once(acme: World, ann: UUID) -> None:
    id_ = an_interaction_with(acme, ann, next_action="Send offer")
    browser = acme.browser_of("agent")
    assert browser.get(do(ann, f"done/{id_}")).status_code == 404
    for _ in range(2):
        assert browser.post(do(ann, f"done/{id_}")).status_code == 302
    assert "Nothing is planned." in text_of(browser.get(page_of(ann)))


def test_the_most_urgent_stands_first_however_old_it_is(acme: World, ann: UUID) -> None:
    with acme.scope():
        today = now()
    for number in range(20):
        date = today + timedelta(days=number + 1) if number else today - timedelta(days=9)
        an_interaction_with(acme, ann, subject=f"Call {number}", next_action=f"Do {number}", next_action_date=date,
                            happened_at=today - timedelta(days=40 - number))  # fmt: skip
    context = acme.browser_of("owner").get(page_of(ann)).context
    assert [row.next_action for row in context["next_actions"]] == [f"Do {number}" for number in range(10)]
    assert [row.subject for row in context["said"]] == [f"Call {number}" for number in (19, 18, 17, 16, 15)]


def test_who_may_only_read_notes_nothing(acme: World, ann: UUID) -> None:
    id_ = an_interaction_with(acme, ann, next_action="Send offer")
    browser = acme.browser_of("analyst")
    page = browser.get(page_of(ann)).content.decode()
    assert "Send offer" in page
    assert "/interaction/" not in page
    assert "/done/" not in page
    assert browser.post(do(ann, "interaction"), NOTED).status_code == 403
    assert browser.post(do(ann, f"done/{id_}")).status_code == 403


def test_who_is_no_customer_is_noted_nothing_about(acme: World) -> None:
    with acme.scope():
        listed = create_contact(email="listed@example.com").pk
    browser = acme.browser_of("agent")
    assert "What was said" not in text_of(browser.get(f"/admin/contacts/contact/{listed}/change/"))
    refused = browser.post(do(listed, "interaction", "contact"), NOTED)
    assert (refused.status_code, "There is no such person." in refused.content.decode()) == (200, True)


# My day


def test_my_day_has_what_is_to_be_done_about_customers(acme: World) -> None:
    agent = acme.staff["agent"].pk
    ann = a_customer(acme, name="Ann Lee", assigned_to_id=agent)
    with acme.scope():
        due = now() - timedelta(hours=1)
    an_interaction_with(acme, ann, next_action="Send offer", next_action_date=due)
    lead_id = a_lead(acme, name="Ben", assigned_to_id=agent)
    an_interaction(acme, lead_id, next_action="Ring back", next_action_date=due)
    with acme.scope():
        process_follow_ups()
        row = FollowUp.objects.get(contact_id=ann)
    browser = acme.browser_of("agent")
    page = browser.get(address("leads.FollowUp")).content.decode()
    assert f'href="{page_of(ann)}">Ann Lee</a>' in page
    assert f'href="{address("leads.Lead", "change", lead_id)}">Ben</a>' in page
    manager = str(acme.staff["manager"].pk)
    assert send(browser, address("leads.FollowUp", "change", row.pk), assigned_to=manager).status_code == 302
    assert browser.post(f"/admin/leads/followup/{row.pk}/finish/").status_code == 302
    with acme.scope():
        assert CustomerInteraction.objects.get().next_action_done_at is not None
    assert "Follow-up done" in text_of(story_of(acme.browser_of("owner"), ann))
