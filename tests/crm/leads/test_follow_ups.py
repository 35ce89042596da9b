"""What is due about leads is followed up once, by the right person, and told to a manager when it is late (§3.9)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm.contacts.errors import UnknownAssignee
from crm.kernel.clock import now
from crm.leads.errors import FollowUpNotFound
from crm.leads.models import FollowUp, Lead, LeadInteraction, StageRule
from crm.leads.services import (
    add_interaction,
    change_interaction,
    finish_follow_up,
    finish_next_action,
    hand_over,
    process_follow_ups,
)
from crm.leads.services.workdays import workdays_before
from crm.organisations.roles import Role
from tests.builders import a_lead
from tests.cast import World
from tests.dialects.traces import latest_events

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def an_action(world: World, due: timedelta, **lead: Any) -> LeadInteraction:
    """An interaction whose next action is due so long from now."""
    lead_id = a_lead(world, **lead)
    with world.scope():
        return add_interaction(lead_id=lead_id, type="note", next_action="Send offer", next_action_date=now() + due)


def process(world: World) -> dict[str, int]:
    with world.scope():
        return dict(process_follow_ups().by_kind)


def let_pass(world: World, lead_id: Any, days: float) -> None:
    with world.scope():
        Lead.objects.filter(pk=lead_id).update(updated_at=now() - timedelta(days=days))


def test_a_next_action_that_is_due_is_followed_up_once(acme: World) -> None:
    agent = acme.staff[Role.AGENT].pk
    action = an_action(acme, -HOUR, assigned_to_id=agent)
    an_action(acme, HOUR)
    assert process(acme) == {"next_action": 1}
    assert process(acme) == {}
    with acme.scope():
        follow_up = FollowUp.objects.get()
    assert (follow_up.title, follow_up.due_at, follow_up.assigned_to_id) == (
        "Send offer",
        action.next_action_date,
        agent,
    )


def test_the_counts_tell_what_was_found(acme: World) -> None:
    an_action(acme, -HOUR, assigned_to_id=acme.staff[Role.AGENT].pk)
    an_action(acme, -HOUR)
    answer = acme.api.post("/dev/crm/followups/process")
    assert (answer.status_code, answer.json()) == (
        200, {"data": {"processed": 2, "created": 2, "notified": 1, "by_kind": {"next_action": 2}}},
    )  # fmt: skip
    again = acme.api.post("/v1/dev/crm/followups/process").json()
    assert again == {"data": {"processed": 0, "created": 0, "notified": 0, "by_kind": {}}}
    assert len(latest_events(acme, "follow_ups.made")) == 1


def test_another_day_is_another_thing_to_do(acme: World) -> None:
    action = an_action(acme, -HOUR)
    assert process(acme) == {"next_action": 1}
    with acme.scope():
        change_interaction(lead_id=action.lead_id, interaction_id=action.pk, next_action_date=now() - HOUR / 2)
    assert process(acme) == {"next_action": 1}
    with acme.scope():
        assert sorted(FollowUp.objects.values_list("state", flat=True)) == ["done", "open"]


def test_what_is_done_is_not_followed_up_and_closes_what_was(acme: World) -> None:
    done, open_ = an_action(acme, -HOUR), an_action(acme, -HOUR)
    with acme.scope():
        finish_next_action(lead_id=done.lead_id, interaction_id=done.pk)
    assert process(acme) == {"next_action": 1}
    with acme.scope():
        finish_next_action(lead_id=open_.lead_id, interaction_id=open_.pk)
        assert not FollowUp.objects.get().is_open


def test_a_follow_up_that_is_done_does_the_next_action(acme: World) -> None:
    an_action(acme, -HOUR)
    process(acme)
    with acme.scope():
        follow_up = FollowUp.objects.get()
        for _ in range(2):
            assert not finish_follow_up(follow_up_id=follow_up.pk).is_open
        assert LeadInteraction.objects.get().next_action_done_at is not None
    assert process(acme) == {}
    assert len(latest_events(acme, "follow_up.finished")) == 1


@pytest.mark.parametrize(("status", "days"), [
    ("new", 2), ("contacted", 7), ("qualified", 14), ("proposal", 7), ("negotiation", 7),
])  # fmt: skip
def test_a_lead_that_idles_longer_than_its_stage_allows_is_followed_up(acme: World, status: str, days: int) -> None:
    lead_id = a_lead(acme, status=status)
    let_pass(acme, lead_id, days - 0.1)
    assert process(acme) == {}
    let_pass(acme, lead_id, days + 0.1)
    assert process(acme) == {"idle": 1}
    assert process(acme) == {}


@pytest.mark.parametrize("status", ["lost", "won"])
def test_who_is_not_worked_is_not_followed_up(acme: World, status: str) -> None:
    let_pass(acme, a_lead(acme, status=status), 100)
    assert process(acme) == {}


def test_any_activity_resets_and_a_new_silence_is_followed_up_again(acme: World) -> None:
    lead_id = a_lead(acme)
    let_pass(acme, lead_id, 3)
    assert process(acme) == {"idle": 1}
    with acme.scope():
        FollowUp.objects.update(state="done", created_at=now() - timedelta(days=20))
        add_interaction(lead_id=lead_id, type="note", notes="Thinking")
    assert process(acme) == {}
    let_pass(acme, lead_id, 3)
    assert process(acme) == {"idle": 1}


def test_a_future_next_action_does_not_reset(acme: World) -> None:
    action = an_action(acme, timedelta(days=9))
    let_pass(acme, action.lead_id, 3)
    assert process(acme) == {"idle": 1}


def test_the_days_of_a_stage_can_be_set(acme: World) -> None:
    lead_id = a_lead(acme)
    let_pass(acme, lead_id, 2.5)
    with acme.scope():
        rule = StageRule.objects.create(status="new", idle_days=None)
    assert process(acme) == {}
    with acme.scope():
        StageRule.objects.filter(pk=rule.pk).update(idle_days=1)
    assert process(acme) == {"idle": 1}


def test_what_is_late_by_two_working_days_is_told_to_a_manager_once(acme: World) -> None:
    an_action(acme, -timedelta(days=5), assigned_to_id=acme.staff[Role.AGENT].pk)
    assert process(acme) == {"next_action": 1, "overdue": 1}
    assert process(acme) == {}
    with acme.scope():
        assert FollowUp.objects.get(kind="overdue").assigned_to.role in (Role.MANAGER, Role.OWNER)


@pytest.mark.parametrize(("moment", "before"), [
    ((2026, 3, 5, 12), (2026, 3, 3, 12)), ((2026, 3, 9, 12), (2026, 3, 5, 12)), ((2026, 3, 8, 12), (2026, 3, 5, 12)),
    ((2026, 3, 10, 12), (2026, 3, 6, 12)),
])  # fmt: skip
def test_working_days_leave_weekends_out(moment: tuple[int, ...], before: tuple[int, ...]) -> None:
    assert workdays_before(datetime(*moment, tzinfo=UTC), 2, "UTC") == datetime(*before, tzinfo=UTC)  # type: ignore[arg-type, misc]


def test_working_days_keep_the_time_of_day_of_the_organisation() -> None:
    # Berlin changed its clocks on Sunday, 29 March 2026.
    monday_noon = datetime(2026, 3, 30, 10, tzinfo=UTC)
    assert workdays_before(monday_noon, 1, "Europe/Berlin") == datetime(2026, 3, 27, 11, tzinfo=UTC)


def test_follow_ups_are_handed_over_within_the_place(acme: World, rival: World) -> None:
    an_action(acme, -HOUR)
    process(acme)
    with acme.scope():
        follow_up = FollowUp.objects.get()
        assert hand_over(follow_up_id=follow_up.pk, staff_id=acme.staff[Role.AGENT].pk).assigned_to_id
        with pytest.raises(UnknownAssignee):
            hand_over(follow_up_id=follow_up.pk, staff_id=rival.staff[Role.AGENT].pk)
    with rival.scope(), pytest.raises(FollowUpNotFound):
        finish_follow_up(follow_up_id=follow_up.pk)
    assert process(rival) == {}
