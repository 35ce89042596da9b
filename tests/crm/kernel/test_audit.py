"""What staff read back of events and tasks, inside their own scope."""

from crm.campaigns.events import EntryAdded, ListingOpened
from crm.kernel.audit import events_of_scope, tasks_of_scope, undelivered_events
from crm.kernel.due import State
from crm.kernel.events import record
from crm.kernel.models import QueuedTask
from tests.cast import World
from tests.crm.kernel.conftest import React


def queue(world: World, name: str) -> None:
    QueuedTask.objects.create(organisation_id=world.organisation.id, mode=world.mode, name=name, actor_id="test")


def test_only_the_open_scopes_events_are_read(acme: World, rehearsal: World, rival: World) -> None:
    for world, number in ((acme, 1), (rehearsal, 2), (rival, 3)):
        with world.scope():
            record(ListingOpened(listing_id=number))
    with rehearsal.scope():
        latest = events_of_scope().first()
        assert latest is not None
        assert latest.payload == {"listing_id": 2}
        assert {row.tenant for row in events_of_scope()} == {rehearsal.tenant}


def test_an_event_is_undelivered_until_its_consumers_are_through(acme: World, rival: World, react: React) -> None:
    react("AFTERWARDS", ListingOpened, print)
    with acme.scope():
        assert not undelivered_events(ListingOpened)
        row = record(ListingOpened(listing_id=1))
        assert undelivered_events(EntryAdded, ListingOpened)
        assert not undelivered_events(EntryAdded)
    with rival.scope():
        assert not undelivered_events(ListingOpened)
    row.state = State.DONE
    row.save(update_fields=["state"])
    with acme.scope():
        assert not undelivered_events(ListingOpened)


def test_only_the_open_scopes_tasks_are_read_latest_first(acme: World, rehearsal: World) -> None:
    for name in ("first", "second"):
        queue(acme, name)
    queue(rehearsal, "other")
    with acme.scope():
        assert [task.name for task in tasks_of_scope()] == ["second", "first"]
