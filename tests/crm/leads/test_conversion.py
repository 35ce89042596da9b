"""A lead becomes a customer once, with everything it has, and never a second one."""

from typing import Any
from uuid import uuid4

import pytest

from crm.contacts.models import Contact, Customer
from crm.contacts.services import create_contact
from crm.leads.errors import AlreadyConverted, LeadLost, LeadNotFound, LeadOfAnother, StaysConverted, UnknownLead
from crm.leads.selectors import customer_with_origin, one_lead, stages_of
from crm.leads.services import change_lead, convert_lead, note_origin
from crm.organisations.roles import Role
from crm.organisations.services import change_staff
from tests.builders import a_customer, a_lead, stored
from tests.cast import World
from tests.dialects.traces import latest_events, written

pytestmark = pytest.mark.django_db


def convert(world: World, lead_id: Any) -> Any:
    with world.scope():
        return convert_lead(lead_id=lead_id)


def test_everything_is_carried_over(acme: World) -> None:
    agent = acme.staff[Role.AGENT].pk
    lead_id = a_lead(
        acme, name="Jane van Smith", email="Jane@example.com", phone="+35799123456", company="Tech Corp",
        notes="Likes tea", custom_fields={"size": "L"}, assigned_to_id=agent, status="negotiation",
    )  # fmt: skip
    conversion = convert(acme, lead_id)
    customer = stored(acme, conversion.customer.pk)
    contact = customer.contact
    assert (contact.name, contact.email, contact.phone) == ("Jane van Smith", "Jane@example.com", "+35799123456")
    assert (contact.company_name, contact.custom_fields) == ("Tech Corp", {"size": "L"})
    assert (customer.type, customer.notes, customer.assigned_to_id) == ("business", "Likes tea", agent)
    assert contact.member.standing.tier.slug == "bronze"
    with acme.scope():
        lead = one_lead(lead_id)
        assert (lead.status, lead.customer_id, lead.converted_at) == ("converted", customer.pk, lead.updated_at)
        assert [change.to_status for change in stages_of(lead_id)] == ["negotiation", "converted"]
        assert customer_with_origin(customer.pk).values_list("lead_id", flat=True).get() == lead_id
    assert latest_events(acme, "lead.converted")[0].payload["linked"] is False


def test_a_customer_who_has_the_address_is_linked_as_they_are(acme: World) -> None:
    known = a_customer(acme, name="Jane Known", email="jane@example.com")
    conversion = convert(acme, a_lead(acme, name="Jane Lead", email="JANE@example.com", company="Other"))
    assert (conversion.customer.pk, conversion.linked) == (known, True)
    assert stored(acme, known).contact.name == "Jane Known"
    with acme.scope():
        assert Customer.objects.count() == 1


def test_a_person_of_a_listing_is_promoted(acme: World) -> None:
    with acme.scope():
        contact = create_contact(email="listed@example.com")
    conversion = convert(acme, a_lead(acme, email="listed@example.com"))
    assert conversion.customer.pk == contact.pk
    with acme.scope():
        assert Contact.objects.count() == 1


def test_a_second_conversion_names_the_customer_and_does_nothing(acme: World) -> None:
    lead_id = a_lead(acme)
    customer = convert(acme, lead_id).customer
    before = written(acme)
    with pytest.raises(AlreadyConverted) as refused:
        convert(acme, lead_id)
    assert refused.value.data == {"customer_id": customer.pk}
    assert written(acme) == before


def test_a_lost_lead_is_reopened_first(acme: World) -> None:
    lead_id = a_lead(acme, status="lost")
    with pytest.raises(LeadLost):
        convert(acme, lead_id)
    with acme.scope():
        change_lead(lead_id=lead_id, status="contacted")
    assert convert(acme, lead_id).lead.status == "converted"


def test_a_deal_that_is_won_is_converted(acme: World) -> None:
    assert convert(acme, a_lead(acme, status="won")).lead.status == "converted"


def test_a_converted_lead_stays_so(acme: World) -> None:
    lead_id = a_lead(acme)
    convert(acme, lead_id)
    with acme.scope():
        with pytest.raises(StaysConverted):
            change_lead(lead_id=lead_id, status="new")
        assert change_lead(lead_id=lead_id, notes="Still here").notes == "Still here"


def test_an_assignee_who_has_left_is_not_carried_over(acme: World) -> None:
    agent = acme.staff[Role.AGENT]
    lead_id = a_lead(acme, assigned_to_id=agent.pk)
    with acme.scope():
        change_staff(staff_id=agent.pk, is_active=False)
    assert stored(acme, convert(acme, lead_id).customer.pk).assigned_to_id is None


def test_leads_of_other_places_are_unknown(acme: World, rival: World) -> None:
    with pytest.raises(LeadNotFound):
        convert(acme, a_lead(rival))


def test_a_customer_may_say_which_lead_they_were(acme: World, rival: World) -> None:
    customer, other, lead_id, foreign = a_customer(acme), a_customer(acme), a_lead(acme), a_lead(rival)
    with acme.scope():
        note_origin(lead_id=None, customer_id=customer)
        for unknown in (uuid4(), foreign):
            with pytest.raises(UnknownLead):
                note_origin(lead_id=unknown, customer_id=customer)
        for _ in range(2):
            note_origin(lead_id=lead_id, customer_id=customer)
        assert one_lead(lead_id).customer_id == customer
        with pytest.raises(LeadOfAnother):
            note_origin(lead_id=lead_id, customer_id=other)
    assert len(latest_events(acme, "lead.converted")) == 1
