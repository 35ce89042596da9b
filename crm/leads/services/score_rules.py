"""The rules that scores are made of, and their groups, as staff write them."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from crm.kernel.changes import apply_changes, check_row
from crm.kernel.errors import Complaint, Invalid
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.leads.errors import (
    ScoreGroupInUse,
    ScoreGroupNotFound,
    ScoreGroupTaken,
    ScoreRuleNotFound,
    ScoreRuleTaken,
)
from crm.leads.events import ScoreGroupDefined, ScoreGroupRemoved, ScoreRuleDefined, ScoreRuleRemoved
from crm.leads.models import Part, ScoreGroup, ScoreRule, Test
from crm.leads.scoring import CUSTOM, FIELDS


@atomic
def define_score_group(*, group_id: UUID | None = None, **values: Any) -> ScoreGroup:
    """A new group, or a change of `group_id`: its name, its part, the most that its rules count together. The part
    stays what it is as long as there are rules. Raises ScoreGroupNotFound, ScoreGroupTaken, ScoreGroupInUse, Invalid.
    """
    group = ScoreGroup() if group_id is None else _group(group_id)
    changes = apply_changes(group, values)
    check_row(group)
    if group_id is not None and "part" in changes:
        _ensure_without_rules(group)
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError:
        raise ScoreGroupTaken from None
    record(ScoreGroupDefined(group_id=group.pk), changes=changes)
    return group


@atomic
def remove_score_group(*, group_id: UUID) -> None:
    """Raises ScoreGroupNotFound, ScoreGroupInUse."""
    group = _group(group_id)
    _ensure_without_rules(group)
    record(ScoreGroupRemoved(group_id=group.pk), changes={"name": (group.name, None)})
    group.delete()


@atomic
def define_score_rule(*, rule_id: UUID | None = None, **values: Any) -> ScoreRule:
    """A new rule, or a change of `rule_id`: either `field` with a `test`, in a group of fit, or a `touch`, in one of
    engagement. Raises ScoreRuleNotFound, ScoreRuleTaken, Invalid.
    """
    rule = ScoreRule() if rule_id is None else _rule(rule_id)
    changes = apply_changes(rule, values)
    check_row(rule, exclude=("group",))
    # Under its lock: nobody takes the group away while a rule is put into it.
    _ensure_sense(rule, ScoreGroup.objects.for_update().filter(pk=rule.group_id).first())
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError:
        raise ScoreRuleTaken from None
    record(ScoreRuleDefined(rule_id=rule.pk), changes=changes)
    return rule


@atomic
def remove_score_rule(*, rule_id: UUID) -> None:
    """Raises ScoreRuleNotFound."""
    rule = _rule(rule_id)
    record(ScoreRuleRemoved(rule_id=rule.pk))
    rule.delete()


def _rule(rule_id: UUID) -> ScoreRule:
    rule = ScoreRule.objects.for_update().filter(pk=rule_id).first()
    if rule is None:
        raise ScoreRuleNotFound
    return rule


def _group(group_id: UUID) -> ScoreGroup:
    group = ScoreGroup.objects.for_update().filter(pk=group_id).first()
    if group is None:
        raise ScoreGroupNotFound
    return group


def _ensure_without_rules(group: ScoreGroup) -> None:
    if ScoreRule.objects.filter(group=group).exists():
        raise ScoreGroupInUse


def _ensure_sense(rule: ScoreRule, group: ScoreGroup | None) -> None:
    if group is None:
        raise Invalid(_("There is no such group."), field="group_id")
    if group.part == Part.ENGAGEMENT:
        wrong = {"touch": not rule.touch, "field": bool(rule.field),
                 "within_days": bool(rule.within_days and rule.half_life_days)}  # fmt: skip
    else:
        known = rule.field in FIELDS or (rule.field.startswith(CUSTOM) and len(rule.field) > len(CUSTOM))
        asks_values = rule.test in (Test.IS_ANY_OF, Test.IS_NONE_OF)
        wrong = {"field": not known, "test": not rule.test, "touch": bool(rule.touch),
                 "values": asks_values and not rule.values}  # fmt: skip
    complaints = [Complaint(field, _SENSE[field]) for field, is_wrong in wrong.items() if is_wrong]
    if complaints:
        raise Invalid(complaints=complaints)


_SENSE = {
    "touch": "Rules of engagement are about a touch, rules of fit are not.",
    "field": f"Rules of fit are about one of {', '.join(FIELDS)} or custom_fields.<key>; rules of engagement are not.",
    "test": "Say what is asked of the field.",
    "values": "Name the values, at least one.",
    "within_days": "A touch either fades or lapses, not both.",
}
