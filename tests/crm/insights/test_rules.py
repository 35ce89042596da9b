"""What a rule may say, and how a wrong one is refused: by a complaint at each leaf that is wrong (semantics §3.12)."""

from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.insights.errors import BadRule
from crm.insights.rules import Known, asked_of, everybody, read_rule, storable
from crm.insights.selectors import preview_of
from crm.insights.services import change_segment, define_segment
from crm.kernel.actors import job_actor
from loyalty.tiers.services import set_tier
from tests.builders import a_customer, customers_of
from tests.cast import World
from tests.crm.acting import as_key, as_staff
from tests.crm.insights.stage import BLOCKED, GOLD, a_segment, field, work_off

pytestmark = pytest.mark.django_db


def refused(rule: Any) -> dict[str, str]:
    """The complaints about a rule, by place, in the open scope."""
    with pytest.raises(BadRule) as problem:
        preview_of(rule)
    return {complaint.field: str(complaint.message) for complaint in problem.value.complaints}


def nested(depth: int) -> Any:
    rule: Any = BLOCKED
    for _ in range(depth):
        rule = {"all": [rule]}
    return rule


WRONG: dict[str, tuple[Any, str]] = {
    "nothing": (None, "rule"),
    "a list": ([], "rule"),
    "a text": ("all", "rule"),
    "an empty object": ({}, "rule"),
    "an empty group": ({"any": []}, "rule.any"),
    "a group of no list": ({"all": BLOCKED}, "rule.all"),
    "two joins": ({"all": [BLOCKED], "any": [BLOCKED]}, "rule"),
    "an empty group inside": ({"all": [{"all": []}]}, "rule.all.0.all"),
    "no group in a group": ({"all": [BLOCKED, 7]}, "rule.all.1"),
    "too deep": (nested(6), "rule.all.0.all.0.all.0.all.0.all.0.all"),
    "too many": ({"all": [BLOCKED] * 51}, "rule"),
    "too many groups": ({"all": [{"all": [{"all": []}] * 60}] * 60}, "rule.all.0.all.0.all"),
    "two kinds": ({**BLOCKED, "segment": "all"}, "rule"),
    "an unknown field": (field("colour", "eq", "red"), "rule.field"),
    "a column": (field("organisation_id", "eq", "red"), "rule.field"),
    "a path": (field("customer__notes", "contains", "x"), "rule.field"),
    "no text for a field": ({"field": {"a": 1}, "op": "eq", "value": 1}, "rule.field"),
    "no custom field": (field("custom_fields.size", "eq", 1), "rule.field"),
    "no op": ({"field": "status", "value": "active"}, "rule.op"),
    "no op of that kind": (field("status", "contains", "act"), "rule.op"),
    "no text for an op": ({"field": "status", "op": ["eq"], "value": "x"}, "rule.op"),
    "no value": ({"field": "status", "op": "eq"}, "rule.value"),
    "a value for set": (field("email", "set", True), "rule.value"),
    "more than there is": ({**BLOCKED, "extra": 1}, "rule.extra"),
    "an unknown choice": (field("status", "eq", "asleep"), "rule.value"),
    "an unknown choice of several": (field("tier", "in", ["gold", "tin"]), "rule.value"),
    "no list": (field("status", "in", "active"), "rule.value"),
    "too many values": (field("name", "in", ["x"] * 101), "rule.value"),
    "a blank text": (field("name", "eq", "  "), "rule.value"),
    "a NUL": (field("name", "eq", "a\0b"), "rule.value"),
    "half a character": (field("name", "eq", "\ud800"), "rule.value"),
    "a long text": (field("name", "eq", "x" * 201), "rule.value"),
    "a number for a text": (field("name", "eq", 7), "rule.value"),
    "a text for a number": (field("credit_limit", "gt", "much"), "rule.value"),
    "no number": (field("credit_limit", "gt", "NaN"), "rule.value"),
    "infinity": (field("credit_limit", "gt", "Infinity"), "rule.value"),
    "a large number": (field("credit_limit", "gt", "1e15"), "rule.value"),
    "a huge number": (field("credit_limit", "gt", "1e999999999"), "rule.value"),
    "a huge number below 0": (field("credit_limit", "gt", "-1e99999"), "rule.value"),
    "a tiny number": (field("credit_limit", "gt", Decimal("1e-99999")), "rule.value"),
    "true for a number": (field("credit_limit", "eq", True), "rule.value"),
    "no pair": (field("credit_limit", "between", [1, 2, 3]), "rule.value"),
    "more than all": (field("credit_limit", "top_percent", 101), "rule.value"),
    "none of all": (field("credit_limit", "top_percent", 0), "rule.value"),
    "a word for yes": (field("email_opt_out", "eq", "yes"), "rule.value"),
    "no day": (field("date_of_birth", "eq", "1990-02-30"), "rule.value"),
    "a week": (field("date_of_birth", "eq", "1990-W01-1"), "rule.value"),
    "a day of long ago": (field("date_of_birth", "eq", "0001-01-01"), "rule.value"),
    "no moment": (field("created_at", "lt", "2026-01-01T25:00"), "rule.value"),
    "no days": (field("created_at", "within_last", "90"), "rule.value"),
    "no days at all": (field("created_at", "within_last", "0d"), "rule.value"),
    "too many days": (field("created_at", "within_last", "99999d"), "rule.value"),
    "an unknown event": ({"event": "wedding", "op": "did"}, "rule.event"),
    "no op of an event": ({"event": "interaction", "op": "in"}, "rule.op"),
    "no times": ({"event": "interaction", "op": "did", "times": 0}, "rule.times"),
    "true for times": ({"event": "interaction", "op": "did", "times": True}, "rule.times"),
    "no window": ({"event": "interaction", "op": "did", "within": None}, "rule.within"),
    "no list of where": ({"event": "interaction", "op": "did", "where": {}}, "rule.where"),
    "too much of where": ({"event": "interaction", "op": "did", "where": [{}] * 11}, "rule.where"),
    "an unknown attribute": (
        {"event": "interaction", "op": "did", "where": [field("contact__name", "eq", "x")]}, "rule.where.0.field"),
    "a where of nothing": ({"event": "interaction", "op": "did", "where": [{}]}, "rule.where.0.field"),
    "an unknown segment": ({"segment": "nowhere", "op": "in"}, "rule.segment"),
    "no op of a segment": ({"segment": "all", "op": "eq"}, "rule.op"),
    "no bucket": ({"bucket": 10}, "rule.bucket"),
    "an empty bucket": ({"bucket": {"from": 10, "to": 10}}, "rule.bucket.to"),
    "a bucket beyond": ({"bucket": {"from": 0, "to": 101}}, "rule.bucket.to"),
    "a bucket of halves": ({"bucket": {"from": 0.5, "to": 10}}, "rule.bucket.from"),
    "more of a bucket": ({"bucket": {"from": 0, "to": 10, "of": 20}}, "rule.bucket.of"),
    "a long salt": ({"bucket": {"from": 0, "to": 10}, "salt": "x" * 51}, "rule.salt"),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "place"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_rule_is_refused_at_its_place(acme: World, rule: Any, place: str) -> None:
    with acme.scope():
        assert place in refused(rule)
        assert len(refused(rule)) <= 60


def test_every_leaf_that_is_wrong_is_told(acme: World) -> None:
    rule = {"all": [field("colour", "eq", 1), {"any": [BLOCKED, field("name", "eq", 7)]}, {"segment": "x", "op": "in"}]}
    with acme.scope():
        assert set(refused(rule)) == {"rule.all.0.field", "rule.all.1.any.1.value", "rule.all.2.segment"}


@pytest.mark.parametrize("rule", [nested(5), {"all": [BLOCKED] * 50}, {"all": []}, BLOCKED, {"not": [BLOCKED, GOLD]}])
def test_what_is_just_within_the_limits_is_taken(acme: World, rule: Any) -> None:
    with acme.scope():
        preview_of(rule)


def test_who_may_not_read_something_cannot_ask_about_it_by_any_name(acme: World) -> None:
    told = "You may not ask about this."
    with as_key(acme, "crm:segments:write", "auth:members:read"):
        assert refused(GOLD) == {"rule.field": told}
        assert refused({"any": [BLOCKED, {"not": [GOLD]}]}) == {"rule.any.1.not.0.field": told}
        assert refused({"segment": "gold_members", "op": "not_in"}) == {"rule.segment": told}
        assert refused({"event": "message", "op": "did"}) == {"rule.event": told}
        assert refused(field("health.score", "gt", 50)) == {"rule.field": told}
        with pytest.raises(BadRule):
            define_segment(name="Gold", rule=GOLD)
        assert preview_of(BLOCKED).total == 0
    with as_key(acme, "crm:segments:write", "cluster:tiers:read"):
        assert refused(BLOCKED) == {"rule.field": told}
        preview_of(GOLD)
    with as_staff(acme, "analyst"):
        preview_of({"all": [GOLD, BLOCKED, {"event": "message", "op": "did"}]})


def test_a_rule_goes_on_for_everybody_whatever_its_reader_may_do(acme: World) -> None:
    """What was checked when it was written is not asked again by who looks at people later."""
    gold = a_segment(acme, GOLD, "gold_ones")
    person = a_customer(acme)
    with acme.scope():
        set_tier(contact_id=person, slug="gold", reason="test")
    work_off(acme)
    with as_key(acme, "crm:segments:write", "auth:members:read"):
        assert change_segment(segment_id=gold, name="Renamed").name == "Renamed"
        with pytest.raises(BadRule):
            change_segment(segment_id=gold, rule={"any": [GOLD, BLOCKED]})
        assert preview_of({"segment": "gold_ones", "op": "in"}).total == 1


def test_who_has_no_value_is_among_those_who_are_not_something(acme: World) -> None:
    nobody, somebody = a_customer(acme), a_customer(acme, gender="female", company_name="Acme")
    for rule in (
        field("gender", "neq", "female"), field("gender", "not_in", ["female"]),
        field("company", "not_contains", "acm"), {"not": [field("gender", "eq", "female")]},
        field("date_of_birth", "neq", "1990-01-01"),
    ):  # fmt: skip
        found = people(acme, rule)
        assert nobody in found, rule
        assert (somebody in found) == (rule.get("field") == "date_of_birth"), rule


def people(world: World, rule: Any) -> set[Any]:
    with world.scope():
        known = Known()
        read = read_rule(rule, known, editor=job_actor("test"))
        return set(asked_of(everybody(), read, known).values_list("pk", flat=True))


def test_however_much_a_rule_asks_it_is_one_statement(acme: World) -> None:
    a_segment(acme, BLOCKED, "blocked")
    leaves = [
        BLOCKED, GOLD, field("date_of_birth", "anniversary", "14d"), field("credit_limit", "top_percent", 25),
        {"event": "interaction", "op": "did", "times": 2, "within": "90d", "where": [field("type", "eq", "call")]},
        {"event": "message", "op": "did_not"}, {"segment": "blocked", "op": "not_in"},
        {"segment": "gold_members", "op": "in"}, {"bucket": {"from": 0, "to": 50}, "salt": "x"},
    ]  # fmt: skip
    with acme.scope():
        known = Known()
        rule = read_rule({"any": [*leaves, {"not": leaves}]}, known, editor=job_actor("test"))
        wanted = asked_of(everybody(), rule, known)
        with CaptureQueriesContext(connection) as captured:
            list(wanted.values_list("pk", flat=True))
    assert len(captured) == 1


def test_a_lot_falls_on_the_same_people_every_time_and_on_others_with_another_salt(acme: World) -> None:
    everyone = set(customers_of(acme, 60))
    half = {"bucket": {"from": 0, "to": 50}, "salt": "spring"}
    rest = {"bucket": {"from": 50, "to": 100}, "salt": "spring"}
    first = people(acme, half)
    assert first == people(acme, half)
    assert people(acme, rest) == everyone - first
    assert 10 < len(first) < 50
    assert people(acme, {**half, "salt": "autumn"}) != first


def test_a_preview_counts_exactly_and_shows_twenty(acme: World, rival: World) -> None:
    customers_of(rival, 3)
    customers_of(acme, 25)
    with acme.scope():
        found = preview_of({"all": []})
        assert (found.total, len(found.sample)) == (25, 20)
        assert [one.name for one in found.sample] == sorted(one.name for one in found.sample)
    with as_key(acme, "crm:segments:write", "cluster:tiers:read"):
        assert preview_of({"segment": "bronze_members", "op": "in"}).sample == []


def test_a_large_number_is_remembered_for_half_a_minute(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("crm.kernel.totals", "crm.insights.selectors.segments"):
        monkeypatch.setattr(import_module(module), "EXACT_UP_TO", 2)
    customers_of(acme, 4)
    with acme.scope():
        assert preview_of({"all": []}).total == 4
    a_customer(acme)
    with acme.scope():
        assert preview_of({"all": []}).total == 4
        assert preview_of(field("status", "eq", "active")).total == 5


def test_what_is_kept_reads_as_it_was_sent(acme: World) -> None:
    sent = {"all": [field("credit_limit", "between", [Decimal("0.1"), Decimal("100.00")]), BLOCKED]}
    with acme.scope():
        kept = define_segment(name="Kept", rule=sent)
        kept.refresh_from_db()
    assert kept.rule["all"][0]["value"] == [0.1, 100]
    assert storable(Decimal("123456789012345.123456")) == "123456789012345.123456"
