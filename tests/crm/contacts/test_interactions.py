"""What happened with a customer is noted, changed, done with and removed (s4 §3)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from crm.contacts.errors import ContactNotFound, CustomerInteractionNotFound
from crm.contacts.models import CustomerInteraction
from crm.contacts.selectors import interaction_with, interactions_with, next_actions_with
from crm.contacts.services import (
    add_interaction,
    change_interaction,
    create_contact,
    delete_contact,
    finish_next_action,
    merge_contacts,
    remove_interaction,
    unmerge,
)
from crm.kernel.errors import Invalid
from tests.builders import a_customer, an_interaction_with
from tests.cast import World
from tests.dialects.traces import latest_events, written

THEN = datetime(2024, 1, 15, 10, tzinfo=UTC)
CALL: dict[str, Any] = {"type": "call", "subject": "Product Discussion", "happened_at": THEN}
pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(acme: World) -> UUID:
    return a_customer(acme, name="Ann")


def row(world: World, interaction_id: UUID) -> CustomerInteraction:
    with world.scope():
        return CustomerInteraction.objects.get(pk=interaction_id)


def test_what_was_said_is_kept_as_it_was_told(acme: World, ann: UUID) -> None:
    more = {"description": "Pricing", "outcome": "positive", "next_action": "Send", "next_action_date": THEN}
    with acme.scope():
        made = add_interaction(contact_id=ann, **CALL, **more)
    kept = row(acme, made.pk)
    assert {field: getattr(kept, field) for field in {**CALL, **more}} == {**CALL, **more}
    assert (kept.contact_id, kept.actor_kind, kept.copied_from) == (ann, "job", None)
    (event,) = latest_events(acme, "interaction.added")
    assert (event.subject_kind, event.subject_id, event.payload["type"]) == ("contact", str(ann), "call")


@pytest.mark.parametrize(("wrong", "field"), [
    ({"type": "fax"}, "type"), ({"subject": ""}, "subject"), ({"subject": "x" * 201}, "subject"),
    ({"happened_at": None}, "happened_at"), ({"description": "x" * 10_001}, "description"),
    ({"happened_at": datetime(1, 1, 1, tzinfo=UTC)}, "happened_at"), ({"outcome": "x" * 201}, "outcome"),
    ({"next_action_date": datetime(9999, 12, 31, tzinfo=UTC)}, "next_action_date"),
])  # fmt: skip
def test_what_cannot_be_kept_is_refused_at_its_field(acme: World, ann: UUID, wrong: Any, field: str) -> None:
    before = written(acme)
    with acme.scope(), pytest.raises(Invalid) as refused:
        add_interaction(contact_id=ann, **{**CALL, **wrong})
    assert {complaint.field for complaint in refused.value.complaints} == {field}
    assert written(acme) == before


@pytest.mark.parametrize("missing", ["type", "subject", "happened_at"])
def test_kind_subject_and_date_are_required(acme: World, ann: UUID, missing: str) -> None:
    given = {field: value for field, value in CALL.items() if field != missing}
    with acme.scope(), pytest.raises(Invalid) as refused:
        add_interaction(contact_id=ann, **given)
    assert [complaint.field for complaint in refused.value.complaints] == [missing]


def test_only_living_customers_have_interactions(acme: World, rival: World, ann: UUID) -> None:
    foreign = a_customer(rival)
    with acme.scope():
        listed = create_contact(email="listed@example.com").pk
        delete_contact(contact_id=ann)
        for nobody in (ann, listed, uuid4(), foreign):
            with pytest.raises(ContactNotFound):
                add_interaction(contact_id=nobody, **CALL)
        assert not CustomerInteraction.objects.exists()


def test_what_is_given_is_changed_and_the_rest_stays(acme: World, ann: UUID) -> None:
    id_ = an_interaction_with(acme, ann, outcome="positive", next_action="Send", next_action_date=THEN)
    with acme.scope():
        change_interaction(contact_id=ann, interaction_id=id_, outcome="completed", next_action_date=None)
        change_interaction(contact_id=ann, interaction_id=id_, outcome="completed")
    kept = row(acme, id_)
    assert (kept.outcome, kept.next_action, kept.next_action_date, kept.subject) == (
        "completed", "Send", None, "Product Discussion",
    )  # fmt: skip
    (event,) = latest_events(acme, "interaction.changed")
    assert event.changes["outcome"] == ["positive", "completed"]


def test_a_next_action_is_done_once_and_anew_on_another_day(acme: World, ann: UUID) -> None:
    id_ = an_interaction_with(acme, ann, next_action="Send", next_action_date=THEN)
    with acme.scope():
        for _ in range(2):
            finish_next_action(contact_id=ann, interaction_id=id_)
        assert not next_actions_with(ann).exists()
        change_interaction(contact_id=ann, interaction_id=id_, next_action_date=THEN + timedelta(days=1))
        assert [one.pk for one in next_actions_with(ann)] == [id_]
    assert len(latest_events(acme, "interaction.changed")) == 2


def test_what_is_most_urgent_comes_first_and_what_has_no_day_last(acme: World, ann: UUID) -> None:
    undated = an_interaction_with(acme, ann, next_action="Some day")
    later, soon = (an_interaction_with(acme, ann, next_action_date=THEN + timedelta(days=n)) for n in (2, 1))
    an_interaction_with(acme, ann)
    with acme.scope():
        planned = list(next_actions_with(ann))
    assert [one.pk for one in planned] == [soon, later, undated]
    assert all(one.is_planned for one in planned)


def test_an_interaction_of_another_customer_is_unknown(acme: World, rival: World, ann: UUID) -> None:
    id_, ben = an_interaction_with(acme, ann), a_customer(acme)
    foreign = a_customer(rival)
    with acme.scope():
        assert not interaction_with(ben, id_).exists()
        for contact_id, interaction_id in ((ben, id_), (ann, uuid4())):
            for verb in (change_interaction, finish_next_action, remove_interaction):
                with pytest.raises(CustomerInteractionNotFound):
                    verb(contact_id=contact_id, interaction_id=interaction_id)
    with rival.scope(), pytest.raises(CustomerInteractionNotFound):
        remove_interaction(contact_id=foreign, interaction_id=id_)
    assert row(acme, id_).contact_id == ann


def test_what_is_removed_is_gone(acme: World, ann: UUID) -> None:
    id_ = an_interaction_with(acme, ann)
    with acme.scope():
        remove_interaction(contact_id=ann, interaction_id=id_)
        assert not interactions_with(ann).exists()
    assert len(latest_events(acme, "interaction.removed")) == 1


def test_interactions_of_the_deleted_are_not_shown(acme: World, ann: UUID) -> None:
    an_interaction_with(acme, ann)
    with acme.scope():
        delete_contact(contact_id=ann)
        assert not interactions_with(ann).exists()


def test_interactions_follow_a_merge_and_come_back(acme: World, ann: UUID) -> None:
    anja = a_customer(acme)
    id_ = an_interaction_with(acme, anja)
    with acme.scope():
        plan = merge_contacts(winner_id=ann, loser_ids=[anja])
        assert [one.pk for one in interactions_with(ann)] == [id_]
        unmerge(merge_id=plan.merge_id)  # type: ignore[arg-type]
        assert [one.pk for one in interactions_with(anja)] == [id_]
