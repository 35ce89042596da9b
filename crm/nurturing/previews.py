"""A sequence as it would go for a lead who enters now and holds nothing up, for those who write it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from crm.messaging.models import Template, TemplateVersion
from crm.messaging.rendering import Rendered, preview
from crm.messaging.selectors import versions_of
from crm.nurturing.models import SequenceVersion, Step
from crm.nurturing.plans import hours_of_scope, plan_of
from crm.nurturing.schedule import due_after


@dataclass(frozen=True)
class Foreseen:
    """`letter` is the message with samples for what differs, in the template's default language."""

    step: Step
    due_at: datetime
    letter: Rendered | None


def foreseen(version: SequenceVersion, entered_at: datetime) -> list[Foreseen]:
    """Every step with the moment at which it would be due, if letters left and tasks were done at once."""
    plan, hours, moment = plan_of(version), hours_of_scope(), entered_at
    wordings, seen = _wordings(plan.steps), []
    for step in plan.steps:
        moment = due_after(step, moment, hours)
        seen.append(Foreseen(step, moment, _letter(wordings.get(step.template_key)) if step.is_message else None))
    return seen


def _wordings(steps: tuple[Step, ...]) -> Mapping[str, TemplateVersion]:
    keys = {step.template_key for step in steps if step.is_message}
    templates = {row.pk: row for row in Template.objects.filter(key__in=keys)}
    defaults = {row.pk: row.default_locale for row in templates.values()}
    published = versions_of(list(templates))
    return {templates[row.template_id].key: row for row in published if row.locale == defaults[row.template_id]}


def _letter(version: TemplateVersion | None) -> Rendered | None:
    if version is None:
        return None
    template = version.template
    return preview(
        channel=template.channel, message_class=template.message_class, subject=version.subject, body=version.body,
        values={},
    )  # fmt: skip
