"""What a merge tells of itself, and whom it refuses to merge (semantics §3.13)."""

from typing import Any

import pytest

from crm.contacts.errors import AlreadyMerged, ContactNotFound
from crm.contacts.models import (
    Contact,
    Merge,
)
from crm.contacts.services import (
    create_customer,
    delete_contact,
    merge_contacts,
    update_customer,
)
from crm.kernel.audit import events_about, events_of_scope
from crm.kernel.errors import Invalid
from crm.kernel.ids import new_id
from tests.builders import a_customer, stored
from tests.cast import World
from tests.crm.contacts.merge_stage import Pair, a_pair, all_tables, merged


@pytest.fixture
def pair(acme: World) -> Pair:
    return a_pair(acme)


def test_the_event_tells_ids_and_the_trail_stays(acme: World, pair: Pair) -> None:
    with acme.scope():
        before = list(events_about("contact", pair.anja).values_list("pk", flat=True))
    plan = merged(acme, pair)
    with acme.scope():
        event = events_about("contact", pair.anna).get(name="contact.merged")
        assert event.payload == {
            "contact_id": str(pair.anna), "merge_id": str(plan.merge_id), "loser_ids": [str(pair.anja)],
        }  # fmt: skip
        still = events_about("contact", pair.anja).filter(pk__in=before).values_list("pk", flat=True)
        assert list(still) == before


def test_the_plan_counts_what_moves(acme: World, pair: Pair) -> None:
    plan = merged(acme, pair)
    assert plan.moved == {
        "contacts.CompanyProfile.contact": 1, "contacts.Identity.contact": 1, "contacts.IdentityDocument.contact": 1,
        "contacts.PreferredOrganisation.contact": 1, "contacts.PushDevice.contact": 1,
        "campaigns.ListingEntry.contact": 2, "members.Member.contact": 1, "tiers.MemberTier.member": 1,
        "tiers.TierChange.member": 1, "orders.Order.customer": 2,
    }  # fmt: skip
    email = next(choice for choice in plan.fields if choice.field == "email")
    assert email.from_id == pair.anna
    assert email.values == {pair.anna: "anna@example.com", pair.anja: "anja@example.com"}


def test_a_dry_run_tells_the_same_and_changes_nothing(acme: World, pair: Pair) -> None:
    before = all_tables()
    with acme.scope():
        events = events_of_scope().count()
    rehearsed = merged(acme, pair, dry_run=True)
    assert all_tables() == before
    with acme.scope():
        assert events_of_scope().count() == events
        assert not Merge.objects.exists()
    done = merged(acme, pair)
    assert rehearsed.merge_id is None
    assert (rehearsed.moved, rehearsed.fields) == (done.moved, done.fields)


def test_the_record_of_a_merge_holds_no_personal_data(acme: World, pair: Pair) -> None:
    merged(acme, pair)
    with acme.scope():
        merge = Merge.objects.get()
    assert {"field": "phone", "from": str(pair.anja)} in merge.fields
    assert "+35799123834" not in str((merge.fields, merge.moved, merge.loser_ids))


def test_the_same_losers_cannot_be_merged_twice(acme: World, pair: Pair) -> None:
    merged(acme, pair)
    with pytest.raises(AlreadyMerged) as refused:
        merged(acme, pair)
    assert refused.value.data == {"merged_into": pair.anna}


def test_a_loser_cannot_win_any_more(acme: World, pair: Pair) -> None:
    merged(acme, pair)
    with acme.scope(), pytest.raises(ContactNotFound):
        merge_contacts(winner_id=pair.anja, loser_ids=[a_customer_id(acme)])


def a_customer_id(world: World) -> Any:
    return create_customer(name="Other", email="other@example.com").pk


@pytest.mark.parametrize("who", ["unknown", "deleted", "of rival", "of test mode"])
def test_who_is_not_there_looks_the_same_whyever(acme: World, rehearsal: World, rival: World, who: str) -> None:
    winner = a_customer(acme)
    ids = {"unknown": new_id, "deleted": lambda: a_customer(acme), "of rival": lambda: a_customer(rival),
           "of test mode": lambda: a_customer(rehearsal)}  # fmt: skip
    loser = ids[who]()
    with acme.scope():
        if who == "deleted":
            delete_contact(contact_id=loser)
        with pytest.raises(ContactNotFound):
            merge_contacts(winner_id=winner, loser_ids=[loser])
        with pytest.raises(ContactNotFound):
            merge_contacts(winner_id=loser, loser_ids=[winner])


def test_the_losers_named_make_sense(acme: World) -> None:
    one, other = a_customer(acme), a_customer(acme)
    with acme.scope():
        for losers in ([], [one], [other, other], [new_id() for _ in range(21)]):
            with pytest.raises(Invalid):
                merge_contacts(winner_id=one, loser_ids=losers)


def test_others_are_left_alone(acme: World, rival: World, pair: Pair) -> None:
    a_pair(rival)
    bystander = a_customer(acme)
    with acme.scope():
        update_customer(contact_id=bystander, notes="mine")
    before = [row for rows in all_tables().values() for row in rows if str(rival.organisation.id) in row]
    merged(acme, pair)
    after = [row for rows in all_tables().values() for row in rows if str(rival.organisation.id) in row]
    assert before == after
    assert stored(acme, bystander).notes == "mine"
    with acme.scope():
        assert Contact.objects.get(pk=bystander).deleted_at is None
