"""What a branch or a goal asks of a lead: pure functions of what is known of it."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from crm.leads.models import Band, Grade, Lead, Stage, Touch
from crm.leads.scoring import CUSTOM
from crm.leads.scoring import FIELDS as FIT_FIELDS
from crm.nurturing.models import Condition

TOUCH = "touch"
SCORE = "score"
FIELDS = (*FIT_FIELDS, "status", "band", "grade", SCORE, TOUCH)
_WORDS: Mapping[str, Iterable[str]] = {
    "status": Stage.values, "band": Band.values, "grade": Grade.values, TOUCH: Touch.values
}  # fmt: skip


def holds(field: str, test: str, values: Iterable[Any], lead: Lead, touches: Iterable[str]) -> bool:
    """Whether it is true of the lead; `touches` are the kinds of what was said since it entered."""
    wanted = {str(value) for value in values}
    if test == Condition.HAPPENED:
        return bool(wanted.intersection(touches))
    return _TESTS[test](_value(field, lead), wanted)


def what_is_wrong(field: str, test: str, values: Iterable[Any]) -> str:
    """Why this cannot be asked of any lead; "" when it can."""
    wanted = [str(value) for value in values]
    if field not in FIELDS and not (field.startswith(CUSTOM) and len(field) > len(CUSTOM)):
        return _("Ask about one of %(fields)s or custom_fields.<key>.") % {"fields": ", ".join(FIELDS)}
    if test not in Condition.values or (test == Condition.HAPPENED) != (field == TOUCH):
        return _("Choose a test: what happened is asked of touches, and of nothing else.")
    if (test == Condition.AT_LEAST) != (field == SCORE) and test == Condition.AT_LEAST:
        return _("Only the score can be at least something.")
    if test not in (Condition.IS_SET, Condition.IS_EMPTY) and not wanted:
        return _("Name at least one value.")
    return _unknown_values(field, test, wanted)


def _unknown_values(field: str, test: str, wanted: list[str]) -> str:
    if test == Condition.AT_LEAST and (len(wanted) != 1 or _number(wanted[0]) is None):
        return _("Name one number.")
    unknown = [value for value in wanted if field in _WORDS and value not in _WORDS[field]]
    return _("There is no %(value)s.") % {"value": ", ".join(unknown)} if unknown else ""


def _value(field: str, lead: Lead) -> str:
    value = lead.custom_fields.get(field.removeprefix(CUSTOM)) if field.startswith(CUSTOM) else getattr(lead, field)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{Decimal(str(value)).normalize():f}"
    return "" if value is None else str(value)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _at_least(value: str, wanted: set[str]) -> bool:
    number, least = _number(value), _number(next(iter(wanted)))
    return number is not None and least is not None and number >= least


_TESTS: dict[str, Callable[[str, set[str]], bool]] = {
    Condition.IS_SET: lambda value, _wanted: value != "",
    Condition.IS_EMPTY: lambda value, _wanted: value == "",
    Condition.IS_ANY_OF: lambda value, wanted: value in wanted,
    Condition.IS_NONE_OF: lambda value, wanted: value not in wanted,
    Condition.AT_LEAST: _at_least,
}
