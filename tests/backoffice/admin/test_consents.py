"""What somebody decided about what may be sent to them, on their page in the back office."""

from typing import Any
from uuid import UUID

import pytest

from crm.contacts.services import decide_consent, merge_contacts
from crm.kernel.actors import Actor, ActorKind
from crm.kernel.entrances import scope_for
from crm.kernel.tenancy import Via
from tests.backoffice.admin.forms import send
from tests.backoffice.admin.pages import browser_of
from tests.backoffice.admin.test_person_page import page_of, text_of
from tests.builders import a_customer
from tests.cast import Cast, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(acme: World) -> UUID:
    return a_customer(acme, name="Ann Lee", email="ann@example.com")


def panel(key: Any, page: str = "customer") -> str:
    return f"/admin/contacts/{page}/{key}/consents/"


@pytest.mark.parametrize("role", ["owner", "analyst"])
@pytest.mark.parametrize("page", ["customer", "contact"])
def test_the_page_loads_the_history_and_offers_it_without_a_script(
    acme: World, ann: UUID, page: str, role: str
) -> None:
    shown = acme.browser_of(role).get(page_of(ann)).content.decode()
    assert f'hx-get="{panel(ann)}"' in shown
    assert f'href="{panel(ann)}"' in shown
    whole = acme.browser_of(role).get(panel(ann, page))
    part = acme.browser_of(role).get(panel(ann, page), headers={"HX-Request": "true"})
    assert "<html" in whole.text
    assert "<html" not in part.text
    assert "Nothing was decided yet." in part.text
    assert "HX-Request" in part.headers["Vary"]


def test_an_entry_is_told_with_its_proof(acme: World, ann: UUID) -> None:
    came = Via("self-service", "192.0.2.7", "Firefox <b>")
    with scope_for(acme.tenant, Actor(ActorKind.MEMBER, str(ann)), "", came):
        decide_consent(contact_id=ann, consent_state="accepted", wording="terms 3")
    answer = acme.browser_of("analyst").get(panel(ann))
    text = text_of(answer)
    assert "Marketing: pending → accepted" in text
    for words in ("self-service", "192.0.2.7", "terms 3", str(ann)):
        assert words in text
    assert "Firefox <b>" not in answer.text


def test_what_staff_change_is_written_down_with_their_name_and_address(acme: World, ann: UUID) -> None:
    browser = acme.browser_of("manager")
    send(browser, page_of(ann), email_opt_out="on", consent_state="withdrawn")
    text = text_of(browser.get(panel(ann)))
    assert "No marketing by e-mail: no → yes" in text
    assert "Marketing: pending → withdrawn" in text
    for words in ("Manager", "back office", "127.0.0.1"):
        assert words in text


def test_a_winner_shows_what_the_losers_decided(acme: World, ann: UUID) -> None:
    anja = a_customer(acme, consent_state="rejected")
    with acme.scope():
        merge_contacts(winner_id=ann, loser_ids=[anja])
    text = text_of(acme.browser_of("owner").get(panel(ann)))
    assert text.count("Marketing: pending → rejected") == 2
    assert "a merge: the strictest holds" in text


@pytest.mark.parametrize("visitor", ["anonymous", "dismissed", "placeless"])
def test_who_may_not_come_in_reads_nothing(cast: Cast, visitor: str) -> None:
    ann = a_customer(cast.acme)
    assert browser_of(cast, visitor).get(panel(ann)).status_code in (302, 403)
