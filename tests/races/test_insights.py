"""Several look at one person, or write segments at once. Each race has a twin with the guard switched off."""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

import pytest

from crm.contacts.models import Customer
from crm.contacts.services import update_customer
from crm.insights.errors import CircularSegment
from crm.insights.models import Health, Segment, SegmentMember
from crm.insights.services import change_segment, compute_health, defining, health, look_at, looking
from crm.kernel.models import Event
from tests.builders import a_customer
from tests.cast import Cast, World
from tests.crm.insights.stage import BLOCKED, GOLD, a_segment, inside
from tests.dialects.traces import latest_events
from tests.races.together import raised, succeeded, together

pytestmark = pytest.mark.xdist_group("races")

LOOKERS, ROUNDS = 8, 5
MOVES = ("segment.entered", "segment.left")


def looking_at(world: World, contact_id: UUID) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            return look_at([contact_id])

    return work


def set_status(world: World, contact_id: UUID, status: str) -> None:
    """As if an event had not been told yet."""
    with world.scope():
        Customer.objects.filter(pk=contact_id).update(status=status)


def moved_together(world: World) -> list[int]:
    """How many events and open rows there are after a person came into a segment, and went, with many looking."""
    a_segment(world, BLOCKED, "blocked")
    person, told = a_customer(world), []
    for status in ("blocked", "active"):
        set_status(world, person, status)
        outcomes = together(*[looking_at(world, person)] * LOOKERS)
        assert succeeded(outcomes) == LOOKERS, outcomes
        told.append(len(latest_events(world, *MOVES)))
    return told


def forget(world: World) -> None:
    with world.scope():
        Segment.objects.all().delete()
        Event.objects.filter(name__in=MOVES).delete()


def test_however_many_look_each_move_is_told_once(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for _ in range(ROUNDS):
        assert moved_together(acme) == [1, 2]
        forget(acme)


def unheld(contact_ids: Collection[UUID]) -> list[UUID]:
    return list(contact_ids)


def test_without_holding_the_person_a_move_is_told_more_than_once(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "hold_people", unheld)
    monkeypatch.setattr(looking, "compute_health", lambda _ids: 0)
    acme, harmed, tries = committed_cast.acme, False, 10 * ROUNDS
    while not harmed and tries:
        harmed, tries = moved_together(acme) != [1, 2], tries - 1
        forget(acme)
    assert harmed


def changing(world: World, contact_id: UUID, status: str) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            update_customer(contact_id=contact_id, status=status)
        with world.scope():
            look_at([contact_id])

    return work


def test_whatever_happens_at_once_the_last_look_is_right(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    segment_id = a_segment(acme, BLOCKED, "blocked")
    for _ in range(ROUNDS):
        person = a_customer(acme)
        together(*[changing(acme, person, status) for status in ("blocked", "active") * (LOOKERS // 2)])
        with acme.scope():
            is_blocked = Customer.objects.get(pk=person).status == "blocked"
            assert SegmentMember.objects.filter(contact_id=person, left_at=None).exists() == is_blocked
            rows = SegmentMember.objects.filter(contact_id=person).count()
        moves = [event for event in latest_events(acme, *MOVES) if event.payload["contact_id"] == str(person)]
        assert len(moves) == 2 * rows - is_blocked
        assert (person in inside(acme, segment_id)) == is_blocked


def naming(world: World, segment_id: UUID, other: str) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            return change_segment(segment_id=segment_id, rule={"any": [GOLD, {"segment": other, "op": "in"}]})

    return work


def named_at_once(world: World, number: int) -> list[Any]:
    slugs = [f"one_{number}", f"other_{number}"]
    first, second = (a_segment(world, BLOCKED, slug) for slug in slugs)
    return together(naming(world, first, slugs[1]), naming(world, second, slugs[0]))


def test_two_who_write_at_once_make_no_circle(committed_cast: Cast) -> None:
    for number in range(ROUNDS):
        outcomes = named_at_once(committed_cast.acme, number)
        assert (succeeded(outcomes), raised(outcomes, CircularSegment)) == (1, 1), outcomes


def test_without_waiting_for_each_other_they_do(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(defining, "_one_at_a_time", lambda: None)
    assert any(succeeded(named_at_once(committed_cast.acme, number)) == 2 for number in range(10 * ROUNDS))


def computing(world: World, contact_id: UUID) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            return compute_health([contact_id])

    return work


def bands_told(world: World) -> int:
    """How many events tell that one customer, whom many compute at once, went from one band to another."""
    person = a_customer(world)
    before = len(latest_events(world, "customer.health_band_changed"))
    with world.scope():
        compute_health([person])
    set_status(world, person, "blocked")
    outcomes = together(*[computing(world, person)] * LOOKERS)
    assert succeeded(outcomes) == LOOKERS, outcomes
    return len(latest_events(world, "customer.health_band_changed")) - before


def test_another_band_is_told_once_however_many_compute_it(committed_cast: Cast) -> None:
    assert [bands_told(committed_cast.acme) for _ in range(ROUNDS)] == [1] * ROUNDS


def test_without_the_lock_it_is_told_more_than_once(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_held", lambda ids: Health.objects.filter(pk__in=list(ids)))
    assert any(bands_told(committed_cast.acme) > 1 for _ in range(10 * ROUNDS))


def test_who_is_computed_for_the_first_time_by_many_has_one_row(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for _ in range(ROUNDS):
        outcomes = together(*[computing(acme, a_customer(acme))] * LOOKERS)
        assert succeeded(outcomes) == LOOKERS, outcomes
