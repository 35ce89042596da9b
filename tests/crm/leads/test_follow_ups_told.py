"""Colleagues are told of their follow-ups in one mail, and leads that end leave nothing to be done."""

from datetime import timedelta
from typing import Any

import pytest

from crm.kernel.clock import now
from crm.kernel.events import record
from crm.leads.events import LeadsImported
from crm.leads.models import FollowUp, Lead
from crm.leads.services import add_interaction, change_lead, convert_lead, delete_lead, process_follow_ups
from crm.messaging.models import Communication
from crm.messaging.services import define_template, suppress
from crm.organisations.roles import Role
from crm.organisations.services import change_staff
from tests.builders import a_lead
from tests.cast import World
from tests.crm.leads.test_follow_ups import HOUR, an_action, let_pass, process
from tests.crm.messaging.letters import a_template

pytestmark = pytest.mark.django_db


# Who is told


def mails(world: World) -> list[Communication]:
    with world.scope():
        return list(Communication.objects.order_by("recipient"))


def test_each_colleague_gets_one_mail_about_all_that_is_new(acme: World) -> None:
    agent, manager = acme.staff[Role.AGENT], acme.staff[Role.MANAGER]
    for assignee in (agent, agent, manager, None):
        an_action(acme, -HOUR, assigned_to_id=assignee.pk if assignee else None)
    let_pass(acme, a_lead(acme, name="Silent Sue", assigned_to_id=agent.pk), 3)
    with acme.scope():
        processed = process_follow_ups()
        assert process_follow_ups().notified == 0
    assert (processed.created, processed.notified) == (5, 4)
    to_agent, to_manager = mails(acme)
    assert (to_agent.recipient, to_agent.message_class, to_agent.state) == (
        "agent@acme.example", "transactional", "queued",
    )  # fmt: skip
    assert (to_agent.subject, to_manager.subject) == ("You have 3 follow-up(s)", "You have 1 follow-up(s)")
    assert "Send offer" in to_agent.content
    assert "Silent Sue" in to_agent.content
    assert "Silent Sue" not in to_manager.content
    assert "/admin/leads/followup/" in to_agent.content
    assert (to_agent.contact_id, to_agent.lead_id) == (None, None)
    assert to_agent.cause.endswith(str(agent.pk))


def test_what_is_late_is_told_to_the_manager(acme: World) -> None:
    an_action(acme, -timedelta(days=5), assigned_to_id=acme.staff[Role.AGENT].pk)
    with acme.scope():
        assert process_follow_ups().notified == 2
        manager = FollowUp.objects.select_related("assigned_to__user").get(kind="overdue").assigned_to.user.email
    assert sorted([manager, "agent@acme.example"]) == [mail.recipient for mail in mails(acme)]


def test_who_cannot_be_written_to_is_not_counted_as_told(acme: World) -> None:
    with acme.scope():
        suppress(channel="email", address="agent@acme.example", reason="bounce")
        change_staff(staff_id=acme.staff[Role.MANAGER].pk, is_active=False)
    for role in (Role.AGENT, Role.OWNER):
        an_action(acme, -HOUR, assigned_to_id=acme.staff[role].pk)
    left = an_action(acme, -HOUR)
    with acme.scope():
        Lead.objects.filter(pk=left.lead_id).update(assigned_to=acme.staff[Role.MANAGER])
        assert process_follow_ups().notified == 1


def test_a_template_that_says_nothing_stops_no_follow_up(acme: World) -> None:
    with acme.scope():
        define_template(key="staff_follow_ups", name="Empty", channel="email")
    an_action(acme, -HOUR, assigned_to_id=acme.staff[Role.AGENT].pk)
    with acme.scope():
        processed = process_follow_ups()
    assert (processed.created, processed.notified, mails(acme)) == (1, 0, [])


def test_the_mail_says_what_staff_have_written(acme: World) -> None:
    a_template(acme, "staff_follow_ups", message_class="transactional", subject="{{ count }} to do")
    an_action(acme, -HOUR, assigned_to_id=acme.staff[Role.AGENT].pk)
    process(acme)
    assert [mail.subject for mail in mails(acme)] == ["1 to do"]


def test_many_follow_ups_take_no_more_statements_than_few(acme: World, django_assert_max_num_queries: Any) -> None:
    """Fifty for one colleague; the mail names twenty of them and counts the rest."""
    agent = acme.staff[Role.AGENT].pk
    an_action(acme, -HOUR, assigned_to_id=agent)
    process(acme)
    for _ in range(50):
        an_action(acme, -HOUR, assigned_to_id=agent)
    with acme.scope(), django_assert_max_num_queries(30):
        assert process_follow_ups().notified == 50
    assert any("… and 30 more" in mail.content for mail in mails(acme))


# Leads that end


def follow_up_states(world: World) -> list[str]:
    with world.scope():
        return sorted(FollowUp.objects.values_list("state", flat=True))


def end(world: World, lead_id: Any, how: str) -> None:
    with world.scope():
        if how == "converted":
            convert_lead(lead_id=lead_id)
        elif how == "deleted":
            delete_lead(lead_id=lead_id)
        else:
            change_lead(lead_id=lead_id, status=how)


@pytest.mark.parametrize(("how", "state"), [
    ("converted", "done"), ("lost", "done"), ("deleted", "done"), ("won", "open"), ("qualified", "open"),
])  # fmt: skip
def test_a_lead_that_ends_leaves_nothing_to_be_done(acme: World, how: str, state: str) -> None:
    action, other = an_action(acme, -HOUR), an_action(acme, -HOUR)
    process(acme)
    end(acme, action.lead_id, how)
    with acme.scope():
        assert FollowUp.objects.get(lead_id=action.lead_id).state == state
        assert FollowUp.objects.get(lead_id=other.lead_id).is_open


def test_what_was_planned_before_a_lead_was_lost_is_off_and_what_is_planned_after_is_not(acme: World) -> None:
    action = an_action(acme, timedelta(minutes=-1))
    end(acme, action.lead_id, "lost")
    assert process(acme) == {}
    with acme.scope():
        add_interaction(lead_id=action.lead_id, type="note", next_action="Ask again", next_action_date=now() - HOUR)
    assert process(acme) == {"next_action": 1}


def test_a_lead_lost_by_a_file_leaves_nothing_to_be_done(acme: World) -> None:
    action = an_action(acme, -HOUR, email="ann@example.com")
    process(acme)
    with acme.scope():
        Lead.objects.filter(pk=action.lead_id).update(status="lost", status_since=now())
        record(LeadsImported(batch_id=action.pk, created=0, updated=1, lead_ids=(action.lead_id,)))
    assert follow_up_states(acme) == ["done"]
