"""What is due about customers is followed up like what is due about leads (semantics §3.9)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from crm.contacts.errors import ContactNotFound, UnknownAssignee
from crm.contacts.models import Contact, CustomerInteraction
from crm.contacts.services import (
    change_interaction,
    delete_contact,
    finish_next_action,
    merge_contacts,
    remove_interaction,
    unmerge,
)
from crm.kernel.clock import now
from crm.kernel.errors import Invalid
from crm.leads.models import FollowUp
from crm.leads.selectors import follow_ups
from crm.leads.services import ask_for_follow_up, finish_follow_up, hand_over
from crm.messaging.models import Communication
from crm.organisations.roles import Role
from tests.builders import a_customer, a_lead, an_interaction_with
from tests.cast import World
from tests.crm.leads.test_follow_ups import HOUR, an_action, process
from tests.dialects.traces import latest_events, written

pytestmark = pytest.mark.django_db


def planned(world: World, due: timedelta = -HOUR, **customer: Any) -> tuple[UUID, UUID]:
    """A customer and an interaction whose next action is due so long from now."""
    ann = a_customer(world, **customer)
    with world.scope():
        date = now() + due
    return ann, an_interaction_with(world, ann, next_action="Send offer", next_action_date=date)


def the_follow_up(world: World, **which: Any) -> FollowUp:
    with world.scope():
        return FollowUp.objects.get(**which)


def test_a_next_action_that_is_due_is_followed_up_once_by_whoever_looks_after_them(acme: World) -> None:
    agent = acme.staff[Role.AGENT].pk
    ann, said = planned(acme, assigned_to_id=agent)
    planned(acme, HOUR)
    assert process(acme) == {"next_action": 1}
    assert process(acme) == {}
    row = the_follow_up(acme)
    assert (row.contact_id, row.lead_id, row.customer_interaction_id) == (ann, None, said)
    assert (row.title, row.assigned_to_id, row.kind) == ("Send offer", agent, "next_action")


def test_leads_and_customers_are_counted_together_and_told_in_one_mail(acme: World) -> None:
    agent = acme.staff[Role.AGENT].pk
    planned(acme, assigned_to_id=agent)
    an_action(acme, -HOUR, assigned_to_id=agent)
    answer = acme.api.post("/dev/crm/followups/process")
    assert answer.json() == {
        "data": {"processed": 2, "created": 2, "notified": 2, "by_kind": {"next_action": 2}}
    }  # fmt: skip
    with acme.scope():
        assert Communication.objects.get().subject == "You have 2 follow-up(s)"


def test_who_has_no_colleague_goes_to_the_queue_under_the_subject(acme: World) -> None:
    ann = a_customer(acme)
    with acme.scope():
        date = now() - HOUR
    an_interaction_with(acme, ann, subject="Broken cup", type="support", next_action_date=date)
    process(acme)
    row = the_follow_up(acme)
    assert (row.title, row.assigned_to_id) == ("Broken cup", None)


def test_another_day_is_another_thing_to_do(acme: World) -> None:
    ann, said = planned(acme)
    process(acme)
    with acme.scope():
        change_interaction(contact_id=ann, interaction_id=said, outcome="positive")
        assert FollowUp.objects.get().is_open
        change_interaction(contact_id=ann, interaction_id=said, next_action_date=now() - HOUR / 2)
        assert not FollowUp.objects.get().is_open
    assert process(acme) == {"next_action": 1}
    with acme.scope():
        change_interaction(contact_id=ann, interaction_id=said, next_action_date=None)
        assert not FollowUp.objects.filter(state="open").exists()
    assert process(acme) == {}


def test_doing_either_does_the_other(acme: World) -> None:
    (ann, said), (ben, other) = planned(acme), planned(acme)
    process(acme)
    with acme.scope():
        finish_next_action(contact_id=ann, interaction_id=said)
        assert not FollowUp.objects.get(contact_id=ann).is_open
        for _ in range(2):
            finish_follow_up(follow_up_id=FollowUp.objects.get(contact_id=ben).pk)
        assert CustomerInteraction.objects.get(pk=other).next_action_done_at is not None
    assert process(acme) == {}
    (event,) = latest_events(acme, "customer_follow_up.finished")
    assert (event.subject_kind, event.subject_id) == ("contact", str(ben))


def test_removing_what_was_said_removes_what_was_to_be_done(acme: World) -> None:
    ann, said = planned(acme)
    process(acme)
    with acme.scope():
        remove_interaction(contact_id=ann, interaction_id=said)
        assert not FollowUp.objects.exists()


def test_the_deleted_leave_nothing_to_be_done(acme: World) -> None:
    (ann, _), (ben, _) = planned(acme), planned(acme)
    process(acme)
    third, _ = planned(acme)
    with acme.scope():
        for gone in (ann, third):
            delete_contact(contact_id=gone)
        assert [(row.contact_id, row.is_open) for row in follow_ups()] == [(ben, True)]
        assert not FollowUp.objects.get(contact_id=ann).is_open
    assert process(acme) == {}


def test_what_is_late_is_told_to_a_manager_once(acme: World) -> None:
    planned(acme, -timedelta(days=5), assigned_to_id=acme.staff[Role.AGENT].pk)
    an_action(acme, -timedelta(days=5))
    assert process(acme) == {"next_action": 2, "overdue": 2}
    assert process(acme) == {}
    row = the_follow_up(acme, kind="overdue", lead=None)
    with acme.scope():
        assert FollowUp.objects.select_related("assigned_to").get(pk=row.pk).assigned_to.role == Role.MANAGER


def test_it_is_handed_over_and_the_customers_history_tells(acme: World, rival: World) -> None:
    ann, _ = planned(acme)
    process(acme)
    agent = acme.staff[Role.AGENT].pk
    with acme.scope():
        assert hand_over(follow_up_id=FollowUp.objects.get().pk, staff_id=agent).assigned_to_id == agent
        with pytest.raises(UnknownAssignee):
            hand_over(follow_up_id=FollowUp.objects.get().pk, staff_id=rival.staff[Role.AGENT].pk)
    (event,) = latest_events(acme, "customer_follow_up.assigned")
    assert (event.subject_id, event.payload["staff_id"]) == (str(ann), str(agent))


def test_follow_ups_follow_a_merge_and_come_back(acme: World) -> None:
    ann, (ben, _) = a_customer(acme), planned(acme)
    process(acme)
    with acme.scope():
        plan = merge_contacts(winner_id=ann, loser_ids=[ben])
        assert plan.moved["leads.FollowUp.contact"] == 1
        assert FollowUp.objects.get().contact_id == ann
        unmerge(merge_id=plan.merge_id)  # type: ignore[arg-type]
        assert FollowUp.objects.get().contact_id == ben


def test_a_follow_up_is_about_one_lead_or_one_customer(acme: World) -> None:
    ann, lead = a_customer(acme), a_lead(acme)
    for wrong in ({}, {"contact_id": ann, "lead_id": lead}):
        with acme.scope(), pytest.raises(IntegrityError, match="follow_up_of_one"), transaction.atomic():
            FollowUp.objects.create(
                kind="task", subject=uuid4(), title="x", due_at=now(), created_at=now(), **wrong
            )  # fmt: skip


def test_those_of_other_places_stay_there(acme: World, rival: World, rehearsal: World) -> None:
    planned(acme)
    assert process(rival) == process(rehearsal) == {}


# Asked for by other parts of the product


def ask(world: World, contact_id: UUID, **more: Any) -> FollowUp | None:
    given = {"title": "Ring back", "subject": uuid4(), "due_at": "now", **more}
    with world.scope():
        given["due_at"] = now() + HOUR if given["due_at"] == "now" else given["due_at"]
        return ask_for_follow_up(contact_id=contact_id, **given)  # type: ignore[arg-type]


def test_the_same_cause_asks_once(acme: World) -> None:
    agent = acme.staff[Role.AGENT].pk
    ann, subject = a_customer(acme, assigned_to_id=agent), uuid4()
    with acme.scope():
        due = now() + HOUR
    first = ask(acme, ann, subject=subject, due_at=due)
    assert first is not None
    assert (first.kind, first.assigned_to_id, first.contact_id) == ("feedback", agent, ann)
    assert ask(acme, ann, subject=subject, due_at=due, title="Again") is None
    assert ask(acme, ann, subject=subject, due_at=due + HOUR) is not None
    assert ask(acme, ann, subject=uuid4(), due_at=due) is not None
    assert len(latest_events(acme, "follow_ups.made")) == 3


def test_whoever_is_to_do_it_gets_one_mail(acme: World) -> None:
    ann, subject = a_customer(acme), uuid4()
    with acme.scope():
        due = now() + HOUR
    for _ in range(2):
        ask(acme, ann, subject=subject, due_at=due, assigned_to_id=acme.staff[Role.MANAGER].pk, title="x" * 500)
    with acme.scope():
        assert Communication.objects.get().recipient == "manager@acme.example"
        assert FollowUp.objects.get().title == "x" * 200


def test_nothing_is_asked_for_about_nobody_or_of_a_stranger(acme: World, rival: World) -> None:
    ann, foreign = a_customer(acme), a_customer(rival)
    before = written(acme)
    for contact_id in (foreign, uuid4()):
        with pytest.raises(ContactNotFound):
            ask(acme, contact_id)
    with pytest.raises(UnknownAssignee):
        ask(acme, ann, assigned_to_id=rival.staff[Role.AGENT].pk)
    for wrong in ({"title": ""}, {"kind": "whim"}):
        with pytest.raises(Invalid):
            ask(acme, ann, **wrong)
    assert written(acme) == before


def test_who_is_no_customer_any_more_is_followed_up_all_the_same(acme: World) -> None:
    ann, _ = planned(acme, assigned_to_id=acme.staff[Role.AGENT].pk)
    with acme.scope():
        Contact.objects.get(pk=ann).customer.delete()
    assert process(acme) == {"next_action": 1}
    assert the_follow_up(acme).assigned_to_id is None
