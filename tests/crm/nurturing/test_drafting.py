"""The steps of a sequence are written as a draft, checked, and published for those who enter then (§3.8)."""

from typing import Any

import pytest

from crm.kernel.errors import Invalid
from crm.messaging.services import define_template
from crm.nurturing.errors import BadStep, NotADraft, NotPublished, SequenceNameTaken, SequenceNotFound
from crm.nurturing.models import Sequence, SequenceVersion, Step
from crm.nurturing.previews import foreseen
from crm.nurturing.selectors import figures_of
from crm.nurturing.services import (
    archive_sequence,
    define_sequence,
    draft_steps,
    open_draft,
    publish_sequence,
    reopen_sequence,
)
from tests.builders import a_lead
from tests.cast import World
from tests.crm.messaging.letters import a_template, at
from tests.crm.nurturing.sequences import MAIL, NOON, TASK, a_sequence, enter, only_if, send, tick, wait, write

pytestmark = pytest.mark.django_db


def draft(world: World, *steps: dict[str, Any], **more: Any) -> Sequence:
    a_template(world)
    with world.scope():
        sequence = define_sequence(name="Welcome")
        draft_steps(sequence_id=sequence.pk, steps=steps, **more)
    return sequence


BAD_STEPS = {
    "no such kind": ({"kind": "fax"}, "kind"),
    "no template": ({"kind": "email"}, "template"),
    "no title": ({"kind": "task", "title": " "}, "done"),
    "a wait of nothing": ({"kind": "wait"}, "how long"),
    "a delay of 366": (wait(366), "delay"),
    "a delay below nothing": (wait(-1), "delay"),
    "a unit nobody knows": (wait(1, "fortnight"), "delay_unit"),
    "a branch backwards": (only_if("company", "is_set", otherwise=1), "later step"),
    "a branch beyond the end": (only_if("company", "is_set", otherwise=9), "later step"),
    "a field nobody has": (only_if("shoe_size", "is_set"), "custom_fields"),
    "a test of another field": (only_if("company", "at_least", "1"), "score"),
    "a number that is none": (only_if("score", "at_least", "NaN"), "number"),
    "a stage nobody knows": (only_if("status", "is_any_of", "asleep"), "asleep"),
    "no value": (only_if("source", "is_any_of"), "value"),
    "what happened to a field": (only_if("company", "happened", "call"), "happened"),
    "a field that is not written": (write("email", "x@example.com"), "custom_fields"),
    "conversion by hand": (write("status", "converted"), "stage"),
    "two values to write": ({"kind": "update", "field": "status", "values": ["lost", "won"]}, "one value"),
}


@pytest.mark.parametrize("case", BAD_STEPS)
def test_a_bad_step_is_named_and_nothing_of_the_draft_is_kept(acme: World, case: str) -> None:
    step, word = BAD_STEPS[case]
    sequence = draft(acme, TASK)
    with acme.scope():
        with pytest.raises(BadStep, match=f"Step 2: .*{word}"):
            draft_steps(sequence_id=sequence.pk, steps=[TASK, step, TASK])
        assert list(Step.objects.values_list("kind", flat=True)) == ["task"]


def test_a_goal_is_checked_and_may_be_taken_away(acme: World) -> None:
    sequence = draft(acme, TASK, goal={"field": "status", "test": "is_any_of", "values": ["qualified"]})
    with acme.scope():
        with pytest.raises(BadStep, match="goal"):
            draft_steps(sequence_id=sequence.pk, steps=[TASK], goal={"field": "status"})
        draft_steps(sequence_id=sequence.pk, steps=[TASK])
        assert SequenceVersion.objects.get().goal_values == ["qualified"]
        draft_steps(sequence_id=sequence.pk, steps=[TASK], goal={})
        assert SequenceVersion.objects.get().goal_test == ""


def test_fifty_one_steps_are_too_many(acme: World) -> None:
    with pytest.raises(BadStep, match="50"):
        draft(acme, *[TASK] * 51)


def test_a_published_version_is_never_changed(acme: World) -> None:
    sequence = a_sequence(acme, MAIL, TASK)
    with acme.scope():
        first = SequenceVersion.objects.get()
        with pytest.raises(NotADraft):
            publish_sequence(sequence_id=sequence.pk)
        draft_steps(sequence_id=sequence.pk, steps=[TASK])
        assert [step.kind for step in first.steps.order_by("position")] == ["email", "task"]
        assert publish_sequence(sequence_id=sequence.pk).number == 2


def test_a_new_draft_begins_as_what_is_published(acme: World) -> None:
    sequence = a_sequence(acme, MAIL, only_if("company", "is_set", otherwise=3), TASK)
    with acme.scope():
        first, again = open_draft(sequence_id=sequence.pk), open_draft(sequence_id=sequence.pk)
        assert (first.number, again.pk) == (2, first.pk)
        assert list(first.steps.order_by("position").values_list("kind", "otherwise")) == [
            ("email", None), ("branch", 3), ("task", None)
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("template", "word"),
    [
        ({"key": "missing_one"}, "not published"),
        ({"key": "unpublished"}, "not published"),
        ({"key": "text", "channel": "sms", "subject": ""}, "channel"),
        ({"key": "receipt", "message_class": "transactional"}, "transactional"),
    ],
    ids=lambda value: value["key"] if isinstance(value, dict) else "",
)
def test_templates_are_there_published_and_marketing(acme: World, template: dict[str, Any], word: str) -> None:
    if template["key"] == "unpublished":
        with acme.scope():
            define_template(key="unpublished", name="Unpublished", channel="email")
    elif template["key"] != "missing_one":
        a_template(acme, **template)
    sequence = draft(acme, {**MAIL, "template_key": template["key"]})
    with acme.scope(), pytest.raises(BadStep, match=word):
        publish_sequence(sequence_id=sequence.pk)


def test_an_empty_draft_is_not_published(acme: World) -> None:
    sequence = draft(acme)
    with acme.scope(), pytest.raises(BadStep, match="no step"):
        publish_sequence(sequence_id=sequence.pk)


def test_names_are_taken_once_and_there_is_one_default(acme: World) -> None:
    with acme.scope():
        first = define_sequence(name="First", is_default=True)
        with pytest.raises(SequenceNameTaken):
            define_sequence(name="First")
        define_sequence(name="Second", is_default=True)
        first.refresh_from_db()
        assert not first.is_default
        with pytest.raises(Invalid, match="open stages"):
            define_sequence(name="Third", entry_stages=["lost"])


def test_of_another_place_there_is_no_such_sequence(acme: World, rival: World) -> None:
    sequence = a_sequence(acme, TASK)
    for verb in (open_draft, publish_sequence, archive_sequence, reopen_sequence):
        with rival.scope(), pytest.raises(SequenceNotFound):
            verb(sequence_id=sequence.pk)  # type: ignore[operator]


def test_what_was_never_published_is_not_opened(acme: World) -> None:
    sequence = draft(acme, TASK)
    with acme.scope():
        archive_sequence(sequence_id=sequence.pk)
        with pytest.raises(NotPublished):
            reopen_sequence(sequence_id=sequence.pk)
    published = a_sequence(acme, TASK, name="Published")
    with acme.scope():
        archive_sequence(sequence_id=published.pk)
        assert reopen_sequence(sequence_id=published.pk).state == "active"


def test_the_preview_tells_when_and_what(acme: World) -> None:
    a_sequence(acme, MAIL, wait(3), TASK)
    with at(acme, NOON):
        seen = foreseen(SequenceVersion.objects.get(), NOON)
    assert [(one.step.kind, (one.due_at - NOON).days) for one in seen] == [("email", 0), ("wait", 3), ("task", 3)]
    assert seen[0].letter is not None
    assert seen[0].letter.subject == "Hello Ann"


def test_each_step_counts_how_many_came_to_it(acme: World) -> None:
    sequence = a_sequence(acme, MAIL, TASK)
    enter(acme, sequence, a_lead(acme), a_lead(acme))
    tick(acme)
    send(acme)
    tick(acme, NOON.replace(hour=13))
    with acme.scope():
        version = SequenceVersion.objects.get()
        figures = figures_of(version)
        first, second = version.steps.order_by("position")
    assert (figures[first.pk], figures[second.pk]) == ({"sent": 2}, {"handed": 2})
