"""The plan of a campaign: audience, goals, channels and key figures, in the shapes of s4 §4.

As they are kept, amounts and figures are texts, so that no binary float comes between; moments are ISO 8601 in UTC;
what is empty is left out.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from crm.kernel.errors import Complaint, Invalid

MOST_ITEMS = 50
LONGEST_WORD, LONGEST_GOAL = 100, 500

# The titles are what people are told when a value does not fit.
_WORD = {
    "type": "string", "maxLength": LONGEST_WORD, "pattern": "^[^\\x00-\\x1f\\x7f\ud800-\udfff]*\\Z",
    "title": _("Use a text of at most 100 characters, on one line."),
}  # fmt: skip
_GOAL = {**_WORD, "maxLength": LONGEST_GOAL, "title": _("Use a text of at most 500 characters, on one line.")}
_AGE = {"type": "integer", "minimum": 0, "maximum": 150}
_AMOUNT = {
    "type": "string", "pattern": r"^\d{1,15}(\.\d{1,4})?\Z", "title": _("Use an amount of money that is not negative."),
}  # fmt: skip
_FIGURE = {
    "type": "string", "pattern": r"^-?\d{1,15}(\.\d{1,4})?\Z",
    "title": _("Use a number with at most 15 digits and 4 decimals."),
}  # fmt: skip
_MOMENT = {
    "type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00\Z",
    "title": _("Use a date and a time."),
}  # fmt: skip


def _list_of(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "maxItems": MOST_ITEMS, "items": item, "title": _("Use a list of at most 50.")}


def _object_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _named(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {**_object_of({"name": _WORD, **properties}), "required": ["name"]}


PARTS: dict[str, dict[str, Any]] = {
    "target_audience": _object_of({
        "age_range": {
            "anyOf": [_WORD, _object_of({"min": _AGE, "max": _AGE})],
            "title": _("Use a text such as 25-45, or an object with min and max, in years."),
        },
        "gender": {"anyOf": [_WORD, _list_of(_WORD)], "title": _("Use a text or a list of texts.")},
        "locations": _list_of(_WORD),
        "interests": _list_of(_WORD),
    }),
    "goals": _object_of({"primary": _GOAL, "secondary": _list_of(_GOAL), "kpis": _list_of(_GOAL)}),
    "channels": _list_of(_named({
        "type": _WORD, "platform": _WORD, "budget_allocation": _AMOUNT, "start_date": _MOMENT, "end_date": _MOMENT,
    })),
    "kpis": _list_of(_named({"target": _FIGURE, "current": _FIGURE, "unit": _WORD})),
}  # fmt: skip


def kept_plan(values: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of the plan that are among `values`, as they are kept.

    Raises Invalid naming each place that is wrong with dots, such as `channels.0.name`.
    """
    plan = {part: _kept(values[part]) for part in PARTS if part in values}
    complaints = [_told(part, error) for part in plan for error in _validators[part].iter_errors(plan[part])]
    complaints = complaints or list(_out_of_order(plan))
    if complaints:
        raise Invalid(complaints=complaints)
    return plan


_validators = {part: Draft202012Validator(shape) for part, shape in PARTS.items()}


def _kept(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: kept for key, item in value.items() if (kept := _kept(item)) not in (None, "", [], {})}
    if isinstance(value, (list, tuple)):
        return [kept for item in value if (kept := _kept(item)) != ""]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value


def _told(part: str, error: ValidationError) -> Complaint:
    path = [part, *map(str, error.path)]
    if error.validator == "required":
        return Complaint(".".join([*path, "name"]), _("This field is required."), code="required")
    return Complaint(".".join(path), error.schema.get("title") or error.message)


def _out_of_order(plan: Mapping[str, Any]) -> Iterator[Complaint]:
    """What ends before it begins. The texts of moments are all in UTC, so they sort as the moments do."""
    for index, channel in enumerate(plan.get("channels", [])):
        if channel.get("end_date", "9999") < channel.get("start_date", ""):
            yield Complaint(f"channels.{index}.end_date", _("A channel does not end before it starts."))
    ages = plan.get("target_audience", {}).get("age_range")
    if isinstance(ages, Mapping) and ages.get("max", 150) < ages.get("min", 0):
        yield Complaint("target_audience.age_range", _("The oldest are not younger than the youngest."))
