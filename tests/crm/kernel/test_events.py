"""Events: audit trail and outbox in one row (docs/architecture.md, "What follows from what")."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from crm.campaigns.events import EntryEnded, ListingOpened
from crm.campaigns.models import Listing
from crm.campaigns.services import open_listing
from crm.contacts.events import CustomersLoaded
from crm.kernel.actors import Actor, ActorKind
from crm.kernel.audit import events_about, events_of_scope
from crm.kernel.due import State
from crm.kernel.entrances import scope_for
from crm.kernel.errors import Conflict, NotFound
from crm.kernel.events import DomainEvent, consumers_of, event_from, event_types, record, to_json
from crm.kernel.ids import new_id
from crm.kernel.models import Event
from crm.kernel.tenancy import Mode, NoScope, Scope
from crm.organisations.events import OrganisationOpened
from tests.cast import Cast, World
from tests.crm.kernel.conftest import React

# Past tenses without -ed; a message whose fate is unknown has become so, and who is unhappy a detractor.
PAST = (
    "left", "kept", "signed_in", "written", "made", "set", "sent", "undone", "unknown", "withdrawn", "taken_back",
    "run", "written_to", "sent_again", "carried_over", "detractor",
)  # fmt: skip
PRODUCT = ("crm.", "loyalty.", "backoffice.", "selfservice.")
SAMPLES: dict[Any, list[Any]] = {
    UUID: [UUID("0190a6e0-0000-7000-8000-000000000001")],
    UUID | None: [UUID("0190a6e0-0000-7000-8000-000000000001"), None],
    tuple[UUID, ...]: [(UUID("0190a6e0-0000-7000-8000-000000000001"),), ()],
    str: ["2024-05-06"],
    int: [0, 2**40],
    int | None: [3, None],
    bool: [True, False],
    str | None: ["2024-05-06", None],
    dict[str, int]: [{"2024-05-06": 2, "2024-05-07": 1}],
    dict[str, str]: [{"2024-05-06": "10.50"}],
    Decimal: [Decimal("1.10")],
    datetime: [datetime(2024, 5, 6, 7, 8, 9, 123000, tzinfo=UTC)],
}


def kept(kind: type[DomainEvent]) -> list[dataclasses.Field[Any]]:
    return [field for field in dataclasses.fields(kind) if field.metadata.get("kept", True)]


def every_event() -> list[type[DomainEvent]]:
    return [kind for kind in event_types().values() if kind.__module__.startswith(PRODUCT)]


def samples_of(kind: type[DomainEvent]) -> Iterator[DomainEvent]:
    """An instance for each sample value of each field; a field of a type that is not listed above fails here."""
    first = {field.name: SAMPLES[field.type][0] for field in kept(kind)}
    for field in kept(kind):
        for value in SAMPLES[field.type]:
            yield kind(**{**first, field.name: value})


@pytest.mark.parametrize("kind", every_event(), ids=lambda kind: kind.name)
def test_every_event_of_the_product_reads_back_as_it_was_recorded(acme: World, kind: type[DomainEvent]) -> None:
    for event in samples_of(kind):
        with acme.scope(), transaction.atomic():
            row = record(event)
            row.refresh_from_db()
            assert event_from(row) == event
            assert row.subject_id == event.subject_id
            assert set(row.payload) == {field.name for field in kept(kind)}
            transaction.set_rollback(True)


def test_the_product_has_events_and_their_names_are_in_the_past_tense_of_a_noun() -> None:
    assert len(every_event()) >= 25
    for kind in every_event():
        noun, _dot, verb = kind.name.partition(".")
        assert noun.isidentifier(), kind
        assert verb.endswith("ed") or verb in PAST, kind


def test_a_field_that_is_not_kept_is_told_but_not_stored(acme: World, react: React) -> None:
    told: list[Any] = []
    react("TOGETHER", CustomersLoaded, told.append)
    event = CustomersLoaded(batch_id=new_id(), per_day={"2024-05-06": 2}, contact_ids=(new_id(), new_id()))
    with acme.scope():
        row = record(event)
        assert told == [event]
        assert set(row.payload) == {"batch_id", "per_day"}
        assert event_from(row) == dataclasses.replace(event, contact_ids=())


def test_an_event_is_stamped_with_scope_actor_time_and_request(acme: World) -> None:
    actor = Actor(ActorKind.KEY, "key-1")
    with scope_for(acme.tenant, actor, "request-1") as scope:
        record(ListingOpened(listing_id=7))
        row = events_of_scope().first()
    assert row is not None
    assert (row.tenant, row.actor_kind, row.actor_id, row.request_id) == (acme.tenant, "key", "key-1", "request-1")
    assert (row.name, row.subject_kind, row.subject_id) == ("listing.opened", "listing", "7")
    assert row.occurred_at == scope.now
    assert (row.payload, row.changes) == ({"listing_id": 7}, {})


def test_an_event_waits_only_where_somebody_consumes_it(acme: World, react: React) -> None:
    with acme.scope():
        assert record(ListingOpened(listing_id=1)).state == State.DONE
        react("AFTERWARDS", ListingOpened, print)
        assert record(ListingOpened(listing_id=1)).state == State.DUE


def test_consumers_have_stable_names() -> None:
    assert set(consumers_of(OrganisationOpened.name)) == {
        "tiers.set_up",
        "leads.begin_scoring",
        "nurturing.begin_nurturing",
        "feedback.begin_feedback",
    }
    assert consumers_of("no.such_event") == {}


def test_recording_outside_a_transaction_raises(committed_cast: Cast) -> None:
    with committed_cast.acme.scope():
        before = events_of_scope().count()
        with pytest.raises(RuntimeError, match=r"listing\.opened"):
            record(ListingOpened(listing_id=1))
        assert events_of_scope().count() == before


def test_recording_outside_a_scope_raises(db: Any) -> None:
    with pytest.raises(NoScope):
        record(ListingOpened(listing_id=1))


def test_a_scope_may_be_named_where_none_can_be_open(acme: World, rival: World) -> None:
    scope = Scope(tenant=rival.tenant, actor=Actor(ActorKind.OPERATOR, "root"), now=datetime(2024, 5, 6, tzinfo=UTC))
    row = record(ListingOpened(listing_id=1), scope=scope)
    assert (row.tenant, row.actor_kind, row.occurred_at) == (rival.tenant, "operator", scope.now)


def test_a_refusal_of_a_reaction_in_the_same_transaction_leaves_nothing(acme: World, react: React) -> None:
    def add_another(event: ListingOpened) -> None:
        Listing.objects.create(name="Another", created_at=datetime(2024, 5, 6, tzinfo=UTC))

    def refuse(event: ListingOpened) -> None:
        raise Conflict

    react("TOGETHER", ListingOpened, add_another, refuse)
    with acme.scope():
        with pytest.raises(Conflict):
            open_listing(name="Spring")
        assert list(Listing.objects.values_list("name", flat=True)) == ["Newsletter"]
        assert events_of_scope().filter(name="listing.opened").count() == 1


def test_a_reaction_in_the_same_transaction_works_in_the_callers_scope(acme: World, react: React) -> None:
    react("TOGETHER", ListingOpened, lambda event: record(EntryEnded(new_id(), event.listing_id, 1)))
    with acme.scope("importer"):
        listing = open_listing(name="Spring")
        row = events_of_scope().filter(name="listing_entry.ended").get()
        assert row.payload["listing_id"] == listing.id
        assert (row.actor_id, row.tenant) == ("importer", acme.tenant)


class Colour(Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "written"),
    [(Decimal("1.10"), "1.10"), (Decimal("0.1000"), "0.1000"), (Decimal("1E+3"), "1E+3"),
     (date(2024, 2, 29), "2024-02-29"),
     (datetime(2024, 5, 6, 7, 8, 9, 5, tzinfo=UTC), "2024-05-06T07:08:09.000005+00:00"),
     (datetime(2024, 5, 6, tzinfo=timezone(timedelta(hours=2))), "2024-05-06T00:00:00+02:00"),
     (UUID(int=1), "00000000-0000-0000-0000-000000000001"), (Colour.RED, "red"), (Mode.TEST, "test"),
     ((1, "a"), [1, "a"]), ({1: (Decimal("2.5"),)}, {"1": ["2.5"]}), (frozenset({3}), [3]), (None, None), (True, True),
     (1.5, 1.5), ("text", "text")],
)  # fmt: skip
def test_values_are_kept_exactly_in_jsons_own_types(value: Any, written: Any) -> None:
    assert to_json(value) == written
    assert type(to_json(value)) is type(written)


def test_changes_are_kept_as_before_and_after(acme: World) -> None:
    changes = {
        "credit_limit": (None, Decimal("100.50")),
        "born": (date(2000, 1, 2), None),
        "assigned_to_id": (UUID(int=1), UUID(int=2)),
        "custom_fields": ({}, {"size": 42, "tags": ["a"]}),
    }
    with acme.scope():
        row = record(ListingOpened(listing_id=1), changes=changes)
    row.refresh_from_db()
    assert row.changes == {
        "credit_limit": [None, "100.50"],
        "born": ["2000-01-02", None],
        "assigned_to_id": [str(UUID(int=1)), str(UUID(int=2))],
        "custom_fields": [{}, {"size": 42, "tags": ["a"]}],
    }


def test_an_event_that_no_app_defines_any_more_is_not_found() -> None:
    with pytest.raises(NotFound, match=r"shoe\.laced"):
        event_from(Event(name="shoe.laced", payload={}))


def test_the_trail_of_a_record_is_read_latest_first_and_in_its_own_tenant_only(acme: World, rival: World) -> None:
    with rival.scope():
        record(ListingOpened(listing_id=7), changes={"name": (None, "Theirs")})
    with acme.scope():
        for name in ("first", "second"):
            record(ListingOpened(listing_id=7), changes={"name": (None, name)})
        record(ListingOpened(listing_id=8))
        assert [row.changes["name"][1] for row in events_about("listing", 7)] == ["second", "first"]
        assert not events_about("contact", 7).exists()
