"""Events reach each of their consumers once (reliability O1, O3)."""

from uuid import UUID

import pytest

from crm.campaigns.events import ListingOpened
from crm.campaigns.services import open_listing
from crm.kernel.actors import Actor, ActorKind
from crm.kernel.audit import events_of_scope
from crm.kernel.due import MOST_ATTEMPTS, State
from crm.kernel.entrances import scope_for
from crm.kernel.events import record
from crm.kernel.models import Event, Processed
from crm.kernel.tasks import deliver, deliver_event
from crm.kernel.tenancy import Scope, current_scope
from crm.messaging.models import Suppression
from crm.messaging.services import suppress
from tests.cast import Cast, World
from tests.crm.kernel.conftest import React
from tests.crm.kernel.elsewhere import elsewhere


class Broken(Exception):
    pass


class Consumer:
    """Reacts by writing a row of its own, after which it fails as often as it was told to."""

    def __init__(self, name: str, failures: int = 0) -> None:
        self.__name__ = name
        self.failures = failures
        self.calls = 0

    def __call__(self, event: ListingOpened) -> None:
        self.calls += 1
        suppress(channel="email", address=f"{self.__name__}{self.calls}@example.com")
        if self.calls <= self.failures:
            raise Broken(self.__name__)


def an_event(world: World) -> UUID:
    with world.scope():
        open_listing(name="Spring")
        return events_of_scope().filter(name="listing.opened", state=State.DUE).get().pk


def effects(world: World) -> set[str]:
    with world.scope():
        return {address.partition("@")[0] for address in Suppression.objects.values_list("address", flat=True)}


def receipts(event_id: UUID) -> set[str]:
    return set(Processed.objects.filter(event_id=event_id).values_list("consumer", flat=True))


def test_every_consumer_reacts_once_however_often_the_message_comes(acme: World, react: React) -> None:
    react("AFTERWARDS", ListingOpened, Consumer("mail"), Consumer("count"))
    event_id = an_event(acme)
    assert deliver(event_id) is True
    assert deliver(event_id) is False
    assert effects(acme) == {"mail1", "count1"}
    assert receipts(event_id) == {"tests.mail", "tests.count"}
    assert Event.objects.get(pk=event_id).state == State.DONE


def test_one_consumer_that_fails_neither_stops_nor_repeats_the_others(acme: World, react: React) -> None:
    broken, sound = Consumer("broken", failures=1), Consumer("sound")
    react("AFTERWARDS", ListingOpened, broken, sound)
    event_id = an_event(acme)
    assert deliver(event_id) is False
    assert effects(acme) == {"sound1"}
    assert receipts(event_id) == {"tests.sound"}
    assert deliver(event_id) is True
    assert effects(acme) == {"sound1", "broken2"}
    assert (broken.calls, sound.calls) == (2, 1)


def test_a_failed_reaction_leaves_the_event_due_with_its_error(acme: World, react: React) -> None:
    react("AFTERWARDS", ListingOpened, Consumer("broken", failures=1))
    event_id = an_event(acme)
    deliver(event_id)
    row = Event.objects.get(pk=event_id)
    assert (row.state, row.attempts) == (State.DUE, 1)
    assert "Broken: broken" in row.last_error


def test_all_failures_are_told(acme: World, react: React) -> None:
    react("AFTERWARDS", ListingOpened, Consumer("first", failures=9), Consumer("second", failures=9))
    event_id = an_event(acme)
    deliver(event_id)
    told = Event.objects.get(pk=event_id).last_error
    assert "Broken: first" in told
    assert "Broken: second" in told


def test_a_consumer_that_always_fails_makes_a_dead_letter(acme: World, react: React) -> None:
    broken = Consumer("broken", failures=99)
    react("AFTERWARDS", ListingOpened, broken)
    event_id = an_event(acme)
    for _ in range(MOST_ATTEMPTS + 2):
        deliver(event_id)
    assert Event.objects.get(pk=event_id).state == State.DEAD
    assert broken.calls == MOST_ATTEMPTS


def test_a_replayed_event_reaches_only_those_it_has_not_reached(acme: World, react: React) -> None:
    broken, sound = Consumer("broken", failures=MOST_ATTEMPTS), Consumer("sound")
    react("AFTERWARDS", ListingOpened, broken, sound)
    event_id = an_event(acme)
    for _ in range(MOST_ATTEMPTS):
        deliver(event_id)
    Event.objects.get(pk=event_id).replay()
    assert deliver(event_id) is True
    assert effects(acme) == {"sound1", f"broken{MOST_ATTEMPTS + 1}"}


def test_a_consumer_works_in_the_events_tenant_as_a_job_of_its_own_name(rehearsal: World, react: React) -> None:
    seen: list[Scope] = []

    def watch(event: ListingOpened) -> None:
        seen.append(current_scope())

    react("AFTERWARDS", ListingOpened, watch)
    with scope_for(rehearsal.tenant, Actor(ActorKind.KEY, "key-1"), "request-7"):
        row = record(ListingOpened(listing_id=1))
    deliver(row.pk)
    (scope,) = seen
    assert scope.tenant == rehearsal.tenant
    assert (scope.actor.kind, scope.actor.id, scope.request_id) == ("job", "tests.watch", "request-7")


def test_the_message_names_the_event_alone(acme: World, react: React) -> None:
    react("AFTERWARDS", ListingOpened, Consumer("mail"))
    deliver_event(str(an_event(acme)))
    assert effects(acme) == {"mail1"}


def test_a_second_worker_leaves_an_event_to_the_one_who_has_it(committed_cast: Cast, react: React) -> None:
    second: list[bool] = []

    def meanwhile(event: ListingOpened) -> None:
        second.append(elsewhere(lambda: deliver(event_id)))

    mail = Consumer("mail")
    react("AFTERWARDS", ListingOpened, meanwhile, mail)
    event_id = an_event(committed_cast.acme)
    assert deliver(event_id) is True
    assert second == [False]
    assert mail.calls == 1
    assert Event.objects.get(pk=event_id).attempts == 1


def test_an_event_nobody_consumes_any_more_is_simply_done(acme: World, react: React) -> None:
    react("AFTERWARDS", ListingOpened, Consumer("mail"))
    event_id = an_event(acme)
    react("AFTERWARDS", ListingOpened)
    assert deliver(event_id) is True
    assert receipts(event_id) == set()


@pytest.mark.parametrize("state", [State.DONE, State.DEAD])
def test_what_is_finished_is_not_delivered(acme: World, react: React, state: State) -> None:
    react("AFTERWARDS", ListingOpened, Consumer("mail"))
    event_id = an_event(acme)
    Event.objects.filter(pk=event_id).update(state=state)
    assert deliver(event_id) is False
    assert effects(acme) == set()
