"""One timeline of a person out of many sources: in order, whole, stable, and as far as the actor may see."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.campaigns.models import ListingEntry
from crm.campaigns.services import add_to_listing, end_entry, open_listing
from crm.contacts.models import CustomerInteraction
from crm.contacts.services import add_interaction as note
from crm.contacts.services import merge_contacts
from crm.contacts.timeline import Place, key_of, place_with, register_source, stretch_of, timeline_of, token_of
from crm.contacts.timeline import registry as timeline_registry
from crm.feedback.models import FeedbackRequest
from crm.kernel.errors import Invalid
from crm.kernel.models import Event
from crm.leads.models import Lead, LeadInteraction
from crm.leads.services import add_interaction, convert_lead, delete_lead, note_origin
from crm.messaging.models import Communication
from crm.messaging.recipients import Recipient
from crm.orders.models import Order, Refund
from crm.orders.services import refund_order
from tests.builders import a_customer, a_lead, an_interaction, an_interaction_with, an_order
from tests.cast import World
from tests.crm.acting import as_key, as_staff
from tests.crm.feedback.asked import an_answer
from tests.crm.messaging.letters import a_message, a_template

MOMENTS = [datetime(2024, 1, day, tzinfo=UTC) for day in (1, 2, 3)]
# By source: the rows that it tells of, and which of their columns says when.
ROWS: dict[str, tuple[Any, str]] = {
    "event": (Event, "occurred_at"), "interaction": (CustomerInteraction, "happened_at"),
    "message": (Communication, "created_at"), "lead": (Lead, "created_at"), "lead_conversion": (Lead, "converted_at"),
    "lead_interaction": (LeadInteraction, "created_at"), "listing_entry": (ListingEntry, "created_at"),
    "listing_entry_end": (ListingEntry, "ended_at"), "order": (Order, "ordered_at"), "refund": (Refund, "created_at"),
    "feedback_asked": (FeedbackRequest, "created_at"), "feedback_said": (FeedbackRequest, "answered_at"),
}  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(acme: World) -> UUID:
    """A customer of whom every source knows something, most of them several things."""
    ann = a_customer(acme, name="Ann", email="ann@example.com")
    a_template(acme)
    for number in range(3):
        an_interaction_with(acme, ann, subject=f"Call {number}")
        a_message(acme, f"letter {number}", recipient=Recipient(email="ann@example.com", contact_id=ann))
        lead_id = a_lead(acme)
        with acme.scope():
            note_origin(lead_id=lead_id, customer_id=ann)
            add_interaction(lead_id=lead_id, type="note", notes=f"After all {number}")
            listing = open_listing(name=f"Listing {number}")
            entry = add_to_listing(listing=listing, values={"email": "ann@example.com"}, ip_address=None)
            end_entry(listing=listing, entry_id=entry.pk)
        order = an_order(acme, ann, status="delivered")
        with acme.scope():
            refund_order(order_id=order, amount=Decimal(1))
    an_answer(acme, 4, customer_id=ann, comment="The price.")
    return ann


def keys(entries: Any) -> list[str]:
    return [entry.key for entry in entries]


def tiles(world: World, contact_id: UUID, size: int) -> list[str]:
    """The whole timeline, read in stretches of that size."""
    found: list[str] = []
    before: Place | None = None
    while True:
        entries, before = stretch_of(contact_id, before=before, limit=size)
        assert len(entries) <= size
        found += keys(entries)
        if before is None:
            return found
        before = place_with(token_of(before))


def test_every_source_has_its_say(acme: World, busy: UUID) -> None:
    with acme.scope():
        entries = timeline_of(busy, limit=200)
    assert {entry.source for entry in entries} == set(ROWS) == set(timeline_registry._sources)
    assert [entry.place for entry in entries] == sorted((entry.place for entry in entries), reverse=True)


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_stretches_of_any_size_tile_the_whole(acme: World, busy: UUID, data: Any) -> None:
    """Whatever happened at the same moment, in one source or in several."""
    with acme.scope():
        for model, column in ROWS.values():
            for row in model.objects.exclude(**{column: None}):
                model.objects.filter(pk=row.pk).update(**{column: data.draw(st.sampled_from(MOMENTS))})
        whole = keys(timeline_of(busy, limit=500))
        assert len(whole) == len(set(whole)) > 20
        assert tiles(acme, busy, data.draw(st.integers(1, len(whole) + 1))) == whole


def test_what_comes_meanwhile_shifts_nothing(acme: World, busy: UUID) -> None:
    with acme.scope():
        whole = keys(timeline_of(busy, limit=500))
        first, before = stretch_of(busy, limit=10)
    an_interaction_with(acme, busy, happened_at=datetime.now(UTC) + timedelta(hours=1))
    with acme.scope():
        rest = timeline_of(busy, before=before, limit=500)
    assert keys(first) + keys(rest) == whole


def test_it_costs_a_statement_for_each_source(acme: World, busy: UUID, django_assert_num_queries: Any) -> None:
    with acme.scope(), django_assert_num_queries(len(ROWS)):
        assert len(timeline_of(busy, limit=500)) > 20


@pytest.mark.parametrize(("grants", "sources"), [
    (("auth:members:read",), {"interaction"}),
    (("auth:members:read", "platform:events:read"), {"interaction", "event"}),
    (("auth:members:read", "notification:messages:read"), {"interaction", "message"}),
    (("auth:members:read", "crm:listings:read"), {"interaction", "listing_entry", "listing_entry_end"}),
    (("auth:members:read", "crm:leads:read"), {"interaction", "lead", "lead_conversion", "lead_interaction"}),
    (("read",), set(ROWS)),
])  # fmt: skip
def test_who_may_not_read_a_thing_does_not_see_it(
    acme: World, busy: UUID, grants: tuple[str, ...], sources: set[str]
) -> None:
    with as_key(acme, *grants):
        assert {entry.source for entry in timeline_of(busy, limit=500)} == sources


def test_nothing_is_told_twice(acme: World) -> None:
    """That an interaction was noted is the interaction; what a lead said is the customer's once it is carried over."""
    lead_id = a_lead(acme, email="ann@example.com")
    an_interaction(acme, lead_id, notes="Wants samples")
    with acme.scope():
        ann = convert_lead(lead_id=lead_id).customer.pk
        an_entry = add_to_listing(listing=acme.listing, values={"email": "ann@example.com"}, ip_address=None)
    an_interaction_with(acme, ann)
    with acme.scope():
        entries = timeline_of(ann, limit=500)
    titles = [str(entry.title) for entry in entries]
    assert [entry.source for entry in entries if "samples" in str(entry.title) + entry.text] == ["interaction"]
    assert not {"interaction.added", "listing_entry.added"} & set(titles)
    assert {"customer.created", "interactions.carried_over"} <= set(titles)
    assert key_of("listing_entry", an_entry.pk) in keys(entries)


def test_entries_say_who_did_it_and_what_it_is_about(acme: World) -> None:
    ann = a_customer(acme, email="ann@example.com")
    lead_id = a_lead(acme)
    with as_staff(acme, "agent"):
        note(contact_id=ann, type="call", subject="Hello", description="Long talk", happened_at=MOMENTS[0])
        note_origin(lead_id=lead_id, customer_id=ann)
    with acme.scope():
        entry = next(entry for entry in timeline_of(ann) if entry.source == "interaction")
    assert (str(entry.title), entry.text, entry.at) == ("Call: Hello", "Long talk", MOMENTS[0])
    assert entry.actor == ("staff", str(acme.staff["agent"].pk))
    with acme.scope():
        lead = next(entry for entry in timeline_of(ann) if entry.source == "lead")
    assert lead.record == ("leads.Lead", str(lead_id))


def test_a_merge_brings_the_losers_entries_but_not_their_audit_trail(acme: World, busy: UUID) -> None:
    winner = a_customer(acme)
    with acme.scope():
        theirs = {key for key in keys(timeline_of(busy, limit=500)) if not key.startswith("event:")}
        merge_contacts(winner_id=winner, loser_ids=[busy])
        mine = {key for key in keys(timeline_of(winner, limit=500)) if not key.startswith("event:")}
    assert theirs <= mine


def test_deleted_leads_are_not_told_of(acme: World, busy: UUID) -> None:
    with acme.scope():
        for lead in Lead.objects.filter(customer_id=busy):
            delete_lead(lead_id=lead.pk)
        assert not {e.source for e in timeline_of(busy, limit=500)} & {"lead", "lead_conversion", "lead_interaction"}


@pytest.mark.parametrize("token", ["x", "a:b:c", "\0", "W10:x", "é" * 50])
def test_a_place_that_is_not_ours_is_refused(token: str) -> None:
    with pytest.raises(Invalid) as refused:
        place_with(token)
    assert refused.value.field == "before"


def test_a_place_comes_back_as_it_was() -> None:
    place = Place(datetime(2024, 1, 1, 12, 0, 0, 123456, UTC), "event:1")
    assert place_with(token_of(place)) == place


@pytest.mark.parametrize("name", ["interaction", "Orders", "orders-2", ""])
def test_a_source_has_a_plain_name_of_its_own(name: str) -> None:
    with forgetting(), pytest.raises(ValueError, match=r"registered|no name"):
        register_source(name, lambda *_: [])


@contextmanager
def forgetting() -> Iterator[None]:
    former = dict(timeline_registry._sources)
    yield
    timeline_registry._sources.clear()
    timeline_registry._sources.update(former)


def test_numbers_stand_in_the_order_of_the_rows() -> None:
    assert sorted([key_of("x", 10), key_of("x", 9), key_of("x", 123)]) == [key_of("x", n) for n in (9, 10, 123)]
