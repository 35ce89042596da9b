"""S4 `/segments` on the wire, ours in addition: shapes, refusals, who is in them (docs/insights.md)."""

from typing import Any
from uuid import uuid4

import pytest

from tests.backoffice.dev.wire import complaints, data, message, names, staff_api
from tests.builders import a_customer, customers_of
from tests.cast import World
from tests.crm.insights.stage import BLOCKED, GOLD, a_segment, field, work_off
from tests.dialects.traces import written

SEGMENTS = "/dev/crm/segments"
SENT = {"name": "Blocked ones", "slug": "blocked", "description": "Do not ring", "rule": {"all": [BLOCKED]}}
FIELDS = [
    "id", "project_id", "slug", "name", "description", "rule", "kind", "state", "members", "refreshed_at", "createdAt",
    "updatedAt",
]  # fmt: skip
pytestmark = pytest.mark.django_db


def blocked(world: World, **more: Any) -> dict[str, Any]:
    return data(world.api.post(SEGMENTS, {**SENT, **more}), 201)


def test_a_segment_reads_back_as_it_was_sent_and_is_filled(acme: World) -> None:
    a_customer(acme, status="blocked")
    segment = blocked(acme)
    assert list(segment) == FIELDS
    assert {name: segment[name] for name in SENT} == SENT
    assert (segment["kind"], segment["state"], segment["members"], segment["refreshed_at"]) == (
        "dynamic", "filling", 0, None,
    )  # fmt: skip
    work_off(acme)
    for path in (f"{SEGMENTS}/{segment['id']}", f"/v1{SEGMENTS}/{segment['id']}"):
        kept = data(acme.api.get(path))
        assert (kept["state"], kept["members"], kept["refreshed_at"] is not None) == ("ready", 1, True)
    assert acme.api.get(SEGMENTS).json() == {"data": [kept], "pagination": {"total": 1, "page": 1, "limit": 10}}


def test_the_least_that_can_be_sent(acme: World) -> None:
    segment = data(acme.api.post(SEGMENTS, {"name": "Gold in Köln", "rule": GOLD}), 201)
    assert (segment["slug"], segment["description"], segment["kind"]) == ("gold_in_koln", None, "dynamic")
    assert data(acme.api.post(SEGMENTS, {"name": "顧客", "rule": GOLD}), 201)["slug"] == "segment"


@pytest.mark.parametrize(("sent", "place"), [
    ({"rule": None}, "rule"), ({"rule": []}, "rule"), ({"rule": {}}, "rule"), ({"name": ""}, "name"),
    ({"rule": {"all": [BLOCKED, field("colour", "eq", "red")]}}, "rule.all.1.field"),
    ({"rule": field("credit_limit", "gt", "1e999999999")}, "rule.value"),
    ({"rule": field("name", "eq", "a\0b")}, "rule.value"), ({"rule": {"all": BLOCKED}}, "rule.all"),
    ({"slug": "a b"}, "slug"), ({"slug": "x" * 61}, "slug"), ({"kind": "fluid"}, "kind"), ({"colour": "red"}, "colour"),
    ({"name": "x" * 101}, "name"), ({"name": "a\0b"}, "name"), ({"description": "x" * 1001}, "description"),
])  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_is_written(acme: World, sent: Any, place: str) -> None:
    before = written(acme)
    assert set(complaints(acme.api.post(SEGMENTS, {**SENT, **sent}))) == {place}
    assert written(acme) == before


@pytest.mark.parametrize("rule", [
    '{"all":' * 3000 + "1" + "}" * 3000, '{"all": [' + ",".join(["1"] * 100_000) + "]}",
    '{"field": "name", "op": "eq", "value": "\\ud800"}', '{"field": "\\u0000", "op": "eq", "value": 1}',
    '{"\\ud800": 1, "field": "name", "op": "set"}', '{"field": "credit_limit", "op": "gt", "value": 1e400}',
])  # fmt: skip
def test_hostile_rules_are_refused(acme: World, rule: str) -> None:
    answer = acme.api.post(f"{SEGMENTS}/preview", f'{{"rule": {rule}}}')
    assert answer.status_code == 400, answer.content[:300]
    assert len(answer.content) < 20_000


def test_a_body_above_two_megabytes_is_too_large(acme: World) -> None:
    answer = acme.api.post(f"{SEGMENTS}/preview", {"rule": field("name", "eq", "x" * 10_000_000)})
    assert answer.status_code == 413


def test_a_short_name_that_is_taken_is_a_conflict(acme: World) -> None:
    blocked(acme)
    assert message(acme.api.post(SEGMENTS, SENT), 409) == "Resource already exists"
    assert message(acme.api.post(SEGMENTS, {**SENT, "slug": "gold_members"}), 409) == "Resource already exists"


def test_put_changes_what_is_sent_and_fills_anew_after_another_rule(acme: World) -> None:
    path = f"{SEGMENTS}/{blocked(acme)['id']}"
    work_off(acme)
    renamed = data(acme.api.put(path, {"name": "Renamed", "description": None}))
    assert (renamed["name"], renamed["description"], renamed["state"]) == ("Renamed", None, "ready")
    assert data(acme.api.put(path, {"rule": GOLD}))["state"] == "filling"
    for sent in ({"slug": "other"}, {"kind": "static"}):
        assert set(complaints(acme.api.put(path, sent))) == set(sent)


def test_a_circle_is_refused_at_the_rule(acme: World) -> None:
    first = blocked(acme)
    blocked(acme, slug="second", rule={"segment": "blocked", "op": "in"})
    refused = acme.api.put(f"{SEGMENTS}/{first['id']}", {"rule": {"not": [{"segment": "second", "op": "in"}]}})
    assert set(complaints(refused)) == {"rule"}
    assert message(acme.api.delete(f"{SEGMENTS}/{first['id']}"), 409)


def test_a_deleted_segment_is_gone(acme: World) -> None:
    path = f"{SEGMENTS}/{blocked(acme)['id']}"
    answer = acme.api.delete(path)
    assert (answer.status_code, answer.json()) == (
        200, {"success": True, "message": "Segment deleted successfully"},
    )  # fmt: skip
    for gone in (acme.api.get(path), acme.api.put(path, {"name": "Back"}), acme.api.delete(path),
                 acme.api.get(f"{path}/members")):  # fmt: skip
        assert message(gone, 404) == "Resource not found"
    assert names(acme.api.get(SEGMENTS)) == []


def test_what_belongs_to_another_place_is_unknown(acme: World, rival: World, rehearsal: World) -> None:
    for world in (rival, rehearsal):
        foreign = a_segment(world, BLOCKED, "theirs")
        for path in (f"{SEGMENTS}/{foreign}", f"{SEGMENTS}/{foreign}/members"):
            assert message(acme.api.get(path), 404) == "Resource not found"
    assert set(complaints(acme.api.post(SEGMENTS, {**SENT, "rule": {"segment": "theirs", "op": "in"}}))) == {
        "rule.segment"
    }
    assert message(acme.api.get(f"{SEGMENTS}/{uuid4()}/members"), 404) == "Resource not found"


@pytest.mark.parametrize(("asked", "found"), [
    ({}, ["Third", "Second", "First"]), ({"kind": "static"}, ["Third"]), ({"state": "broken"}, []),
    ({"sort": "name:asc", "limit": 2}, ["First", "Second"]), ({"sort": "members:desc", "limit": 1}, ["First"]),
])  # fmt: skip
def test_segments_are_filtered_and_sorted(acme: World, asked: Any, found: list[str]) -> None:
    customers_of(acme, 2)
    a_segment(acme, {"all": []}, "first", name="First")
    a_segment(acme, BLOCKED, "second", name="Second")
    a_segment(acme, BLOCKED, "third", name="Third", kind="static")
    assert names(acme.api.get(SEGMENTS, **asked)) == found
    assert set(complaints(acme.api.get(SEGMENTS, kind="fluid"))) == {"kind"}


def test_its_members_are_customers_the_last_who_came_first(acme: World) -> None:
    segment_id = a_segment(acme, BLOCKED, "blocked")
    for name in ("Ann", "Ben"):
        a_customer(acme, name=name, status="blocked", company_name="Acme Corp", phone="+35799123456")
        work_off(acme)
    answer = acme.api.get(f"{SEGMENTS}/{segment_id}/members")
    assert names(answer) == ["Ben", "Ann"]
    assert list(answer.json()["data"][0]) == [
        "id", "name", "email", "phone", "company", "type", "status", "entered_at"
    ]  # fmt: skip
    assert answer.json()["pagination"]["total"] == 2
    assert names(acme.api.get(f"{SEGMENTS}/{segment_id}/members", sort="name:asc", limit=1)) == ["Ann"]
    assert names(acme.api.get(f"{SEGMENTS}/{segment_id}/members", search="be")) == ["Ben"]


def test_who_may_read_segments_but_not_people_sees_no_people(acme: World) -> None:
    a_customer(acme, name="Ann", status="blocked")
    segment_id = a_segment(acme, BLOCKED, "blocked")
    narrow = acme.key_with("crm:segments:read", "crm:segments:write", "cluster:tiers:read")
    assert data(narrow.get(f"{SEGMENTS}/{segment_id}"))["members"] == 1
    assert narrow.get(f"{SEGMENTS}/{segment_id}/members").status_code == 403
    rule = {"segment": "bronze_members", "op": "in"}
    found = data(narrow.post(f"{SEGMENTS}/preview", {"rule": rule}))
    assert found == {"total": 1, "sample": []}
    refused = complaints(narrow.post(f"{SEGMENTS}/preview", {"rule": {"any": [rule, BLOCKED]}}))
    assert refused == {"rule.any.1.field": "You may not ask about this."}


def test_a_preview_keeps_nothing(acme: World) -> None:
    person = a_customer(acme, name="Ann", email="ann@example.com", status="blocked")
    before = written(acme)
    found = data(acme.api.post(f"{SEGMENTS}/preview", {"rule": BLOCKED}))
    assert found == {"total": 1, "sample": [{"id": str(person), "name": "Ann", "email": "ann@example.com"}]}
    assert written(acme) == before


@pytest.mark.parametrize(("role", "status"), [("manager", 201), ("agent", 403), ("analyst", 403)])
def test_staff_write_segments_as_their_role_says(acme: World, role: str, status: int) -> None:
    api = staff_api(acme, role)
    assert api.post(SEGMENTS, SENT).status_code == status
    assert api.get(SEGMENTS).status_code == 200
