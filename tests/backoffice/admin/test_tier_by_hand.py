"""A customer's tier, set by hand on their page: locked, with who did it and why."""

from typing import Any
from uuid import UUID

from crm.kernel.models import Event
from loyalty.tiers.models import MemberTier, TierChange
from loyalty.tiers.services import define_tier
from tests.backoffice.admin.forms import errors_of, fields_of, options_of, send
from tests.backoffice.admin.pages import address
from tests.backoffice.admin.trail import actor_of, names_of, staff_actor, written
from tests.builders import a_customer
from tests.cast import World


def page_of(key: Any) -> str:
    return address("contacts.Customer", "change", key)


def standing_of(world: World, key: UUID) -> MemberTier:
    with world.scope():
        return MemberTier.objects.select_related("tier").get(pk=key)


def test_a_tier_set_by_hand_is_locked_with_its_reason(acme: World) -> None:
    key = a_customer(acme)
    send(acme.browser_of("agent"), page_of(key), tier="gold", tier_reason="an old friend")
    standing = standing_of(acme, key)
    assert (standing.tier.slug, standing.origin, standing.is_locked) == ("gold", "manual", True)
    assert standing.reason == "an old friend"
    assert (standing.actor_kind, standing.actor_id) == staff_actor(acme, "agent")
    assert acme.api.get(f"/v1/customers/{key}").json()["data"]["tier"] == "gold"


def test_the_change_of_tier_is_an_event_and_a_step_of_their_history(acme: World) -> None:
    key = a_customer(acme)
    send(acme.browser_of("agent"), page_of(key), tier="gold", tier_reason="an old friend")
    (event,) = Event.objects.filter(name="tier.changed", subject_id=str(key))
    assert event.changes == {"tier": ["bronze", "gold"]}
    assert event.payload["reason"] == "an old friend"
    assert actor_of(event) == staff_actor(acme, "agent")
    with acme.scope():
        (step,) = TierChange.objects.select_related("from_tier", "to_tier").filter(member_id=key)
    assert (step.from_tier.slug, step.to_tier.slug, step.reason) == ("bronze", "gold", "an old friend")


def test_a_tier_without_a_reason_says_where_it_was_set(acme: World) -> None:
    key = a_customer(acme)
    send(acme.browser_of("agent"), page_of(key), tier="silver")
    assert standing_of(acme, key).reason == "set in the back office"


def test_a_new_customer_may_begin_in_a_higher_tier(acme: World) -> None:
    send(acme.browser_of("agent"), address("contacts.Customer", "add"), first_name="Ann", email="ann@example.com",
         tier="platinum", tier_reason="founder")  # fmt: skip
    (event,) = Event.objects.filter(name="tier.changed")
    standing = standing_of(acme, UUID(event.subject_id))
    assert (standing.tier.slug, standing.is_locked, standing.reason) == ("platinum", True, "founder")


def test_other_changes_leave_the_tier_alone(acme: World) -> None:
    key = a_customer(acme)
    send(acme.browser_of("agent"), page_of(key), tier="gold", tier_reason="an old friend")
    assert fields_of(acme.browser_of("agent").get(page_of(key)), "customer_form")["tier"] == ["gold"]
    send(acme.browser_of("manager"), page_of(key), notes="called")
    assert standing_of(acme, key).reason == "an old friend"
    assert names_of(acme, "contact", key).count("tier.changed") == 1


def test_a_refused_change_leaves_the_tier_alone_too(acme: World) -> None:
    a_customer(acme, email="ann@example.com")
    key, before = a_customer(acme), written()
    answer = send(acme.browser_of("agent"), page_of(key), tier="gold", email="ann@example.com")
    assert list(errors_of(answer)) == ["email"]
    assert (standing_of(acme, key).tier.slug, written()) == ("bronze", before)


def test_only_tiers_in_use_are_offered(acme: World, rival: World) -> None:
    key = a_customer(acme)
    with rival.scope():
        define_tier(slug="strange", name="Strange", level=9, threshold=9_000)
    with acme.scope():
        define_tier(slug="past", name="Past", level=10, threshold=9_000, is_active=False)
    offered = options_of(acme.browser_of("agent").get(page_of(key)), "tier")
    assert set(offered) == {"", "bronze", "silver", "gold", "platinum"}
    answer = send(acme.browser_of("agent"), page_of(key), tier="strange")
    assert list(errors_of(answer)) == ["tier"]


def test_the_present_tier_can_be_locked_with_a_reason(acme: World) -> None:
    key = a_customer(acme)
    send(acme.browser_of("agent"), page_of(key), tier_reason="keep her here")
    standing = standing_of(acme, key)
    assert (standing.tier.slug, standing.is_locked, standing.reason) == ("bronze", True, "keep her here")
