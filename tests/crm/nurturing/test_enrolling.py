"""Who enters a sequence, who does not and why; and that asking again does nothing (semantics §3.8; s4 §6, 15)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from crm.leads.models import Lead
from crm.leads.services import add_interaction
from crm.messaging.services import suppress
from crm.nurturing.errors import NotPublished, SequenceClosed, SequenceNotFound
from crm.nurturing.models import Enrolment
from crm.nurturing.services import (
    Started,
    archive_sequence,
    define_sequence,
    draft_steps,
    enrol_leads,
    nurture_next,
    publish_sequence,
    start_nurturing,
    stop_nurturing,
)
from tests.builders import a_lead
from tests.cast import World
from tests.crm.messaging.letters import at
from tests.crm.nurturing.sequences import MAIL, NOON, a_sequence, enter, send, tick, wait

DAY = timedelta(days=1)
NOTHING = Started()
pytestmark = pytest.mark.django_db


def start(world: World, moment: Any = NOON) -> Started:
    with at(world, moment):
        return start_nurturing()


def a_warm_lead(world: World, **values: Any) -> UUID:
    return a_lead(world, **{"score": 50, **values})


def test_eligible_leads_enter_the_default_sequence_once(acme: World) -> None:
    a_warm_lead(acme)
    a_warm_lead(acme, status="contacted")
    assert start(acme) == Started(enrolled=2, steps_run=2)
    assert start(acme) == NOTHING


@pytest.mark.parametrize(
    "values",
    [
        {"score": "29.99"},
        {"status": "qualified"},
        {"status": "won"},
        {"status": "lost"},
        {"last_contact": NOON - 6 * DAY},
    ],
    ids=str,
)
def test_others_do_not(acme: World, values: dict[str, Any]) -> None:
    a_warm_lead(acme, **values)
    assert start(acme) == NOTHING


def test_a_lead_with_an_open_next_action_is_left_to_who_has_it(acme: World) -> None:
    lead = a_warm_lead(acme)
    with acme.scope():
        add_interaction(lead_id=lead, type="note", next_action="Call them")
    assert start(acme) == NOTHING


def test_a_contact_eight_days_ago_is_long_enough(acme: World) -> None:
    a_warm_lead(acme, last_contact=NOON - 8 * DAY)
    assert start(acme).enrolled == 1


def test_who_may_not_be_written_to_is_skipped_with_the_reason_and_remembered(acme: World) -> None:
    a_warm_lead(acme, email="ann@example.com")
    with acme.scope():
        suppress(channel="email", address="ann@example.com", reason="unsubscribe")
    assert start(acme) == Started(skipped={"unsubscribe": 1})  # type: ignore[arg-type]
    assert start(acme) == NOTHING
    assert start(acme, NOON + 8 * DAY).skipped == {"unsubscribe": 1}


def test_at_night_letters_are_deferred(acme: World) -> None:
    a_warm_lead(acme)
    night = NOON + timedelta(hours=12)
    assert start(acme, night) == Started(enrolled=1)
    assert start(acme, night) == NOTHING
    assert tick(acme, night + timedelta(hours=8)).steps == 1


def test_who_is_in_it_already_is_counted_as_such_once(acme: World) -> None:
    sequence = a_sequence(acme, wait(30), MAIL, name="Slow", is_default=True)
    lead = a_warm_lead(acme)
    enter(acme, sequence, lead)
    later = NOON + 8 * DAY
    assert start(acme, later) == Started(already=1)
    assert start(acme, later) == NOTHING


def test_who_was_in_it_does_not_enter_again(acme: World) -> None:
    a_sequence(acme, MAIL, is_default=True)
    a_warm_lead(acme)
    assert start(acme).enrolled == 1
    send(acme)
    tick(acme, NOON + DAY)
    assert start(acme, NOON + 30 * DAY) == NOTHING


def test_unless_the_sequence_says_so_and_not_within_seven_days(acme: World) -> None:
    a_sequence(acme, MAIL, is_default=True, allow_reentry=True, entry_quiet_days=0)
    a_warm_lead(acme)
    start(acme)
    send(acme)
    tick(acme, NOON + DAY)
    assert start(acme, NOON + 6 * DAY) == NOTHING
    assert start(acme, NOON + 8 * DAY).enrolled == 1


def test_of_two_sequences_the_higher_has_them(acme: World) -> None:
    low, high = a_sequence(acme, wait(1), name="Low", priority=1), a_sequence(acme, MAIL, name="High", priority=9)
    lead = a_lead(acme)
    assert enter(acme, low, lead).enrolled == 1
    assert enter(acme, high, lead).enrolled == 1
    with acme.scope():
        assert dict(Enrolment.objects.values_list("sequence__name", "reason")) == {"Low": "outranked", "High": ""}
    other = a_lead(acme)
    enter(acme, high, other)
    assert enter(acme, low, other).skipped == {"in_another_sequence": 1}


def test_by_name_anybody_open_enters_whatever_the_rules_say(acme: World) -> None:
    sequence = a_sequence(acme, MAIL)
    cold, lost = a_lead(acme), a_lead(acme, status="lost")
    entered = enter(acme, sequence, cold, lost)
    assert (entered.enrolled, entered.skipped) == (1, {"not_open": 1})
    assert enter(acme, sequence, cold).already == 1


def test_foreign_and_deleted_leads_are_passed_over_alike(acme: World, rival: World) -> None:
    sequence, gone = a_sequence(acme, MAIL), a_lead(acme)
    with acme.scope():
        Lead.objects.filter(pk=gone).update(deleted_at=NOON)
    assert enter(acme, sequence, gone, a_lead(rival)).seen == 0
    with rival.scope(), pytest.raises(SequenceNotFound):
        enrol_leads(sequence_id=sequence.pk, lead_ids=[])


def test_nobody_enters_what_is_archived_or_never_published(acme: World) -> None:
    sequence = a_sequence(acme, MAIL, is_default=True)
    lead = a_warm_lead(acme)
    with acme.scope():
        archive_sequence(sequence_id=sequence.pk)
        with pytest.raises(SequenceClosed):
            enrol_leads(sequence_id=sequence.pk, lead_ids=[lead])
        draft = define_sequence(name="Draft")
        with pytest.raises(NotPublished):
            enrol_leads(sequence_id=draft.pk, lead_ids=[lead])
    assert start(acme) == NOTHING


def test_a_new_version_is_for_those_who_enter_now(acme: World) -> None:
    sequence, before, after = a_sequence(acme, wait(1), MAIL), a_lead(acme), a_lead(acme)
    enter(acme, sequence, before)
    with acme.scope():
        draft_steps(sequence_id=sequence.pk, steps=[MAIL])
        publish_sequence(sequence_id=sequence.pk)
    enter(acme, sequence, after)
    with acme.scope():
        assert dict(Enrolment.objects.values_list("lead_id", "version__number")) == {before: 1, after: 2}


def test_leads_enter_an_automatic_sequence_by_themselves(acme: World) -> None:
    a_sequence(acme, MAIL, name="By hand")
    a_sequence(acme, MAIL, name="By itself", is_automatic=True)
    a_warm_lead(acme)
    with at(acme, NOON):
        place, done = nurture_next()
        assert done == 1
        while done:
            place, done = nurture_next(place)
        assert [str(name) for name in Enrolment.objects.values_list("sequence__name", flat=True)] == ["By itself"]


def test_a_stopped_lead_does_not_come_back_by_itself(acme: World) -> None:
    lead = a_warm_lead(acme)
    start(acme)
    with acme.scope():
        stop_nurturing(lead_ids=[lead], reason="reply")
    assert start(acme, NOON + 30 * DAY) == NOTHING
