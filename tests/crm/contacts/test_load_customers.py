"""Many customers at once, from data the platform's operator trusts."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from crm.contacts.models import Contact, Customer
from crm.contacts.selectors import contacts, customers
from crm.contacts.services import CustomerRow, load_customers
from crm.kernel.addresses import BadEmail, BadPhone
from crm.kernel.audit import events_of_scope
from crm.kernel.errors import Invalid
from crm.kernel.lookups import found_by
from loyalty.members.models import Member
from loyalty.tiers.models import MemberTier
from tests.builders import a_customer
from tests.cast import World

MONDAY = datetime(2024, 5, 6, 10, tzinfo=UTC)


def row(number: int, **values: Any) -> CustomerRow:
    given = {"name": f"Person {number}", "email": f"p{number}@example.com", "phone": "", "since": MONDAY}
    return CustomerRow(**{**given, **values})


def load(world: World, *rows: CustomerRow) -> list[Customer]:
    with world.scope():
        return load_customers(rows)


def test_rows_become_customers_in_their_order(acme: World) -> None:
    loaded = load(acme, row(2, name="Ann Lee", phone="+357 99 123834"), row(1))
    with acme.scope():
        assert set(customers()) == set(loaded)
        ann = contacts().get(name="Ann Lee")
    assert [customer.contact.name for customer in loaded] == ["Ann Lee", "Person 1"]
    assert (ann.first_name, ann.last_name, ann.email_key, ann.phone) == ("Ann", "Lee", "p2@example.com", "+35799123834")
    assert ann.source == "import"


def test_everything_began_when_the_row_says(acme: World) -> None:
    (customer,) = load(acme, row(1))
    with acme.scope():
        contact, member = Contact.objects.get(pk=customer.pk), Member.objects.get(pk=customer.pk)
        customer = Customer.objects.get(pk=customer.pk)
    moments = {customer.created_at, customer.updated_at, contact.created_at, contact.updated_at, member.joined_at}
    assert moments == {MONDAY}


def test_all_are_members_in_the_lowest_tier_and_can_be_found(acme: World) -> None:
    ids = {customer.pk for customer in load(acme, row(1), row(2))}
    with acme.scope():
        assert set(MemberTier.objects.filter(tier__slug="bronze").values_list("pk", flat=True)) == ids
        assert found_by(contacts(), "p1@ex").count() == 1


def test_one_event_stands_for_all_and_names_nobody(acme: World) -> None:
    loaded = load(acme, row(1), row(2, since=MONDAY + timedelta(days=1)), row(3))
    with acme.scope():
        event = events_of_scope().filter(name="customers.loaded").get()
        registered = events_of_scope().filter(name="members.registered").get()
        assert not events_of_scope().filter(name__in=["customer.created", "member.registered"]).exists()
    assert event.payload["per_day"] == {"2024-05-06": 2, "2024-05-07": 1}
    assert set(event.payload) == {"batch_id", "per_day"}
    assert registered.payload == {"batch_id": event.payload["batch_id"], "count": 3}
    assert str(loaded[0].pk) not in f"{event.payload}{registered.payload}"


def test_nothing_to_load_is_no_fault(acme: World) -> None:
    assert load(acme) == []


@pytest.mark.parametrize("taken", [{"email": "P1@example.com"}, {"email": "p2@example.com"}])
def test_an_address_in_use_stops_the_whole_batch(acme: World, taken: dict[str, str]) -> None:
    a_customer(acme, **taken)
    with acme.scope():
        with pytest.raises(IntegrityError), transaction.atomic():
            load_customers([row(1), row(2), row(3)])
        assert customers().count() == 1
        assert not events_of_scope().filter(name="customers.loaded").exists()


def test_two_rows_do_not_share_an_address(acme: World) -> None:
    with acme.scope(), pytest.raises(IntegrityError), transaction.atomic():
        load_customers([row(1), row(2, email="P1@example.com")])


@pytest.mark.parametrize(
    ("values", "error"),
    [({"email": "x"}, BadEmail), ({"phone": "1"}, BadPhone), ({"name": "x" * 101}, Invalid)],
)
def test_a_bad_row_stops_the_whole_batch(acme: World, values: dict[str, str], error: type[Invalid]) -> None:
    with acme.scope():
        with pytest.raises(error):
            load_customers([row(1), row(2, **values)])
        assert not customers().exists()


def test_a_batch_is_counted_by_days_in_utc(acme: World) -> None:
    late = datetime(2024, 5, 7, 1, tzinfo=timezone(timedelta(hours=3)))
    load(acme, row(1, since=late))
    with acme.scope():
        event = events_of_scope().filter(name="customers.loaded").get()
    assert event.payload["per_day"] == {"2024-05-06": 1}
