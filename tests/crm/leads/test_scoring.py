"""A score is the sum of what rules give, within the caps of groups and parts, and says why (semantics §3.7)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm.kernel.clock import now
from crm.kernel.errors import Invalid
from crm.kernel.models import QueuedTask
from crm.kernel.tasks import deliver, headers_of
from crm.leads.errors import (
    ScoreGroupInUse,
    ScoreGroupNotFound,
    ScoreGroupTaken,
    ScoreRuleNotFound,
    ScoreRuleTaken,
)
from crm.leads.models import Lead, LeadInteraction, Part, ScoreGroup, ScoreRule
from crm.leads.scoring import Score, band_of, has_risen, score_of
from crm.leads.selectors import one_lead
from crm.leads.services import (
    add_interaction,
    change_lead,
    define_score_group,
    define_score_rule,
    explained,
    remove_score_group,
    remove_score_rule,
)
from crm.leads.services.scores import rescore_leads, rescore_next, set_up_scoring
from crm.leads.tasks import rescore_all
from tests.builders import a_lead
from tests.cast import World
from tests.dialects.traces import latest_events

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIT = ScoreGroup(name="Fit", part=Part.FIT, cap=30)
TALK = ScoreGroup(name="Talk", part=Part.ENGAGEMENT, cap=40)
BLANK: dict[str, Any] = {
    "source": "other", "company": "", "phone": "", "campaign_id": None, "assigned_to_id": None, "notes": "",
    "custom_fields": {},
}  # fmt: skip


def fit(points: int, field: str, test: str, *values: str, group: ScoreGroup = FIT) -> ScoreRule:
    return ScoreRule(group=group, name=f"{field} {test} {values}", points=points, field=field, test=test,
                     values=list(values))  # fmt: skip


def talk(points: int, **options: Any) -> ScoreRule:
    return ScoreRule(**{"group": TALK, "name": f"call {points}", "points": points, "touch": "call", **options})


def scored(rules: list[ScoreRule], *ages_in_days: float, **values: Any) -> Score:
    calls = [NOON - timedelta(days=age) for age in ages_in_days]
    return score_of({**BLANK, **values}, {"call": calls}, rules, NOON)


@pytest.mark.parametrize(
    ("rule", "values", "points"),
    [
        (fit(10, "company", "is_set"), {"company": "Acme"}, 10), (fit(10, "company", "is_set"), {}, 0),
        (fit(10, "phone", "is_empty"), {}, 10),
        (fit(10, "source", "is_any_of", "referral"), {"source": "referral"}, 10),
        (fit(10, "source", "is_any_of", "referral"), {}, 0), (fit(10, "source", "is_none_of", "social"), {}, 10),
        (fit(10, "custom_fields.size", "is_any_of", "44"), {"custom_fields": {"size": 44}}, 10),
        (fit(10, "custom_fields.size", "is_set"), {"custom_fields": {}}, 0),
    ],
)  # fmt: skip
def test_a_field_gives_its_points_when_it_is_as_it_should_be(rule: ScoreRule, values: Any, points: int) -> None:
    assert scored([rule], **values).value == points


@pytest.mark.parametrize(("age", "points"), [(0, 16), (30, 8), (60, 4), (90, 2)])
def test_a_touch_halves_every_thirty_days(age: int, points: int) -> None:
    assert scored([talk(16)], age).value == points


@pytest.mark.parametrize(("age", "points"), [(0, 16), (14, 16), (14.01, 0)])
def test_a_touch_that_lapses_counts_whole_and_then_not_at_all(age: float, points: int) -> None:
    assert scored([talk(16, within_days=14)], age).value == points


def test_a_day_counts_no_more_touches_than_the_rule_says() -> None:
    one_day = [0.1, 0.2, 0.3]
    assert scored([talk(5, within_days=9)], *one_day).value == 5
    assert scored([talk(5, within_days=9, max_per_day=2)], *one_day).value == 10
    assert scored([talk(5, within_days=9)], 0.1, 1.1, 2.1).value == 15


def test_groups_and_parts_are_capped_and_nothing_goes_below_zero() -> None:
    rules = [fit(20, "company", "is_set"), fit(20, "source", "is_set")]
    score = scored([*rules, talk(30, within_days=9, max_per_day=9)], 0.1, 0.2, company="Acme")
    assert (score.fit, score.engagement, score.value) == (30, 40, 70)
    assert score.groups == {"Fit": 30, "Talk": 40}
    assert [one.points for one in score.contributions] == [20, 20, 60]
    more = ScoreGroup(name="More", part=Part.FIT, cap=50)
    assert scored([*rules, fit(40, "notes", "is_empty", group=more)], company="Acme").fit == 50
    assert scored([fit(-20, "company", "is_empty")]).value == 0


def test_what_is_taken_away_counts_against_what_is_given() -> None:
    assert scored([fit(20, "source", "is_set"), fit(-5, "company", "is_empty")]).value == 15


@pytest.mark.parametrize(
    ("fit_points", "talk_points", "grade"),
    [(50, 50, "A1"), (34, 17, "A2"), (33, 16, "B3"), (17, 34, "B1"), (16, 0, "C3")],
)
def test_the_grade_is_fit_by_letter_and_engagement_by_figure(fit_points: int, talk_points: int, grade: str) -> None:
    wide, wide_talk = (ScoreGroup(name=part, part=part, cap=50) for part in Part.values)
    rules = [fit(fit_points, "source", "is_set", group=wide), talk(talk_points, within_days=1, group=wide_talk)]
    assert scored(rules, 0).grade == grade


@pytest.mark.parametrize(
    ("score", "former", "band"),
    [
        (80, "cold", "hot"), (79, "cold", "warm"), (50, "cold", "warm"), (49, "cold", "cold"), (70, "hot", "hot"),
        (69, "hot", "warm"), (40, "warm", "warm"), (39, "warm", "cold"), (39, "hot", "cold"), (45, "cold", "cold"),
    ],
)  # fmt: skip
def test_a_band_rises_at_once_and_falls_ten_below(score: int, former: str, band: str) -> None:
    assert band_of(Decimal(score), former) == band
    assert has_risen(former, band) is ((former, band) in {("cold", "hot"), ("cold", "warm"), ("warm", "hot")})


@pytest.mark.django_db
def test_the_rules_a_place_begins_with_explain_a_score(acme: World) -> None:
    with acme.scope():
        for _ in range(2):
            set_up_scoring()
        assert ScoreRule.objects.count() == 7
    lead_id = a_lead(acme, company="Acme", phone="+35799123456", source="referral")
    with acme.scope():
        add_interaction(lead_id=lead_id, type="meeting")
        rescore_leads([lead_id])
        lead = one_lead(lead_id)
        assert (lead.computed_score, lead.score, lead.grade, lead.band) == (75, 75, "A2", "warm")
        why = explained(lead).score
        assert {(one.rule, one.points) for one in why.contributions} == {
            ("Company is known", 15), ("Phone is known", 15), ("Came by referral", 20), ("Meeting", 25),
        }  # fmt: skip
    assert [event.payload["band"] for event in latest_events(acme, "lead.score_band_changed")] == ["warm"]


@pytest.mark.django_db
def test_a_crossing_is_told_once_and_again_only_after_a_fall(acme: World) -> None:
    lead_id = a_lead(acme)
    with acme.scope():
        for score in (85, 75, 85, 69, 85):
            change_lead(lead_id=lead_id, score=Decimal(score))
            rescore_leads([lead_id])
    assert [event.payload["score"] for event in latest_events(acme, "lead.score_band_changed")] == ["85", "85"]


@pytest.mark.django_db
def test_the_nightly_run_lets_touches_fade_in_chunks(acme: World, rival: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("crm.leads.services.scores.CHUNK", 2)
    for world in (acme, rival):
        with world.scope():
            set_up_scoring()
        for _ in range(5):
            a_lead(world, company="Acme")
    with acme.scope():
        first = Lead.objects.order_by("pk").first()
        assert first is not None
        add_interaction(lead_id=first.pk, type="meeting")
        LeadInteraction.objects.update(created_at=now() - timedelta(days=30))
        place, done, steps = "", 1, 0
        while done:
            place, done = rescore_next(place)
            steps += bool(done)
        assert steps == 3
        assert sorted(Lead.objects.values_list("score", flat=True)) == [15, 15, 15, 15, 28]
    with rival.scope():
        assert set(Lead.objects.values_list("score", flat=True)) == {0}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"touch": "call"}, "touch"), ({"field": "colour", "test": "is_set"}, "field"),
        ({"field": "company"}, "test"), ({"field": "source", "test": "is_any_of"}, "values"),
        ({"field": "custom_fields.", "test": "is_set"}, "field"),
        ({"field": "company", "test": "is_set", "points": 51}, "points"),
    ],
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused_at_its_field(acme: World, values: Any, field: str) -> None:
    with acme.scope():
        set_up_scoring()
        group = ScoreGroup.objects.get(name="Who they are")
        with pytest.raises(Invalid) as refused:
            define_score_rule(**{"group_id": group.pk, "name": "New", "points": 5, **values})
    assert field in [complaint.field for complaint in refused.value.complaints]


@pytest.mark.django_db
def test_rules_are_written_and_removed(acme: World, rival: World) -> None:
    with acme.scope():
        set_up_scoring()
        group = ScoreGroup.objects.get(name="E-mail")
        rule = define_score_rule(group_id=group.pk, name="Note", points=2, touch="note", half_life_days=10)
        assert define_score_rule(rule_id=rule.pk, points=3).points == 3
        with pytest.raises(ScoreRuleTaken):
            define_score_rule(group_id=group.pk, name="Note", points=2, touch="note")
        with pytest.raises(Invalid):
            define_score_rule(rule_id=rule.pk, within_days=5)
    with rival.scope(), pytest.raises(ScoreRuleNotFound):
        remove_score_rule(rule_id=rule.pk)
    with acme.scope():
        remove_score_rule(rule_id=rule.pk)
        assert not ScoreRule.objects.filter(name="Note").exists()


@pytest.mark.django_db
def test_groups_are_written_and_removed(acme: World, rival: World) -> None:
    with acme.scope():
        group = define_score_group(name="Visits", part="engagement", cap=10)
        assert define_score_group(group_id=group.pk, part="fit", cap=20).part == "fit"
        with pytest.raises(ScoreGroupTaken):
            define_score_group(name="Visits", part="fit", cap=1)
        for wrong in ({"cap": 51}, {"part": "luck"}, {"name": ""}):
            with pytest.raises(Invalid) as refused:
                define_score_group(**{"name": "New", "part": "fit", "cap": 5, **wrong})
            assert [complaint.field for complaint in refused.value.complaints] == list(wrong)
    with rival.scope(), pytest.raises(ScoreGroupNotFound):
        remove_score_group(group_id=group.pk)
    with acme.scope():
        remove_score_group(group_id=group.pk)
        assert not ScoreGroup.objects.exists()
    assert len(latest_events(acme, "score_group.removed")) == 1


@pytest.mark.django_db
def test_a_group_with_rules_stays_and_so_does_its_part(acme: World) -> None:
    with acme.scope():
        set_up_scoring()
        group = ScoreGroup.objects.get(name="E-mail")
        with pytest.raises(ScoreGroupInUse):
            remove_score_group(group_id=group.pk)
        with pytest.raises(ScoreGroupInUse):
            define_score_group(group_id=group.pk, part="fit")
        assert define_score_group(group_id=group.pk, cap=5, name="Mail").cap == 5


@pytest.mark.django_db
def test_a_rule_in_a_group_that_is_not_there_is_refused(acme: World, rival: World) -> None:
    with rival.scope():
        theirs = define_score_group(name="Theirs", part="engagement", cap=10)
    with acme.scope(), pytest.raises(Invalid) as refused:
        define_score_rule(group_id=theirs.pk, name="New", points=5, touch="call")
    assert refused.value.field == "group_id"


def work_off(world: World, event: str) -> int:
    """Let the last event of that name be delivered, and every task that follows; how many tasks they were."""
    deliver(latest_events(world, event)[0].pk)
    done = 0
    while row := QueuedTask.objects.filter(name="leads.rescore_all", state="due").first():
        rescore_all.apply(task_id=str(row.pk), headers=headers_of(row))
        done += 1
    return done


@pytest.mark.django_db
def test_after_a_change_of_rules_or_groups_open_leads_are_scored_anew(
    acme: World, rival: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.leads.services.scores.CHUNK", 2)
    for number in range(5):
        a_lead(acme, email=f"{number}@example.com", company="Acme")
    closed, foreign = a_lead(acme, status="lost", company="Acme"), a_lead(rival, company="Acme")

    def scores() -> set[int]:
        with acme.scope():
            return {int(lead.score) for lead in Lead.objects.filter(status="new")}

    with acme.scope():
        group = define_score_group(name="Who", part="fit", cap=30)
        rule = define_score_rule(group_id=group.pk, name="Company", points=20, field="company", test="is_set")
    assert work_off(acme, "score_rule.defined") == 4
    assert scores() == {20}
    with acme.scope():
        define_score_group(group_id=group.pk, cap=5)
    work_off(acme, "score_group.defined")
    assert scores() == {5}
    with acme.scope():
        remove_score_rule(rule_id=rule.pk)
    work_off(acme, "score_rule.removed")
    assert scores() == {0}
    with acme.scope():
        assert one_lead(closed).scored_at is None
    with rival.scope():
        assert one_lead(foreign).scored_at is None
