"""Notices: messages that have arrived in the app, in their order, read and removed."""

from datetime import timedelta
from uuid import UUID

import pytest

from crm.contacts.services import merge_contacts, unmerge
from crm.kernel.tenancy import Mode
from crm.messaging.errors import CommunicationNotFound
from crm.messaging.selectors import (
    communications_with,
    inboxes,
    newest_notice,
    notices_among,
    notices_missed,
    notices_of,
)
from crm.messaging.selectors import notices as looking
from crm.messaging.services import mark_all_notices_viewed, mark_communication, mark_notice, remove_notice
from tests.builders import a_customer
from tests.cast import Cast, World
from tests.crm.messaging.letters import NOON, at, events_of, send, stored
from tests.crm.messaging.notices import a_notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(acme: World) -> UUID:
    return a_customer(acme, name="Ann Lee", email="ann@example.com")


def test_a_notice_is_one_once_it_has_arrived(acme: World, ann: UUID) -> None:
    waiting = a_notice(acme, ann, NOON, arrives=False)
    with at(acme, NOON):
        assert (waiting.notice_number, newest_notice(ann), notices_of(ann).count()) == (None, 0, 0)
    send(acme)
    arrived = stored(acme, waiting)
    with at(acme, NOON):
        assert arrived.notice_number == newest_notice(ann) > 0
        assert inboxes({ann: 0})[ann].arrived == [arrived.pk]


def test_numbers_grow_and_tell_what_was_missed(acme: World, ann: UUID) -> None:
    first, second, third = (a_notice(acme, ann, NOON) for _ in range(3))
    a_notice(acme, a_customer(acme, name="Ben Doe", email="ben@example.com"), NOON)
    numbers = [row.notice_number or 0 for row in (first, second, third)]
    assert numbers == sorted(set(numbers))
    with at(acme, NOON):
        assert notices_missed(ann, after=numbers[0]) == [second.pk, third.pk]
        assert notices_missed(ann, after=numbers[2]) == []
        assert notices_missed(ann, after=numbers[2] + 1_000_000) is None
        assert [row.pk for row in notices_among([third.pk, first.pk])] == [first.pk, third.pk]


def test_what_was_missed_long_ago_is_not_told_one_by_one(
    acme: World, ann: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = a_notice(acme, ann, NOON), a_notice(acme, ann, NOON)
    number = first.notice_number or 0
    with at(acme, NOON + timedelta(hours=24)):
        assert notices_missed(ann, after=number) == [second.pk]
    with at(acme, NOON + timedelta(hours=24, seconds=1)):
        assert notices_missed(ann, after=number) is None
    monkeypatch.setattr(looking, "REPLAYED_AT_MOST", 1)
    with at(acme, NOON):
        assert notices_missed(ann, after=number) == [second.pk]
        assert notices_missed(ann, after=number - 1) is None


def test_one_statement_tells_of_everybody(cast: Cast, django_assert_num_queries: object) -> None:
    acme = cast.acme
    people = [a_customer(acme, name=f"Ann {n}", email=f"ann{n}@example.com") for n in range(3)]
    mine = a_notice(acme, people[0], NOON)
    a_notice(acme, people[1], NOON)
    with at(acme, NOON), django_assert_num_queries(1):  # type: ignore[operator]
        found = inboxes({people[0]: 0, people[1]: 10**12, people[2]: 0})
    told = [(list(found[person].arrived), found[person].unread) for person in people]
    assert told == [([mine.pk], 1), ([], 1), ([], 0)]
    for other in (cast.rival, cast.rehearsal):
        with at(other, NOON):
            elsewhere = inboxes({people[0]: 0})[people[0]]
            assert (list(elsewhere.arrived), elsewhere.unread) == ([], 0)


def test_what_is_captured_in_test_mode_arrives_as_well(cast: Cast) -> None:
    assert cast.rehearsal.tenant.mode == Mode.TEST
    ann = a_customer(cast.rehearsal, email="ann@example.com")
    assert a_notice(cast.rehearsal, ann).notice_number


def test_a_notice_is_read_and_new_again(acme: World, ann: UUID) -> None:
    notice = a_notice(acme, ann, NOON)
    for viewed in (True, True, False):
        with at(acme, NOON):
            mark_notice(communication_id=notice.pk, contact_id=ann, viewed=viewed)
            assert inboxes({ann: 0})[ann].unread == (0 if viewed else 1)
    assert events_of(acme, notice).count("message.marked") == 2


def test_all_are_read_at_once(acme: World, ann: UUID) -> None:
    for _ in range(2):
        a_notice(acme, ann, NOON)
    other = a_notice(acme, a_customer(acme, email="ben@example.com"))
    with at(acme, NOON):
        assert mark_all_notices_viewed(contact_id=ann) == 2
        assert mark_all_notices_viewed(contact_id=ann) == 0
    assert stored(acme, other).viewed_at is None


def test_what_was_removed_is_seen_no_more_by_the_member(acme: World, ann: UUID) -> None:
    notice = a_notice(acme, ann, NOON)
    with at(acme, NOON):
        remove_notice(communication_id=notice.pk, contact_id=ann)
        assert not communications_with(ann).exists()
        assert (notices_of(ann).count(), inboxes({ann: 0})[ann].unread) == (0, 0)
        # The number is not given again: who has come to it goes on from there.
        assert newest_notice(ann) == notice.notice_number
        for again in (
            lambda: remove_notice(communication_id=notice.pk, contact_id=ann),
            lambda: mark_notice(communication_id=notice.pk, contact_id=ann, viewed=True),
            lambda: mark_communication(communication_id=notice.pk, contact_id=ann, archived=True),
        ):
            with pytest.raises(CommunicationNotFound):
                again()
    assert events_of(acme, notice).count("message.removed") == 1


def test_what_a_loser_of_a_merge_had_arrives_in_the_winners_app(acme: World, ann: UUID) -> None:
    ben = a_customer(acme, name="Ben Doe", email="ben@example.com")
    older, old, own = (a_notice(acme, person, NOON) for person in (ben, ben, ann))
    with acme.scope():
        position = newest_notice(ann)
        done = merge_contacts(winner_id=ann, loser_ids=[ben])
        assert inboxes({ann: position})[ann].arrived == [older.pk, old.pk]
        assert inboxes({ann: 0})[ann].arrived == [own.pk, older.pk, old.pk]
        unmerge(merge_id=done.merge_id)
        assert inboxes({ann: 0, ben: 0})[ben].arrived == [older.pk, old.pk]


def test_nobody_marks_or_removes_the_notice_of_another(cast: Cast) -> None:
    acme = cast.acme
    ann, ben = (a_customer(acme, email=f"{name}@example.com") for name in ("ann", "ben"))
    notice = a_notice(acme, ann, NOON)
    waiting = a_notice(acme, ann, NOON, arrives=False)
    for world, message, person in ((acme, notice, ben), (cast.rival, notice, ann), (acme, waiting, ann)):
        with at(world, NOON):
            with pytest.raises(CommunicationNotFound):
                mark_notice(communication_id=message.pk, contact_id=person, viewed=True)
            with pytest.raises(CommunicationNotFound):
                remove_notice(communication_id=message.pk, contact_id=person)
    assert stored(acme, notice).viewed_at is None
