"""Tiers of a programme: the defaults, and how staff define them (where-they-meet.md, "Programme defaults")."""

from typing import Any

import pytest

from crm.contacts.services import delete_contact
from crm.kernel.audit import events_about, events_of_scope
from crm.kernel.errors import Invalid
from crm.kernel.ids import new_id
from loyalty.tiers.errors import BaseTierNeeded, TierNotFound, TierTaken, UnknownTier
from loyalty.tiers.models import Tier
from loyalty.tiers.selectors import TierCount, members_by_tier, tier_called, tiers, tiers_called
from loyalty.tiers.services import base_tier, define_tier, set_tier, set_up_tiers
from tests.builders import a_customer
from tests.cast import World

DIAMOND: dict[str, Any] = {"slug": "diamond", "name": "Diamond", "level": 5, "threshold": 9_000}


def slugs(world: World) -> list[str]:
    with world.scope():
        return [tier.slug for tier in tiers()]


def tier_id(world: World, slug: str) -> Any:
    with world.scope():
        return Tier.objects.get(slug=slug).id


def define(world: World, **values: Any) -> Tier:
    with world.scope():
        return define_tier(**values)


def test_a_programme_begins_with_four_tiers(acme: World) -> None:
    with acme.scope():
        assert [(tier.slug, tier.name, tier.level, tier.threshold) for tier in tiers()] == [
            ("bronze", "Bronze", 1, 0), ("silver", "Silver", 2, 500), ("gold", "Gold", 3, 2_000),
            ("platinum", "Platinum", 4, 5_000),
        ]  # fmt: skip


def test_setting_up_again_changes_nothing(acme: World) -> None:
    define(acme, tier_id=tier_id(acme, "gold"), name="Shining", is_active=False)
    with acme.scope():
        before = list(Tier.objects.order_by("id").values())
        assert [tier.slug for tier in set_up_tiers()] == ["bronze", "silver", "platinum"]
        assert list(Tier.objects.order_by("id").values()) == before


def test_a_programme_nobody_has_set_up_is_set_up_when_its_first_member_joins(acme: World) -> None:
    with acme.scope():
        Tier.objects.all().delete()
    a_customer(acme)
    assert slugs(acme) == ["bronze", "silver", "gold", "platinum"]


def test_tiers_are_called_by_their_short_names(acme: World, rehearsal: World) -> None:
    with acme.scope():
        assert tier_called("gold").level == 3
        assert [tier.slug for tier in tiers_called("gold", "bronze", "gold")] == ["bronze", "gold"]
        for wrong in ("gould", "", "Gold", "GOLD"):
            with pytest.raises(UnknownTier) as refusal:
                tier_called(wrong)
            assert refusal.value.field == "tier"
            with pytest.raises(UnknownTier):
                tiers_called("gold", wrong)
    define(acme, **DIAMOND)
    with rehearsal.scope(), pytest.raises(UnknownTier):
        tier_called("diamond")


def test_a_tier_out_of_use_is_unknown(acme: World) -> None:
    define(acme, tier_id=tier_id(acme, "gold"), is_active=False)
    assert slugs(acme) == ["bronze", "silver", "platinum"]
    with acme.scope(), pytest.raises(UnknownTier):
        tier_called("gold")


def test_a_new_tier_is_recorded(acme: World) -> None:
    with acme.scope() as scope:
        tier = define_tier(**DIAMOND, color="#AAbb00", description="Rare", translations={"el": {"name": "Διαμάντι"}})
        (event,) = events_about("tier", tier.id)
    assert (tier.created_at, tier.updated_at) == (scope.now, scope.now)
    assert slugs(acme)[-1] == "diamond"
    assert event.name == "tier.defined"
    assert event.changes["slug"] == ["", "diamond"]
    assert event.changes["threshold"] == [0, 9_000]


def test_a_changed_tier_keeps_the_rest_and_is_recorded(acme: World) -> None:
    gold = tier_id(acme, "gold")
    define(acme, tier_id=gold, threshold=1_500)
    with acme.scope():
        tier = Tier.objects.get(pk=gold)
        event = events_about("tier", gold).first()
    assert (tier.slug, tier.name, tier.threshold, tier.color) == ("gold", "Gold", 1_500, "#d4a017")
    assert event is not None
    assert event.changes == {"threshold": [2_000, 1_500]}


@pytest.mark.parametrize("values", [{"slug": "gold"}, {"level": 3}])
def test_short_names_and_levels_belong_to_one_tier(acme: World, values: dict[str, Any]) -> None:
    with pytest.raises(TierTaken):
        define(acme, **{**DIAMOND, **values})
    with pytest.raises(TierTaken):
        define(acme, tier_id=tier_id(acme, "silver"), **values)
    assert slugs(acme) == ["bronze", "silver", "gold", "platinum"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("slug", ""), ("slug", "two words"), ("slug", "x" * 41), ("name", ""), ("name", "x" * 101), ("level", -1),
     ("level", None), ("level", 40_000), ("threshold", -1), ("color", "red"), ("color", "#12345g")],
)  # fmt: skip
def test_what_cannot_be_is_refused_on_its_field(acme: World, field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        define(acme, **{**DIAMOND, field: value})
    assert {complaint.field for complaint in refusal.value.complaints} == {field}
    assert "diamond" not in slugs(acme)


@pytest.mark.parametrize("values", [{"threshold": 1}, {"is_active": False}, {"level": 9}])
def test_the_lowest_tier_begins_at_nothing_and_stays(acme: World, values: dict[str, Any]) -> None:
    with pytest.raises(BaseTierNeeded):
        define(acme, tier_id=tier_id(acme, "bronze"), **values)
    with acme.scope():
        assert base_tier().slug == "bronze"
        assert (base_tier().threshold, base_tier().level) == (0, 1)
        assert not events_of_scope().filter(name="tier.defined").exists()


def test_a_tier_may_go_below_the_lowest_if_it_begins_at_nothing(acme: World) -> None:
    define(acme, slug="paper", name="Paper", level=0, threshold=0)
    assert slugs(acme)[0] == "paper"
    with pytest.raises(BaseTierNeeded):
        define(acme, tier_id=tier_id(acme, "paper"), threshold=5)


def test_foreign_and_unknown_tiers_are_not_found(acme: World, rehearsal: World, rival: World) -> None:
    gold = tier_id(acme, "gold")
    for world, which in ((rehearsal, gold), (rival, gold), (acme, new_id())):
        with pytest.raises(TierNotFound):
            define(world, tier_id=which, name="Theirs")


def test_members_are_counted_by_tier_in_its_order(acme: World, rival: World) -> None:
    _ann, bob, gone = (a_customer(acme) for _ in range(3))
    a_customer(rival)
    with acme.scope():
        for contact_id in (bob, gone):
            set_tier(contact_id=contact_id, slug="gold", reason="x")
        delete_contact(contact_id=gone)
        counts = members_by_tier()
    assert counts[2] == TierCount("Gold", "#d4a017", 1)
    assert [(count.name, count.count) for count in counts] == [
        ("Bronze", 1), ("Silver", 0), ("Gold", 1), ("Platinum", 0),
    ]  # fmt: skip


@pytest.mark.parametrize("threshold", [0, 1_999])
def test_a_higher_level_begins_above_the_lower_ones(acme: World, threshold: int) -> None:
    with pytest.raises((Invalid, BaseTierNeeded)):
        define(acme, tier_id=tier_id(acme, "platinum"), threshold=threshold)
