"""Merged leads: the loser leaves the sequence, the furthest step wins, and an unmerge gives both back (§3.8, §3.13)."""

from datetime import timedelta

import pytest

from crm.leads.services import merge_leads, unmerge_leads
from crm.nurturing.models import Enrolment, StepRun
from tests.builders import a_lead
from tests.cast import World
from tests.crm.messaging.letters import at
from tests.crm.nurturing.sequences import MAIL, NOON, TASK, a_sequence, enter, messages, send, tick, wait

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def everything(world: World) -> tuple[list[object], list[object]]:
    with world.scope():
        enrolments = Enrolment.objects.order_by("pk").values_list("pk", "lead_id", "state", "reason")
        runs = StepRun.objects.order_by("pk").values_list("pk", "enrolment_id", "step__position", "state", "due_at")
        return list(enrolments), list(runs)


def test_the_loser_leaves_and_nothing_more_is_sent_to_them(acme: World) -> None:
    sequence, winner, loser = a_sequence(acme, MAIL, wait(1), MAIL), a_lead(acme), a_lead(acme)
    enter(acme, sequence, loser)
    tick(acme)
    before = everything(acme)
    with acme.scope():
        merge = merge_leads(winner_id=winner, loser_ids=[loser])
        assert list(Enrolment.objects.values_list("lead_id", "state", "reason")) == [(winner, "stopped", "merged")]
    assert [message.state for message in messages(acme)] == ["skipped"]
    assert tick(acme, NOON + 9 * DAY).looked_at == 0
    with acme.scope():
        assert merge.merge_id is not None
        unmerge_leads(merge_id=merge.merge_id)
    assert everything(acme) == before
    assert send(acme) == 1


def test_the_furthest_step_wins(acme: World) -> None:
    sequence, winner, loser = a_sequence(acme, wait(1), wait(1), MAIL), a_lead(acme), a_lead(acme)
    enter(acme, sequence, loser)
    tick(acme, NOON + DAY)
    enter(acme, sequence, winner, moment=NOON + DAY)
    before = everything(acme)
    with acme.scope():
        merge = merge_leads(winner_id=winner, loser_ids=[loser])
        [inside] = Enrolment.objects.filter(state="active")
        assert inside.lead_id == winner
        runs = list(inside.runs.order_by("step__position").values_list("step__position", "state", "due_at"))
    assert runs == [(2, "scheduled", NOON + 2 * DAY)]
    tick(acme, NOON + 2 * DAY)
    assert len(messages(acme)) == 1
    assert merge.merge_id is not None
    assert before[0] != everything(acme)[0]


def test_a_loser_behind_leaves_the_winner_where_they_are(acme: World) -> None:
    sequence, winner, loser = a_sequence(acme, wait(1), wait(1), MAIL), a_lead(acme), a_lead(acme)
    enter(acme, sequence, winner)
    tick(acme, NOON + DAY)
    enter(acme, sequence, loser, moment=NOON + DAY)
    with acme.scope():
        merge_leads(winner_id=winner, loser_ids=[loser])
        [inside] = Enrolment.objects.filter(state="active")
        assert [run.step.position for run in inside.runs.filter(state="scheduled")] == [2]


def test_unmerged_both_go_on_where_they_were(acme: World) -> None:
    sequence, winner, loser = a_sequence(acme, wait(1), wait(1), MAIL), a_lead(acme), a_lead(acme)
    enter(acme, sequence, loser)
    tick(acme, NOON + DAY)
    enter(acme, sequence, winner, moment=NOON + DAY)
    before = everything(acme)
    with acme.scope():
        merge = merge_leads(winner_id=winner, loser_ids=[loser])
        assert merge.merge_id is not None
        unmerge_leads(merge_id=merge.merge_id)
    assert everything(acme) == before


def test_an_unmerge_after_the_winner_went_on_leaves_one_open_step(acme: World) -> None:
    sequence, winner, loser = a_sequence(acme, wait(1), TASK, wait(1), MAIL), a_lead(acme), a_lead(acme)
    enter(acme, sequence, loser)
    tick(acme, NOON + DAY)
    enter(acme, sequence, winner, moment=NOON + DAY)
    with at(acme, NOON + DAY):
        merge = merge_leads(winner_id=winner, loser_ids=[loser])
        assert merge.merge_id is not None
        inside = Enrolment.objects.get(state="active")
        assert [run.step.position for run in inside.runs.all()] == [3], "the loser's task was begun already"
    tick(acme, NOON + 5 * DAY)
    with at(acme, NOON + 5 * DAY):
        unmerge_leads(merge_id=merge.merge_id)
        assert inside.runs.filter(state__in=("scheduled", "handed")).count() == 1
    tick(acme, NOON + 9 * DAY)
    assert len([message for message in messages(acme) if message.lead_id == winner]) == 1


def test_of_several_losers_the_furthest_counts(acme: World) -> None:
    sequence, winner = a_sequence(acme, wait(1), wait(1), wait(1), MAIL), a_lead(acme)
    far, near = a_lead(acme), a_lead(acme)
    enter(acme, sequence, far)
    tick(acme, NOON + DAY)
    enter(acme, sequence, near, moment=NOON + DAY)
    tick(acme, NOON + 2 * DAY)
    enter(acme, sequence, winner, moment=NOON + 2 * DAY)
    with acme.scope():
        merge_leads(winner_id=winner, loser_ids=[far, near])
        assert [run.step.position for run in Enrolment.objects.get(state="active").runs.all()] == [3]


def test_a_winner_who_is_settled_by_it_leaves_and_comes_back_with_an_unmerge(acme: World) -> None:
    sequence, winner, loser = a_sequence(acme, wait(1), MAIL), a_lead(acme), a_lead(acme, status="won")
    enter(acme, sequence, winner)
    before = everything(acme)
    with acme.scope():
        merge = merge_leads(winner_id=winner, loser_ids=[loser])
        assert merge.merge_id is not None
        assert [(row.state, row.reason) for row in Enrolment.objects.all()] == [("stopped", "won")]
        unmerge_leads(merge_id=merge.merge_id)
    assert everything(acme) == before
