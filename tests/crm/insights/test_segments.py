"""Segments are defined, filled by a worker, changed, frozen and archived."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from crm.contacts.services import create_contact, delete_contact, update_customer
from crm.insights.errors import (
    BadRule,
    CircularSegment,
    SegmentInUse,
    SegmentNotFound,
    SegmentTaken,
    StaysStatic,
)
from crm.insights.models import Segment, SegmentMember
from crm.insights.selectors import people_in, segment_called
from crm.insights.services import archive_segment, change_segment, define_segment, filling, freeze_segment
from crm.kernel.clock import now
from crm.kernel.errors import Invalid
from crm.organisations.services import define_custom_field, remove_custom_field
from loyalty.tiers.services import set_tier
from tests.builders import a_customer, customers_of
from tests.cast import World
from tests.crm.insights.stage import (
    BLOCKED,
    GOLD,
    a_segment,
    customer_since,
    field,
    inside,
    job,
    stored_segment,
    work_off,
)
from tests.dialects.traces import latest_events, written

pytestmark = pytest.mark.django_db
EVERYBODY: dict[str, Any] = {"all": []}


def test_a_new_segment_is_filled_by_the_worker_and_told_once(acme: World, rival: World) -> None:
    blocked, _free = a_customer(acme, status="blocked"), a_customer(acme)
    a_customer(rival, status="blocked")
    with acme.scope():
        segment = define_segment(name="Blocked ones", rule=BLOCKED)
        assert (segment.slug, segment.state, segment.kind) == ("blocked_ones", "filling", "dynamic")
    work_off(acme)
    kept = stored_segment(acme, segment.pk)
    assert (kept.state, kept.member_count, kept.refreshed_at is not None) == ("ready", 1, True)
    assert inside(acme, segment.pk) == {blocked}
    assert latest_events(acme, "segment.filled")[0].payload == {"segment_id": str(segment.pk), "members": 1}
    assert latest_events(acme, "segment.entered", "segment.left") == []


def test_a_segment_is_filled_in_chunks_and_none_is_twice(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "AT_ONCE", 2)
    everybody = set(customers_of(acme, 7))
    segment_id = a_segment(acme, EVERYBODY)
    assert inside(acme, segment_id) == everybody
    assert stored_segment(acme, segment_id).member_count == 7


def test_contacts_of_a_listing_alone_are_in_no_segment(acme: World) -> None:
    with acme.scope():
        create_contact(first_name="Only", email="listed@example.com")
    assert inside(acme, a_segment(acme, EVERYBODY)) == set()


@pytest.mark.parametrize("slug", ["all", "new_customers", "gold_members", "vip_members"])
def test_the_names_of_built_in_segments_are_taken(acme: World, slug: str) -> None:
    with acme.scope(), pytest.raises(SegmentTaken):
        define_segment(name="Mine", slug=slug, rule=BLOCKED)


def test_a_short_name_is_one_segments_until_it_is_archived(acme: World, rival: World, rehearsal: World) -> None:
    first = a_segment(acme, BLOCKED, "spring")
    for world in (rival, rehearsal):
        a_segment(world, BLOCKED, "spring")
    before = written(acme)
    with acme.scope(), pytest.raises(SegmentTaken):
        define_segment(name="Spring", rule=GOLD)
    assert written(acme) == before
    with acme.scope():
        archive_segment(segment_id=first)
        with pytest.raises(SegmentNotFound):
            segment_called(first)
        with pytest.raises(SegmentNotFound):
            change_segment(segment_id=first, name="Again")
    a_segment(acme, BLOCKED, "spring")


@pytest.mark.parametrize("values", [
    {"name": ""}, {"name": "x" * 101}, {"name": "Fine", "slug": "not a slug"},
    {"name": "Fine", "description": "x" * 1001},
])  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_written(acme: World, values: Any) -> None:
    before = written(acme)
    with acme.scope(), pytest.raises(Invalid):
        define_segment(rule=BLOCKED, **values)
    with acme.scope(), pytest.raises(BadRule):
        define_segment(name="No rule")
    assert written(acme) == before


def test_other_conditions_fill_it_anew_and_nobody_is_told_of(acme: World) -> None:
    blocked, gold = a_customer(acme, status="blocked"), a_customer(acme)
    with acme.scope():
        set_tier(contact_id=gold, slug="gold", reason="test")
    segment_id = a_segment(acme, BLOCKED)
    with acme.scope():
        changed = change_segment(segment_id=segment_id, rule=GOLD)
        assert (changed.state, changed.revision) == ("filling", 2)
    work_off(acme)
    assert inside(acme, segment_id) == {gold}
    assert stored_segment(acme, segment_id).state == "ready"
    with acme.scope():
        former = SegmentMember.objects.get(segment_id=segment_id, contact_id=blocked)
        assert former.left_at is not None
    assert latest_events(acme, "segment.entered", "segment.left") == []
    assert len(latest_events(acme, "segment.filled")) == 2


def test_other_words_leave_its_people_alone(acme: World) -> None:
    segment_id = a_segment(acme, BLOCKED)
    with acme.scope():
        changed = change_segment(segment_id=segment_id, name="Renamed", rule=BLOCKED)
        assert (changed.state, changed.revision, changed.slug) == ("ready", 1, "some")
    before = written(acme)
    with acme.scope():
        change_segment(segment_id=segment_id, name="Renamed")
    assert written(acme) == before


def test_a_filling_that_was_overtaken_does_nothing(acme: World) -> None:
    blocked = a_customer(acme, status="blocked")
    with acme.scope():
        segment = define_segment(name="Soon other", rule=EVERYBODY)
        change_segment(segment_id=segment.pk, rule=GOLD)
        assert filling.fill_next(segment_id=segment.pk, revision=1) is None
    assert blocked not in inside(acme, segment.pk)
    work_off(acme)
    assert stored_segment(acme, segment.pk).state == "ready"


def test_a_snapshot_holds_who_matched_then(acme: World) -> None:
    blocked = a_customer(acme, status="blocked")
    source = a_segment(acme, BLOCKED, "blocked")
    with acme.scope():
        frozen = freeze_segment(segment_id=source, name="Blocked in May", slug="blocked_may")
        assert (frozen.kind, frozen.rule) == ("static", {"segment": "blocked", "op": "in"})
    work_off(acme)
    with acme.scope():
        update_customer(contact_id=blocked, status="active")
    later = a_customer(acme, status="blocked")
    work_off(acme)
    assert inside(acme, source) == {later}
    assert inside(acme, frozen.pk) == {blocked}
    job("sweep_segments")
    assert inside(acme, frozen.pk) == {blocked}
    with acme.scope():
        with pytest.raises(StaysStatic):
            change_segment(segment_id=frozen.pk, rule=GOLD)
        archive_segment(segment_id=source)
        assert change_segment(segment_id=frozen.pk, name="Blocked, May").name == "Blocked, May"
        delete_contact(contact_id=blocked)
    work_off(acme)
    assert inside(acme, frozen.pk) == set()


def test_segments_may_ask_about_each_other_but_not_in_a_circle(acme: World) -> None:
    first = a_segment(acme, BLOCKED, "first")
    second = a_segment(acme, {"all": [{"segment": "first", "op": "in"}, GOLD]}, "second")
    third = a_segment(acme, {"not": [{"any": [{"segment": "second", "op": "not_in"}]}]}, "third")
    with acme.scope():
        for rule in ({"segment": "third", "op": "in"}, {"any": [{"segment": "first", "op": "not_in"}, GOLD]}):
            with pytest.raises(CircularSegment):
                change_segment(segment_id=first, rule=rule)
        for used in (first, second):
            with pytest.raises(SegmentInUse):
                archive_segment(segment_id=used)
        archive_segment(segment_id=third)
        archive_segment(segment_id=second)
        archive_segment(segment_id=first)
        assert not Segment.objects.filter(archived_at=None).exists()


def test_a_segment_that_is_broken_is_part_of_a_circle_all_the_same(acme: World) -> None:
    """Else it would be one as soon as what it asks about is back."""
    with acme.scope():
        size = define_custom_field(key="size", label="Size", kind="integer")
    first = a_segment(acme, BLOCKED, "first")
    a_segment(acme, {"all": [{"segment": "first", "op": "in"}, field("custom_fields.size", "set")]}, "broken")
    with acme.scope():
        remove_custom_field(field_id=size.pk)
        with pytest.raises(BadRule):
            change_segment(segment_id=first, rule=field("custom_fields.size", "set"))
        with pytest.raises(CircularSegment):
            change_segment(segment_id=first, rule={"segment": "broken", "op": "in"})
        with pytest.raises(SegmentInUse):
            archive_segment(segment_id=first)


def test_what_segments_of_others_say_follows_them_in_one_look(acme: World) -> None:
    somebody = a_customer(acme)
    # The one that is asked about has the later id, so that only the order of asking lets both be right at once.
    outer = a_segment(acme, GOLD, "outer")
    inner = a_segment(acme, BLOCKED, "inner")
    with acme.scope():
        change_segment(segment_id=outer, rule={"segment": "inner", "op": "in"})
    work_off(acme)
    with acme.scope():
        update_customer(contact_id=somebody, status="blocked")
    work_off(acme)
    assert inside(acme, outer) == inside(acme, inner) == {somebody}


def test_the_sweep_lets_in_and_out_by_time(acme: World) -> None:
    old, new = a_customer(acme), a_customer(acme)
    segment_id = a_segment(acme, field("created_at", "within_last", "30d"), "fresh")
    assert inside(acme, segment_id) == {old, new}
    # As if a month had gone by, of which no event tells.
    customer_since(acme, old, now() - timedelta(days=31))
    run = job("sweep_segments")
    assert inside(acme, segment_id) == {new}
    (left,) = latest_events(acme, "segment.left")
    assert left.payload == {"contact_id": str(old), "segment_id": str(segment_id), "slug": "fresh"}
    assert (run.state, stored_segment(acme, segment_id).member_count) == ("done", 1)
    job("sweep_segments")
    assert len(latest_events(acme, "segment.left", "segment.entered")) == 1


def test_a_segment_that_asks_about_what_is_gone_is_broken_until_it_is_back(acme: World) -> None:
    with acme.scope():
        size = define_custom_field(key="size", label="Size", kind="integer")
    large = a_customer(acme, custom_fields={"size": 44})
    segment_id = a_segment(acme, field("custom_fields.size", "gte", 40))
    others = a_segment(acme, BLOCKED, "others")
    with acme.scope():
        remove_custom_field(field_id=size.pk)
        update_customer(contact_id=large, status="blocked")
    work_off(acme)
    job("sweep_segments")
    assert (stored_segment(acme, segment_id).state, inside(acme, segment_id)) == ("broken", {large})
    assert inside(acme, others) == {large}
    with acme.scope():
        define_custom_field(key="size", label="Size", kind="integer")
    job("sweep_segments")
    assert stored_segment(acme, segment_id).state == "ready"


def test_built_in_segments_are_reckoned_on_the_spot(acme: World) -> None:
    gold, old = a_customer(acme), a_customer(acme)
    customer_since(acme, old, now() - timedelta(days=31))
    with acme.scope():
        set_tier(contact_id=gold, slug="gold", reason="test")
        found = {slug: set(people_in(segment_called(slug)).values_list("pk", flat=True))
                 for slug in ("all", "gold_members", "bronze_members", "new_customers")}  # fmt: skip
    assert found == {"all": {gold, old}, "gold_members": {gold}, "bronze_members": {old}, "new_customers": {gold}}


def test_a_segment_is_called_by_slug_or_id(acme: World, rival: World) -> None:
    segment_id = a_segment(acme, BLOCKED, "blocked")
    blocked = a_customer(acme, status="blocked")
    work_off(acme)
    with acme.scope():
        for name in ("blocked", segment_id, str(segment_id)):
            assert list(people_in(segment_called(name)).values_list("pk", flat=True)) == [blocked]
        for name in ("nothing", uuid4(), "", "BLOCKED", "a\0b", "gold members"):
            with pytest.raises(SegmentNotFound):
                segment_called(name)
    with rival.scope(), pytest.raises(SegmentNotFound):
        segment_called(segment_id)
