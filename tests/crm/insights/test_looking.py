"""Whoever something happened to is looked at again: they come in or go, each time once, with history (semantics
§3.12).
"""

import pytest

from crm.contacts.models import Customer
from crm.contacts.services import delete_contact, merge_contacts, unmerge, update_customer
from crm.contacts.services.loading import CustomerRow, load_customers
from crm.insights.models import Health, SegmentMember
from crm.insights.services import define_segment, look_again, look_at, looking
from crm.kernel.clock import now
from crm.kernel.models import QueuedTask
from loyalty.tiers.services import set_tier
from tests.builders import a_customer, customers_of
from tests.cast import World
from tests.crm.insights.stage import BLOCKED, GOLD, a_segment, inside, stored_segment, work_off
from tests.dialects.traces import latest_events

pytestmark = pytest.mark.django_db


def moves(world: World) -> list[tuple[str, str]]:
    """Who came in and who went, the first one first."""
    events = latest_events(world, "segment.entered", "segment.left")
    return [(event.name.removeprefix("segment."), event.payload["contact_id"]) for event in reversed(events)]


def test_a_person_comes_in_and_goes_by_what_happens_to_them_and_their_times_are_kept(acme: World) -> None:
    person, other = customers_of(acme, 2)
    segment_id = a_segment(acme, BLOCKED, "blocked")
    for status in ("blocked", "blocked", "active", "blocked"):
        with acme.scope():
            update_customer(contact_id=person, status=status, notes=f"now {status}")
        work_off(acme)
    assert moves(acme) == [("entered", str(person)), ("left", str(person)), ("entered", str(person))]
    assert inside(acme, segment_id) == {person}
    assert stored_segment(acme, segment_id).member_count == 1
    with acme.scope():
        rows = list(SegmentMember.objects.order_by("entered_at").values_list("contact", "left_at"))
        assert [contact for contact, _left in rows] == [person, person]
        assert [left is None for _contact, left in rows] == [False, True]
        assert not SegmentMember.objects.filter(contact_id=other).exists()


def test_looking_twice_changes_nothing_and_tells_nothing(acme: World) -> None:
    person = a_customer(acme, status="blocked")
    a_segment(acme, BLOCKED)
    before = moves(acme)
    with acme.scope():
        look_at([person])
        look_at([person])
    assert moves(acme) == before == []


def test_a_new_customer_comes_in(acme: World) -> None:
    segment_id = a_segment(acme, BLOCKED)
    person = a_customer(acme, status="blocked")
    assert inside(acme, segment_id) == set()
    work_off(acme)
    assert (inside(acme, segment_id), moves(acme)) == ({person}, [("entered", str(person))])


def test_another_tier_is_noticed(acme: World) -> None:
    person = a_customer(acme)
    segment_id = a_segment(acme, GOLD)
    with acme.scope():
        set_tier(contact_id=person, slug="gold", reason="test")
    work_off(acme)
    assert inside(acme, segment_id) == {person}


def test_who_is_deleted_leaves(acme: World) -> None:
    person = a_customer(acme, status="blocked")
    segment_id = a_segment(acme, BLOCKED)
    with acme.scope():
        delete_contact(contact_id=person)
    work_off(acme)
    assert (inside(acme, segment_id), moves(acme)) == (set(), [("left", str(person))])
    assert stored_segment(acme, segment_id).member_count == 0


def test_while_a_segment_is_being_filled_people_come_in_quietly(acme: World) -> None:
    with acme.scope():
        segment = define_segment(name="Blocked", rule=BLOCKED)
    person = a_customer(acme, status="blocked")
    with acme.scope():
        look_at([person])
    assert (inside(acme, segment.pk), moves(acme)) == ({person}, [])


def test_people_of_another_place_are_not_looked_at(acme: World, rival: World, rehearsal: World) -> None:
    segment_id = a_segment(acme, BLOCKED)
    strangers = [a_customer(world, status="blocked") for world in (rival, rehearsal)]
    with acme.scope():
        look_at(strangers)
        assert not Health.objects.exists()
    assert inside(acme, segment_id) == set()


def test_however_many_are_looked_at_by_tasks_of_a_thousand(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "AT_ONCE", 2)
    people = customers_of(acme, 5)
    work_off(acme)
    segment_id = a_segment(acme, BLOCKED)
    with acme.scope():
        Customer.objects.update(status="blocked")
        look_again(contact_ids=[*people, people[0]])
        look_again(contact_ids=[])
    asked = QueuedTask.objects.filter(name="insights.look_at_people", state="due")
    assert sorted(len(task.arguments["contact_ids"]) for task in asked) == [1, 2, 2]
    work_off(acme)
    assert inside(acme, segment_id) == set(people)


def test_customers_who_come_in_a_file_are_looked_at(acme: World) -> None:
    segment_id = a_segment(acme, {"all": []})
    with acme.scope():
        rows = [CustomerRow(f"Loaded {number}", f"loaded{number}@example.com", "", now()) for number in range(3)]
        ids = {customer.pk for customer in load_customers(rows)}
    assert inside(acme, segment_id) == set()
    work_off(acme)
    assert inside(acme, segment_id) == ids


def test_merged_people_are_where_any_of_them_was_and_then_where_they_belong(acme: World) -> None:
    winner, loser = a_customer(acme, status="active"), a_customer(acme, status="blocked")
    segment_id = a_segment(acme, BLOCKED, "blocked")
    frozen = a_segment(acme, BLOCKED, "frozen", kind="static")
    with acme.scope():
        merge = merge_contacts(winner_id=winner, loser_ids=[loser])
    assert inside(acme, segment_id) == inside(acme, frozen) == {winner}
    work_off(acme)
    assert (inside(acme, segment_id), inside(acme, frozen)) == (set(), {winner})
    with acme.scope():
        assert not Health.objects.filter(pk=loser).exists()
        unmerge(merge_id=merge.merge_id)
    work_off(acme)
    assert inside(acme, segment_id) == {loser}


def test_of_two_who_were_in_a_segment_one_is_left_and_one_row_is_open(acme: World) -> None:
    winner, loser = (a_customer(acme, status="blocked") for _ in range(2))
    segment_id = a_segment(acme, BLOCKED)
    with acme.scope():
        merge_contacts(winner_id=winner, loser_ids=[loser])
        rows = SegmentMember.objects.filter(segment_id=segment_id)
        assert sorted(row.left_at is None for row in rows) == [False, True]
        assert {row.contact_id for row in rows} == {winner}
    work_off(acme)
    assert inside(acme, segment_id) == {winner}
    assert stored_segment(acme, segment_id).member_count == 1
