"""The tiers of the programme."""

import pytest

from loyalty.tiers.models import Tier
from tests.backoffice.admin.forms import errors_of, send
from tests.backoffice.admin.pages import address
from tests.backoffice.admin.trail import actor_of, last_event, names_of, row_of, staff_actor, written
from tests.cast import World


def test_a_tier_is_defined_and_changed_with_before_and_after(acme: World) -> None:
    browser = acme.browser_of("manager")
    send(browser, address("tiers.Tier", "add"), name="Diamond", slug="diamond", level="5", threshold="9000",
         color="#abcdef")  # fmt: skip
    tier = row_of(acme, Tier, slug="diamond")
    send(browser, address("tiers.Tier", "change", tier.pk), threshold="8000")
    event = last_event(acme, "tier", tier.pk)
    assert (event.changes, actor_of(event)) == ({"threshold": [9000, 8000]}, staff_actor(acme, "manager"))
    assert names_of(acme, "tier", tier.pk) == ["tier.defined", "tier.defined"]


@pytest.mark.parametrize(
    ("slug", "changes", "field"),
    [("silver", {"slug": "gold"}, "slug"), ("silver", {"color": "red"}, "color"), ("silver", {"name": ""}, "name"),
     ("bronze", {"threshold": "10"}, "is_active"), ("silver", {"threshold": "-1"}, "threshold")],
)  # fmt: skip
def test_a_tier_that_cannot_be_is_told_at_its_field(
    acme: World, slug: str, changes: dict[str, str], field: str
) -> None:
    tier, before = row_of(acme, Tier, slug=slug), written()
    answer = send(acme.browser_of("owner"), address("tiers.Tier", "change", tier.pk), **changes)
    assert list(errors_of(answer)) == [field]
    assert written() == before


def test_a_level_that_is_taken_is_told_at_the_level(acme: World) -> None:
    tier = row_of(acme, Tier, slug="silver")
    answer = send(acme.browser_of("owner"), address("tiers.Tier", "change", tier.pk), level="1")
    assert list(errors_of(answer)) == ["level"]
