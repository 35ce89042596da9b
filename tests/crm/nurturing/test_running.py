"""What happens to a lead inside a sequence: each step once, counted from when the one before was done (§3.8)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.leads.models import FollowUp, Lead, LeadInteraction, StageChange
from crm.leads.services import add_interaction, change_lead, finish_follow_up
from crm.messaging.models import Communication
from crm.messaging.services import change_sending_settings
from crm.nurturing.models import StepRun
from crm.nurturing.services import running, stop_nurturing
from crm.organisations.services import define_custom_field
from tests.builders import a_lead
from tests.cast import World
from tests.crm.messaging.letters import at
from tests.crm.nurturing.sequences import (
    MAIL,
    NOON,
    TASK,
    a_sequence,
    due_at,
    enter,
    inside,
    lead_now,
    messages,
    now_of,
    only_if,
    runs_of,
    send,
    tick,
    wait,
    write,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
pytestmark = pytest.mark.django_db


def test_a_letter_is_asked_for_once_and_noted(acme: World) -> None:
    enrolment = inside(acme, MAIL)
    assert (tick(acme).steps, tick(acme).steps) == (1, 0)
    [message] = messages(acme)
    with acme.scope():
        run = StepRun.objects.get()
        assert (message.cause, message.lead_id, message.state) == (run.cause, enrolment.lead_id, "queued")
        said = LeadInteraction.objects.get()
        assert (said.type, said.notes, said.actor_kind) == ("email", f"Welcome: {message.subject}", "job")
    lead = lead_now(acme, enrolment)
    assert (lead.status, lead.last_contact, lead.status_since) == ("contacted", NOON, NOON)
    with acme.scope():
        assert StageChange.objects.filter(lead=lead, to_status="contacted").count() == 1


def test_what_comes_next_counts_from_when_the_letter_left(acme: World) -> None:
    enrolment = inside(acme, MAIL, wait(2, "hour"), MAIL)
    tick(acme)
    left = NOON + timedelta(minutes=25)
    send(acme, left)
    tick(acme, left + HOUR)
    assert runs_of(acme, enrolment)[0] == ("email", "sent", "")
    assert due_at(acme, enrolment) == left + 2 * HOUR


def test_a_lead_that_comes_to_the_end_has_finished(acme: World) -> None:
    enrolment = inside(acme, MAIL)
    tick(acme)
    assert now_of(acme, enrolment).state == "active"
    send(acme)
    tick(acme, NOON + HOUR)
    ended = now_of(acme, enrolment)
    assert (ended.state, ended.ended_at) == ("finished", NOON + HOUR)


def test_a_task_is_given_and_what_follows_waits_until_it_is_done(acme: World) -> None:
    agent = acme.staff["agent"].pk
    enrolment = inside(acme, TASK, wait(1, "hour"), MAIL, assigned_to_id=agent)
    tick(acme)
    with acme.scope():
        task = FollowUp.objects.get(kind="task")
    assert (task.title, task.assigned_to_id, task.due_at) == ("Call them", agent, NOON)
    [told] = messages(acme)
    assert (told.recipient, told.message_class) == (acme.staff["agent"].user.email, "transactional")
    assert tick(acme, NOON + 3 * DAY).steps == 0
    done = NOON + 3 * DAY + HOUR
    with at(acme, done):
        finish_follow_up(follow_up_id=task.pk)
    tick(acme, done + timedelta(minutes=10))
    assert runs_of(acme, enrolment)[0] == ("task", "done", "")
    assert due_at(acme, enrolment) == done + HOUR


@pytest.mark.parametrize(("company", "kinds"), [("Acme", ["branch", "task"]), ("", ["branch", "email"])])
def test_a_branch_goes_on_or_elsewhere(acme: World, company: str, kinds: list[str]) -> None:
    enrolment = inside(acme, only_if("company", "is_set", otherwise=3), TASK, MAIL, company=company)
    tick(acme)
    assert [kind for kind, _state, _reason in runs_of(acme, enrolment)] == kinds


def test_a_branch_that_leads_nowhere_ends_the_sequence(acme: World) -> None:
    enrolment = inside(acme, only_if("band", "is_any_of", "hot"), MAIL)
    tick(acme)
    assert (now_of(acme, enrolment).state, messages(acme)) == ("finished", [])


def test_a_branch_may_ask_what_happened_since_the_lead_entered(acme: World) -> None:
    enrolment = inside(acme, wait(1), only_if("touch", "happened", "call", otherwise=4), TASK, MAIL)
    with at(acme, NOON + HOUR):
        add_interaction(lead_id=enrolment.lead_id, type="call")
    tick(acme, NOON + DAY)
    assert [kind for kind, _state, _reason in runs_of(acme, enrolment)] == ["wait", "branch", "task"]


def test_what_was_said_before_does_not_count(acme: World) -> None:
    sequence, lead = a_sequence(acme, only_if("touch", "happened", "call"), TASK), a_lead(acme)
    with at(acme, NOON - HOUR):
        add_interaction(lead_id=lead, type="call")
    enter(acme, sequence, lead)
    tick(acme)
    with acme.scope():
        assert not FollowUp.objects.exists()


def test_fields_are_written_and_a_fault_of_one_holds_up_nobody(acme: World) -> None:
    sequence = a_sequence(acme, write("custom_fields.nurtured", "yes"), write("status", "qualified"), MAIL)
    leads = [a_lead(acme), a_lead(acme)]
    enter(acme, sequence, *leads)
    tick(acme)
    with acme.scope():
        rows = list(Lead.objects.filter(pk__in=leads).values_list("status", "custom_fields"))
    assert rows == [("qualified", {"nurtured": "yes"})] * 2
    assert len(messages(acme)) == 2


def test_a_step_that_loses_the_lead_is_the_last(acme: World) -> None:
    enrolment = inside(acme, write("status", "lost"), MAIL)
    tick(acme)
    ended = now_of(acme, enrolment)
    assert (ended.state, ended.reason, messages(acme)) == ("stopped", "lost", [])


def test_a_goal_ends_it(acme: World) -> None:
    goal = {"field": "score", "test": "at_least", "values": ["60"]}
    sequence, lead = a_sequence(acme, wait(1), MAIL, goal=goal), a_lead(acme)
    enter(acme, sequence, lead)
    with acme.scope():
        change_lead(lead_id=lead, score=60)
    tick(acme, NOON + DAY)
    with acme.scope():
        assert list(sequence.enrolments.values_list("state", "reason")) == [("stopped", "goal")]
    assert messages(acme) == []


def test_what_is_due_at_night_leaves_in_the_morning(acme: World) -> None:
    enrolment = inside(acme, wait(11, "hour"), MAIL)
    tick(acme, NOON + 11 * HOUR)
    assert due_at(acme, enrolment) == NOON + 20 * HOUR


def test_over_the_cap_a_letter_is_put_off_and_counted(acme: World) -> None:
    with acme.scope():
        change_sending_settings(email_per_day=1)
    enrolment = inside(acme, MAIL, MAIL)
    assert tick(acme).deferred == 0
    send(acme)
    assert tick(acme, NOON + HOUR).deferred == 1
    assert messages(acme)[1].due_at == NOON + DAY
    send(acme, NOON + DAY)
    tick(acme, NOON + DAY + HOUR)
    assert now_of(acme, enrolment).state == "finished"


def test_one_bad_recipient_spoils_no_other(acme: World) -> None:
    sequence = a_sequence(acme, MAIL, TASK)
    good, bad = a_lead(acme), a_lead(acme)
    enter(acme, sequence, good, bad)
    with acme.scope():
        Lead.objects.filter(pk=bad).update(email="not an address", email_key="not an address")
    tick(acme)
    send(acme)
    tick(acme, NOON + HOUR)
    with acme.scope():
        states = dict(StepRun.objects.filter(step__position=1).values_list("enrolment__lead_id", "state"))
        assert states == {good: "sent", bad: "failed"}
        assert FollowUp.objects.filter(kind="task").count() == 2


def test_a_message_of_unknown_fate_is_counted_and_not_sent_again(acme: World) -> None:
    enrolment = inside(acme, MAIL)
    tick(acme)
    with acme.scope():
        Communication.objects.update(state="unknown", reason="sender_lost")
    tick(acme, NOON + HOUR)
    assert runs_of(acme, enrolment) == [("email", "unknown", "sender_lost")]
    assert (now_of(acme, enrolment).state, send(acme, NOON + HOUR)) == ("finished", 0)


def test_a_chunk_that_fails_has_done_nothing(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    enrolment = inside(acme, MAIL)

    def broken(*_args: object) -> None:
        raise RuntimeError("the worker is gone")

    with monkeypatch.context() as patched:
        patched.setattr(running, "_write", broken)
        with pytest.raises(RuntimeError):
            tick(acme)
    assert (messages(acme), runs_of(acme, enrolment)) == ([], [("email", "scheduled", "")])
    assert tick(acme).steps == 1


def test_another_place_sees_and_runs_nothing(acme: World, rival: World, rehearsal: World) -> None:
    enrolment = inside(acme, MAIL)
    for stranger in (rival, rehearsal):
        assert tick(stranger).looked_at == 0
        with at(stranger, NOON):
            assert stop_nurturing(lead_ids=[enrolment.lead_id], reason="by_hand") == 0
    assert now_of(acme, enrolment).state == "active"


def test_sixty_steps_take_as_many_statements_as_two(acme: World) -> None:
    sequence = a_sequence(acme, MAIL, TASK)

    def statements(number: int) -> int:
        enter(acme, sequence, *[a_lead(acme) for _ in range(number)])
        with CaptureQueriesContext(connection) as asked:
            tick(acme)
        return len(asked)

    assert statements(2) == statements(60)


def test_a_value_is_written_in_the_kind_of_its_field(acme: World) -> None:
    with acme.scope():
        define_custom_field(key="seats", label="Seats", kind="integer")
    enrolment = inside(
        acme, write("custom_fields.seats", "40"), only_if("custom_fields.seats", "is_any_of", "40"), TASK
    )
    tick(acme)
    assert lead_now(acme, enrolment).custom_fields == {"seats": 40}
    assert [kind for kind, _state, _reason in runs_of(acme, enrolment)] == ["update", "branch", "task"]


def test_an_open_run_of_somebody_who_has_left_is_closed_and_holds_up_nobody(acme: World) -> None:
    enrolment = inside(acme, MAIL)
    with acme.scope():
        type(enrolment).objects.filter(pk=enrolment.pk).update(state="finished")
    tick(acme)
    assert runs_of(acme, enrolment) == [("email", "cancelled", "")]
    assert messages(acme) == []
