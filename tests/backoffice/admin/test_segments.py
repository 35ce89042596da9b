"""The pages of segments: conditions written in rows, previewed, frozen and archived; how people are doing."""

import re
from typing import Any

import pytest

from crm.contacts.services import update_customer
from crm.insights.models import Segment
from crm.insights.services import compute_health, define_segment
from tests.backoffice.admin.forms import errors_of, fields_of, options_of, send
from tests.builders import a_customer, customers_of
from tests.cast import World
from tests.crm.insights.stage import BLOCKED, GOLD, a_segment, field, inside, said, stored_segment, work_off

ADD = "/admin/insights/segment/add/"
pytestmark = pytest.mark.django_db


def page_of(segment_id: Any) -> str:
    return f"/admin/insights/segment/{segment_id}/change/"


def boxes(*rows: dict[str, Any], join: str = "all", path: str = "0") -> dict[str, Any]:
    """What a browser sends of a group of rows; a row's own `rows` are a group, its `where` tells rows of events."""
    sent: dict[str, Any] = {f"rule-{path}-join": join, f"rule-{path}-count": str(len(rows))}
    for at, row in enumerate(rows):
        own = f"{path}.{at}"
        if "rows" in row:
            sent |= {f"rule-{own}-ask": "group:", **boxes(*row["rows"], join=row.get("join", "all"), path=own)}
            continue
        sent |= {f"rule-{own}-{part}": value for part, value in row.items() if part != "where"}
        for number, test in enumerate(row.get("where", [])):
            sent |= {f"rule-{own}.{number}-{part}": value for part, value in test.items()}
    return sent


def ask(what: str, op: str = "", value: Any = "", **more: Any) -> dict[str, Any]:
    return {"ask": what, "op": op, "value": value, **more}


STATUS = ask("field:status", "in", ["blocked", "inactive"])
FILLED: dict[str, tuple[dict[str, Any], Any]] = {
    "a list": (STATUS, field("status", "in", ["blocked", "inactive"])),
    "a choice": (ask("field:tier", "neq", "gold"), field("tier", "neq", "gold")),
    "nothing to compare with": (ask("field:email", "set"), field("email", "set")),
    "lines": (ask("field:name", "not_in", "Ann\r\n\r\n Ben "), field("name", "not_in", ["Ann", "Ben"])),
    "days": (ask("field:created_at", "within_last", "90"), field("created_at", "within_last", "90d")),
    "a pair": (
        ask("field:credit_limit", "between", "0.5", value2="100"), field("credit_limit", "between", ["0.5", "100"])),
    "yes": (ask("field:email_opt_out", "eq", "true"), field("email_opt_out", "eq", True)),
    "a share": (ask("field:credit_limit", "top_percent", "25"), field("credit_limit", "top_percent", "25")),
    "a day": (ask("field:date_of_birth", "lt", "1990-01-31"), field("date_of_birth", "lt", "1990-01-31")),
    "a segment": (ask("segment:all", "not_in"), {"segment": "all", "op": "not_in"}),
    "a lot": (ask("lot:", "", "5", value2="15", salt="x"), {"bucket": {"from": 5, "to": 15}, "salt": "x"}),
    "an event": (
        ask("event:interaction", "did", times="2", within="30",
            where=[ask("type", "eq", "call"), ask("outcome", "set")]),
        {"event": "interaction", "op": "did", "times": 2, "within": "30d",
         "where": [field("type", "eq", "call"), field("outcome", "set")]}),
    "a group": (
        {"rows": [ask("field:gender", "eq", "female"), {"rows": [STATUS], "join": "not"}, ask("")], "join": "any"},
        {"any": [field("gender", "eq", "female"), {"not": [field("status", "in", ["blocked", "inactive"])]}]}),
}  # fmt: skip


@pytest.mark.parametrize(("row", "leaf"), FILLED.values(), ids=FILLED.keys())
def test_rows_become_a_rule_and_are_shown_again_as_they_were_filled_in(acme: World, row: Any, leaf: Any) -> None:
    browser = acme.browser_of("manager")
    saved = browser.post(ADD, {"name": "Mine", "slug": "", "kind": "dynamic", "description": "", **boxes(row, ask(""))})
    assert saved.status_code == 302, errors_of(saved)
    with acme.scope():
        segment = Segment.objects.get(slug="mine")
        assert segment.rule == {"all": [leaf]}
    # Saved once more with nothing changed, it stays as it is.
    assert send(browser, page_of(segment.pk)).status_code == 302
    assert stored_segment(acme, segment.pk).revision == 1


@pytest.mark.parametrize("rule", [
    {"all": []}, BLOCKED, {"any": [GOLD, {"not": [BLOCKED]}]}, field("credit_limit", "between", [1, 2.5]),
    {"event": "interaction", "op": "did_not"}, field("created_at", "lt", "2026-01-01T10:00:00Z"),
    {"event": "listing", "op": "did", "times": 3}, {"bucket": {"from": 1, "to": 2}},
])  # fmt: skip
def test_a_rule_that_an_api_wrote_stays_as_it_is_when_other_words_are_saved(acme: World, rule: Any) -> None:
    segment_id = a_segment(acme, rule, "theirs")
    browser = acme.browser_of("manager")
    assert send(browser, page_of(segment_id), name="Renamed").status_code == 302
    kept = stored_segment(acme, segment_id)
    assert (kept.name, kept.revision, kept.rule, kept.state) == ("Renamed", 1, rule, "ready")


def test_without_scripts_a_button_shows_the_boxes_of_what_was_chosen(acme: World) -> None:
    browser = acme.browser_of("manager")
    sent = {"name": "Mine", "slug": "", "kind": "dynamic", "description": "", **boxes(ask("field:status"))}
    shown = browser.post(ADD, {**sent, "rule-press": "on"})
    assert errors_of(shown) == {"rule": ["Not saved yet: go on with the conditions."]}
    assert options_of(shown, "rule-0.0-value") == ["", "active", "inactive", "blocked"]
    assert "rule-0.1-ask" in fields_of(shown, "segment_form")
    with acme.scope():
        assert not Segment.objects.exists()


def test_a_wrong_condition_is_told_by_its_number_and_what_was_typed_stays(acme: World) -> None:
    browser = acme.browser_of("manager")
    rows = (STATUS, {"rows": [ask("field:credit_limit", "gt", "much"), ask("field:created_at", "within_last", "")]})
    shown = browser.post(ADD, {"name": "Mine", "kind": "dynamic", "description": "", "slug": "", **boxes(*rows)})
    assert errors_of(shown)["rule"] == [
        "Condition 2.1: Give a number.", "Condition 2.2: Give a number of days such as 90d, at most 36500d.",
    ]  # fmt: skip
    assert fields_of(shown, "segment_form")["rule-0.1.0-value"] == ["much"]


def test_an_empty_group_is_not_saved(acme: World) -> None:
    shown = acme.browser_of("manager").post(
        ADD, {"name": "Mine", "kind": "dynamic", "description": "", "slug": "", **boxes({"rows": []})}
    )
    assert errors_of(shown) == {"rule": ["Condition 1: Give a list with at least one condition."]}


def test_a_circle_is_told_at_the_conditions(acme: World) -> None:
    first = a_segment(acme, BLOCKED, "first")
    a_segment(acme, {"segment": "first", "op": "in"}, "second")
    browser = acme.browser_of("manager")
    values = {**fields_of(browser.get(page_of(first)), "segment_form"), **boxes(ask("segment:second", "in"))}
    assert "cannot depend on itself" in errors_of(browser.post(page_of(first), values))["rule"][0]


def test_choosing_and_removing_answer_with_the_rows_alone(acme: World) -> None:
    browser = acme.browser_of("manager")
    chosen = browser.post("/admin/insights/segment/rule/", boxes(ask("field:tier"), STATUS)).content.decode()
    assert 'name="rule-0.0-value"' in chosen
    assert "<html" not in chosen
    removed = browser.post(
        "/admin/insights/segment/rule/", {**boxes(ask("field:tier", "eq", "gold"), STATUS), "rule-press": "remove:0.0"}
    ).content.decode()
    assert re.findall(r'value="field:(\w+)" selected', removed) == ["status"]


def test_a_preview_counts_and_shows_some(acme: World, rival: World) -> None:
    a_customer(acme, name="Ann Blocked", status="blocked")
    customers_of(acme, 2)
    a_customer(rival, name="Stranger", status="blocked")
    browser = acme.browser_of("manager")
    found = browser.post("/admin/insights/segment/preview/", boxes(STATUS)).content.decode()
    assert "1 customer<" in found
    assert "Ann Blocked" in found
    assert "Stranger" not in found
    everybody = browser.post("/admin/insights/segment/preview/", boxes()).content.decode()
    assert "3 customers" in everybody
    missing = browser.post("/admin/insights/segment/preview/", boxes(ask("field:status", "eq"))).content.decode()
    assert "Condition 1: Give a text" in missing


@pytest.mark.parametrize("address", ["rule", "preview"])
def test_who_may_not_write_segments_is_offered_nothing(acme: World, address: str) -> None:
    path = f"/admin/insights/segment/{address}/"
    assert acme.browser_of("analyst").post(path, boxes(STATUS)).status_code == 403
    assert acme.browser_of("manager").get(path).status_code == 405


@pytest.mark.parametrize("sent", [
    {"rule-0-count": "99999999999999"}, {"rule-0-count": "x"}, {"rule-0-join": "none"}, {"rule-press": "remove:"},
    {"rule-0.0-ask": "field:"}, {"rule-0.0-ask": "field:organisation"}, {"rule-0.0-ask": "event:x"},
    {"rule-0.0-ask": "segment:"}, {"rule-0.0-ask": "x" * 100_000}, {"rule-0.0-value": "a\0b"},
    {"rule-0.0-ask": "lot:", "rule-0.0-value": "9" * 400},
    {"rule-0.0-ask": "event:interaction", "rule-0.0-times": "-1"},
])  # fmt: skip
def test_whatever_is_posted_is_answered(acme: World, sent: dict[str, str]) -> None:
    browser = acme.browser_of("manager")
    for path in ("rule/", "preview/", "add/"):
        values = {"name": "Mine", "kind": "dynamic", **boxes(STATUS), **sent}
        assert browser.post(f"/admin/insights/segment/{path}", values).status_code in (200, 302), path
        with acme.scope():
            Segment.objects.all().delete()


def test_who_reads_only_sees_the_conditions_in_words(acme: World) -> None:
    rule = {"any": [
        field("status", "neq", "blocked"), {"segment": "gold_members", "op": "in"},
        {"event": "interaction", "op": "did", "times": 2, "within": "30d", "where": [field("type", "eq", "call")]},
    ]}  # fmt: skip
    shown = acme.browser_of("analyst").get(page_of(a_segment(acme, rule, "read"))).content.decode()
    for line in ("Any of these holds:", "Status is not Blocked", "Segment Gold: is in it", "Kind is Call",
                 "Something was said with them: at least 2 ×, in the last 30 days"):  # fmt: skip
        assert line in shown, line
    assert "rule-0-join" not in shown


def test_a_snapshot_is_taken_and_told_in_words(acme: World) -> None:
    person = a_customer(acme, status="blocked")
    segment_id, browser = a_segment(acme, BLOCKED, "blocked"), acme.browser_of("manager")
    path = f"/admin/insights/segment/{segment_id}/freeze/"
    assert browser.get(path).status_code == 200
    assert (
        "There is a segment of this short name" in browser.post(path, {"name": "x", "slug": "blocked"}).content.decode()
    )
    assert browser.post(path, {"name": "Blocked in May"}).status_code == 302
    work_off(acme)
    with acme.scope():
        frozen = Segment.objects.get(slug="blocked_in_may")
    assert inside(acme, frozen.pk) == {person}
    shown = browser.get(page_of(frozen.pk)).content.decode()
    assert "Segment blocked: is in it" in shown
    assert "rule-0-join" not in shown


def test_archiving_asks_first_and_tells_why_not(acme: World) -> None:
    segment_id, browser = a_segment(acme, BLOCKED, "used"), acme.browser_of("manager")
    using = a_segment(acme, {"segment": "used", "op": "in"}, "using")
    path = "/admin/insights/segment/{}/archive/"
    assert browser.get(path.format(segment_id)).status_code == 200
    assert "Other segments ask about this one" in browser.post(path.format(segment_id), follow=True).content.decode()
    assert stored_segment(acme, segment_id).archived_at is None
    assert "Archived." in browser.post(path.format(using), follow=True).content.decode()
    assert browser.get(page_of(using)).status_code in (302, 404)


def test_the_page_of_members_tells_who_is_in_and_who_left(acme: World) -> None:
    person = a_customer(acme, name="Ann Lee", status="blocked")
    segment_id, browser = a_segment(acme, BLOCKED, "blocked"), acme.browser_of("agent")
    path = f"/admin/insights/segmentmember/?segment={segment_id}"
    assert "Ann Lee" in browser.get(f"{path}&inside=yes").content.decode()
    assert "Ann Lee" not in browser.get(f"{path}&inside=no").content.decode()
    with acme.scope():
        update_customer(contact_id=person, status="active")
    work_off(acme)
    assert "Ann Lee" not in browser.get(f"{path}&inside=yes").content.decode()
    assert "Ann Lee" in browser.get(f"{path}&inside=no").content.decode()
    assert "Ann Lee" not in browser.get(f"{path}&inside=yes&q=ann").content.decode()


def test_how_somebody_is_doing_stands_on_their_page_and_in_the_list(acme: World) -> None:
    person, other = a_customer(acme, name="Ann Lee"), a_customer(acme, name="Ben Orr", status="blocked")
    said(acme, person, type="support", next_action="Send the part")
    a_segment(acme, {"all": []}, "everybody", name="Everybody there is")
    with acme.scope():
        compute_health([person, other])
    browser = acme.browser_of("agent")
    shown = browser.get(f"/admin/contacts/customer/{person}/change/").content.decode()
    for text in ("How they are doing", "Unknown · 58", "Calls for help", "What pulls it down"):
        assert text in shown, text
    assert "Everybody there is" in browser.get(f"/admin/contacts/customer/{person}/dealings/").content.decode()
    listed = browser.get("/admin/contacts/customer/?health=at_risk").content.decode()
    assert "Ben Orr" in listed
    assert "Ann Lee" not in listed
    assert "At risk" in listed


def test_a_segment_of_another_place_is_not_there(acme: World, rival: World) -> None:
    with rival.scope():
        foreign = define_segment(name="Theirs", rule=BLOCKED).pk
    browser = acme.browser_of("owner")
    for path in (page_of(foreign), f"/admin/insights/segment/{foreign}/freeze/",
                 f"/admin/insights/segment/{foreign}/archive/"):  # fmt: skip
        assert browser.get(path).status_code in (302, 404), path
    assert browser.post(f"/admin/insights/segment/{foreign}/archive/").status_code == 404
    assert stored_segment(rival, foreign).archived_at is None
