"""Who said no to marketing as a contact is sent none as a lead."""

import pytest

from crm.leads.selectors import recipients_with
from tests.builders import a_customer, a_lead
from tests.cast import Cast, World
from tests.crm.messaging.letters import a_message, a_template, send, stored

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "refuses"), [("pending", False), ("accepted", False), ("rejected", True), ("withdrawn", True)]
)
def test_a_lead_with_the_address_of_a_contact_has_their_no(acme: World, state: str, refuses: bool) -> None:
    lead, other = a_lead(acme, email="ANN@example.com"), a_lead(acme, email="ben@example.com")
    a_customer(acme, email="ann@example.com", consent_state=state)
    with acme.scope():
        people = recipients_with([lead, other])
    assert (people[lead].refuses_marketing, people[other].refuses_marketing) == (refuses, False)


def test_a_no_said_elsewhere_is_none_of_ours(cast: Cast) -> None:
    lead = a_lead(cast.acme, email="ann@example.com")
    for world in (cast.rival, cast.rehearsal):
        a_customer(world, email="ann@example.com", consent_state="rejected")
    with cast.acme.scope():
        assert not recipients_with([lead])[lead].refuses_marketing


def test_nothing_leaves_to_them(acme: World) -> None:
    lead = a_lead(acme, email="ann@example.com")
    a_template(acme)
    with acme.scope():
        recipient = recipients_with([lead])[lead]
    message = a_message(acme, recipient=recipient)
    a_customer(acme, email="ann@example.com", consent_state="rejected")
    send(acme)
    assert (stored(acme, message).state, stored(acme, message).reason) == ("skipped", "no_consent")
