"""The steps of a sequence are written as a draft and take effect when it is published, for those who enter then."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.imports.custom_values import custom_reader
from crm.kernel.changes import check_row
from crm.kernel.clock import now
from crm.kernel.errors import Invalid
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.leads.models import Stage
from crm.leads.scoring import CUSTOM
from crm.messaging.models import MessageClass, Template
from crm.messaging.selectors import versions_of
from crm.nurturing.conditions import what_is_wrong
from crm.nurturing.errors import BadStep, NotADraft
from crm.nurturing.events import SequencePublished, StepsDrafted
from crm.nurturing.models import Sequence as NurturingSequence
from crm.nurturing.models import SequenceState, SequenceVersion, Step, StepKind
from crm.nurturing.services.sequences import locked_sequence

MOST_STEPS = 50
_COPIED = ("position", "kind", "delay", "delay_unit", "at_time", "template_key", "title", "field", "test", "values",
           "otherwise")  # fmt: skip
_GOAL = ("goal_field", "goal_test", "goal_values")


@atomic
def open_draft(*, sequence_id: UUID) -> SequenceVersion:
    """The draft of the next version; it begins as what is published now. Raises SequenceNotFound."""
    sequence = locked_sequence(sequence_id)
    versions = sequence.versions.order_by("-number")
    draft = versions.filter(published_at=None).first()
    if draft is not None:
        return draft
    last = versions.first()
    goal = {name: getattr(last, name) for name in _GOAL} if last else {}
    draft = SequenceVersion(sequence=sequence, number=last.number + 1 if last else 1, created_at=now(), **goal)
    draft.save(force_insert=True)
    if last:
        copies = [Step(version=draft, **{name: getattr(step, name) for name in _COPIED}) for step in last.steps.all()]
        Step.objects.bulk_create(copies)
    return draft


@atomic
def draft_steps(
    *, sequence_id: UUID, steps: Sequence[Mapping[str, Any]], goal: Mapping[str, Any] | None = None
) -> SequenceVersion:
    """Write the whole draft: its steps in their order, each a mapping of `Step`'s fields, and the goal as `{field,
    test, values}`, {} for none, None to leave it. A branch's `otherwise` counts from 1 and leads forward.

    Raises SequenceNotFound, BadStep naming the step.
    """
    if len(steps) > MOST_STEPS:
        raise BadStep(_("A sequence has at most %(most)s steps.") % {"most": MOST_STEPS})
    draft = open_draft(sequence_id=sequence_id)
    rows = [_checked(Step(version=draft, position=place, **values), len(steps)) for place, values in _numbered(steps)]
    if goal is not None:
        _write_goal(draft, goal)
    draft.steps.all().delete()
    Step.objects.bulk_create(rows)
    record(StepsDrafted(sequence_id=sequence_id, number=draft.number, steps=len(rows)))
    return draft


@atomic
def publish_sequence(*, sequence_id: UUID) -> SequenceVersion:
    """Who enters from now on gets the draft's steps; who is inside goes on with theirs.

    Raises SequenceNotFound, NotADraft when there is none, BadStep for a draft without steps and for templates that are
    not there, not published, of another channel or not marketing.
    """
    sequence = locked_sequence(sequence_id)
    draft = sequence.versions.filter(published_at=None).first()
    if draft is None:
        raise NotADraft
    steps = list(draft.steps.order_by("position"))
    if not steps:
        raise BadStep(_("There is no step yet."))
    _check_templates(steps)
    draft.published_at = now()
    draft.save(update_fields=["published_at"])
    if sequence.state == SequenceState.DRAFT:
        NurturingSequence.objects.filter(pk=sequence.pk).update(state=SequenceState.ACTIVE)
    record(SequencePublished(sequence_id=sequence.pk, number=draft.number))
    return draft


def _numbered(steps: Sequence[Mapping[str, Any]]) -> Iterable[tuple[int, dict[str, Any]]]:
    return ((place, {k: v for k, v in given.items() if k in _COPIED[1:]}) for place, given in enumerate(steps, 1))


def _checked(step: Step, last: int) -> Step:
    try:
        check_row(step, exclude=("version",))
    except Invalid as bad:
        complaint = bad.complaints[0]
        raise _bad(step, f"{complaint.field}: {complaint.message}") from None
    wrong = _SENSE[StepKind(step.kind)](step, last)
    if wrong:
        raise _bad(step, wrong)
    return step


def _bad(step: Step, text: str) -> BadStep:
    return BadStep(_("Step %(number)s: %(text)s") % {"number": step.position, "text": text})


def _no_template(step: Step, _last: int) -> str:
    return "" if step.template_key else _("choose a template.")


def _no_title(step: Step, _last: int) -> str:
    return "" if step.title.strip() else _("say what is to be done.")


def _no_delay(step: Step, _last: int) -> str:
    return "" if step.delay or step.at_time else _("say for how long, or until what time of day.")


def _bad_branch(step: Step, last: int) -> str:
    if step.otherwise is not None and not step.position < step.otherwise <= last:
        return _("it can only lead to a later step.")
    return what_is_wrong(step.field, step.test, step.values)


def _bad_update(step: Step, _last: int) -> str:
    if len(step.values) != 1:
        return _("name the one value to write.")
    if step.field.startswith(CUSTOM) and len(step.field) > len(CUSTOM):
        return _bad_custom_value(step.field.removeprefix(CUSTOM), step.values[0])
    if step.field != "status":
        return _("only the stage (status) and custom_fields.<key> can be written.")
    allowed = set(Stage.values) - {Stage.CONVERTED}
    return "" if step.values[0] in allowed else _("there is no such stage to be moved to.")


def _bad_custom_value(key: str, text: str) -> str:
    try:
        custom_reader()({key: str(text)})
    except Invalid as bad:
        return str(bad.complaints[0].message if bad.complaints else bad.message)
    return ""


_SENSE = {
    StepKind.EMAIL: _no_template, StepKind.SMS: _no_template, StepKind.TASK: _no_title, StepKind.WAIT: _no_delay,
    StepKind.BRANCH: _bad_branch, StepKind.UPDATE: _bad_update,
}  # fmt: skip


def _write_goal(draft: SequenceVersion, goal: Mapping[str, Any]) -> None:
    field, test, values = goal.get("field", ""), goal.get("test", ""), list(goal.get("values", []))
    wrong = what_is_wrong(field, test, values) if field or test or values else ""
    if wrong:
        raise BadStep(_("The goal: %(text)s") % {"text": wrong})
    draft.goal_field, draft.goal_test, draft.goal_values = field, test, values
    draft.save(update_fields=_GOAL)


def _check_templates(steps: Sequence[Step]) -> None:
    keys = {step.template_key for step in steps if step.is_message}
    templates = {template.key: template for template in Template.objects.filter(key__in=keys)}
    # A lead has no language of its own, so its letters are in the template's.
    published = {
        version.template_id
        for version in versions_of([template.pk for template in templates.values()])
        if version.locale == version.template.default_locale
    }
    for step in (step for step in steps if step.is_message):
        template = templates.get(step.template_key)
        if template is None or template.pk not in published:
            raise _bad(step, _("its template is not published."))
        if template.channel != step.kind:
            raise _bad(step, _("its template is for another channel."))
        if template.message_class != MessageClass.MARKETING:
            raise _bad(step, _("its template is transactional: nobody could refuse it."))
