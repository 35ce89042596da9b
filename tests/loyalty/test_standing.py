"""Which tier a member holds, who set it and why (semantics.md §3.2; where-they-meet.md, "Programme defaults")."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import time_machine

from crm.contacts.errors import ContactNotFound, EmailTaken
from crm.contacts.services import create_contact, delete_contact
from crm.kernel.audit import events_about
from crm.kernel.ids import new_id
from loyalty.tiers.errors import TierNotFound, UnknownTier
from loyalty.tiers.models import MemberTier, TierChange
from loyalty.tiers.selectors import standing_of, tier_called
from loyalty.tiers.services import admit_customer, change_customer, define_tier, place_by_spend, set_tier
from tests.builders import a_customer, stored
from tests.cast import World
from tests.crm.acting import as_staff

API = "set through the API"


@pytest.fixture
def ann(acme: World) -> UUID:
    return a_customer(acme, name="Ann")


def standing(world: World, contact_id: UUID) -> MemberTier:
    with world.scope():
        return standing_of(contact_id)


def put(world: World, contact_id: UUID, slug: str = "gold", **values: Any) -> MemberTier:
    with world.scope():
        return set_tier(**{"contact_id": contact_id, "slug": slug, "reason": API, **values})


def history(world: World, contact_id: UUID) -> list[tuple[str | None, str]]:
    with world.scope():
        rows = TierChange.objects.filter(member_id=contact_id).order_by("id")
        return [(row.from_tier.slug, row.to_tier.slug) for row in rows]


def spend(world: World, **spent: str) -> dict[str, str]:
    """Somebody new for each amount; the tiers they are in afterwards."""
    ids = {name: a_customer(world) for name in spent}
    with world.scope():
        place_by_spend({ids[name]: Decimal(amount) for name, amount in spent.items()})
    return {name: standing(world, contact_id).tier.slug for name, contact_id in ids.items()}


def test_a_member_begins_in_the_lowest_tier_unlocked_and_without_history(acme: World, ann: UUID) -> None:
    begun = standing(acme, ann)
    assert (begun.tier.slug, begun.origin, begun.reason) == ("bronze", "auto", "joined")
    assert (begun.is_locked, begun.locked_until, begun.valid_until) == (False, None, None)
    assert begun.since == stored(acme, ann).created_at
    assert history(acme, ann) == []


def test_a_tier_set_by_hand_is_locked_with_actor_and_reason(acme: World, ann: UUID) -> None:
    with as_staff(acme, "manager") as scope:
        set_tier(contact_id=ann, slug="gold", reason="a good friend")
    now = standing(acme, ann)
    assert (now.tier.slug, now.origin, now.is_locked, now.locked_until) == ("gold", "manual", True, None)
    assert (now.reason, now.since) == ("a good friend", scope.now)
    assert (now.actor_kind, now.actor_id) == ("staff", str(acme.staff["manager"].id))


def test_a_lock_may_end(acme: World, ann: UUID) -> None:
    until = datetime(2030, 1, 1, tzinfo=UTC)
    put(acme, ann, locked_until=until)
    assert (standing(acme, ann).is_locked, standing(acme, ann).locked_until) == (True, until)


def test_a_tier_set_by_the_programme_is_not_locked(acme: World, ann: UUID) -> None:
    put(acme, ann, locked_until=datetime(2030, 1, 1, tzinfo=UTC))
    put(acme, ann, "silver", origin="auto", locked_until=datetime(2030, 1, 1, tzinfo=UTC))
    now = standing(acme, ann)
    assert (now.tier.slug, now.origin, now.is_locked, now.locked_until) == ("silver", "auto", False, None)


def test_every_step_is_kept_with_who_took_it_and_why(acme: World, ann: UUID) -> None:
    put(acme, ann, "gold")
    with as_staff(acme, "owner") as scope:
        set_tier(contact_id=ann, slug="silver", reason="a mistake")
    assert history(acme, ann) == [("bronze", "gold"), ("gold", "silver")]
    with acme.scope():
        last = TierChange.objects.order_by("-id")[0]
    assert (last.origin, last.reason, last.changed_at) == ("manual", "a mistake", scope.now)
    assert (last.actor_kind, last.actor_id) == ("staff", str(acme.staff["owner"].id))


def test_a_step_is_recorded_on_the_contact(acme: World, ann: UUID) -> None:
    put(acme, ann)
    with acme.scope():
        event = events_about("contact", ann).first()
    assert event is not None
    assert (event.name, event.changes) == ("tier.changed", {"tier": ["bronze", "gold"]})
    assert event.payload == {
        "contact_id": str(ann), "from_slug": "bronze", "to_slug": "gold", "origin": "manual", "reason": API,
    }  # fmt: skip


def test_a_step_dates_the_customer(acme: World, ann: UUID) -> None:
    before = stored(acme, ann).updated_at
    put(acme, ann)
    assert stored(acme, ann).updated_at > before


def test_the_same_tier_set_again_is_locked_but_no_step(acme: World, ann: UUID) -> None:
    before = standing(acme, ann)
    put(acme, ann, "bronze")
    after = standing(acme, ann)
    assert (after.since, after.is_locked, after.reason) == (before.since, True, API)
    assert history(acme, ann) == []
    with acme.scope():
        assert not events_about("contact", ann).filter(name="tier.changed").exists()


@pytest.mark.parametrize("slug", ["gould", "", "Gold"])
def test_an_unknown_tier_is_refused(acme: World, ann: UUID, slug: str) -> None:
    with pytest.raises(UnknownTier):
        put(acme, ann, slug)
    assert standing(acme, ann).tier.slug == "bronze"


def test_who_is_no_member_holds_no_tier(acme: World, rehearsal: World, rival: World, ann: UUID) -> None:
    with acme.scope():
        contact = create_contact(email="c@example.com").id
    for world, contact_id in ((acme, contact), (acme, new_id()), (rehearsal, ann), (rival, ann)):
        with pytest.raises(TierNotFound):
            put(world, contact_id)
        with pytest.raises(TierNotFound):
            standing(world, contact_id)


def test_who_has_left_is_put_into_no_tier(acme: World, ann: UUID) -> None:
    with acme.scope():
        delete_contact(contact_id=ann)
    with pytest.raises(TierNotFound):
        put(acme, ann)


@pytest.mark.parametrize(
    ("amount", "tier"),
    [("0", "bronze"), ("499.99", "bronze"), ("500", "silver"), ("500.00", "silver"), ("1999.9999", "silver"),
     ("2000", "gold"), ("4999.99", "gold"), ("5000", "platinum"), ("1000000", "platinum")],
)  # fmt: skip
def test_thresholds_are_inclusive_and_count_whole_units(acme: World, amount: str, tier: str) -> None:
    assert spend(acme, somebody=amount) == {"somebody": tier}


def test_each_is_placed_by_their_own_spend(acme: World) -> None:
    assert spend(acme, a="600", b="0", c="9999") == {"a": "silver", "b": "bronze", "c": "platinum"}


def test_a_place_by_spend_is_the_programmes_and_a_step(acme: World, ann: UUID) -> None:
    bob = a_customer(acme)
    with acme.scope():
        place_by_spend({ann: Decimal(600), bob: Decimal(5)})
    now = standing(acme, ann)
    assert (now.origin, now.is_locked, now.reason) == ("auto", False, "spend")
    assert (history(acme, ann), history(acme, bob)) == ([("bronze", "silver")], [])
    assert standing(acme, bob).reason == "joined"


def test_tiers_out_of_use_are_left_out(acme: World) -> None:
    with acme.scope():
        define_tier(tier_id=tier_called("gold").id, is_active=False)
    assert spend(acme, a="2500") == {"a": "silver"}


def test_somebody_with_less_than_nothing_is_in_the_lowest_tier(acme: World) -> None:
    assert spend(acme, a="-0.01", b="-5", c="600") == {"a": "bronze", "b": "bronze", "c": "silver"}


def admit(world: World, **values: Any) -> UUID:
    with world.scope():
        return admit_customer(**{"name": "Bob", "email": "bob@example.com", "reason": API, **values}).pk


def test_a_customer_may_be_admitted_to_a_tier(acme: World) -> None:
    bob = admit(acme, tier="gold")
    now = standing(acme, bob)
    assert (now.tier.slug, now.is_locked, now.reason) == ("gold", True, API)


@pytest.mark.parametrize("values", [{}, {"tier": None}])
def test_without_a_tier_a_customer_begins_in_the_lowest_unlocked(acme: World, values: dict[str, Any]) -> None:
    now = standing(acme, admit(acme, **values))
    assert (now.tier.slug, now.is_locked) == ("bronze", False)


def test_nobody_is_admitted_to_an_unknown_tier(acme: World, ann: UUID) -> None:
    with pytest.raises(UnknownTier):
        admit(acme, tier="gould")
    admit(acme)
    with pytest.raises(EmailTaken):
        admit(acme, tier="gold", name="Other")
    with acme.scope():
        assert MemberTier.objects.count() == 2


def test_customer_and_tier_change_together_or_not_at_all(acme: World, ann: UUID) -> None:
    with acme.scope():
        change_customer(contact_id=ann, tier="gold", reason=API, notes="Nice")
        with pytest.raises(UnknownTier):
            change_customer(contact_id=ann, tier="gould", reason=API, notes="Lost")
        with pytest.raises(ContactNotFound):
            change_customer(contact_id=new_id(), tier="silver", reason=API)
    assert (standing(acme, ann).tier.slug, stored(acme, ann).notes) == ("gold", "Nice")


def test_a_change_without_a_tier_leaves_the_tier_alone(acme: World, ann: UUID) -> None:
    put(acme, ann)
    before = standing(acme, ann)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1)), acme.scope():
        change_customer(contact_id=ann, notes="Nice")
    after = standing(acme, ann)
    assert (after.tier, after.since, after.reason) == (before.tier, before.since, before.reason)
