"""Filters by custom fields: `custom_fields.<key>=value`, for every key that has a definition, read as it says."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django_filters.filters import Filter

from crm.kernel.lookups import with_custom_value
from crm.kernel.tenancy import ScopedQuerySet
from crm.organisations.models import CustomField, FieldKind

CUSTOM = "custom_fields."
UNDEFINED = "No custom field with a definition has this key."
HELP = "The value of a custom field that has a definition, such as {example}; several by comma."
MOST_VALUES = 100
LONGEST_NUMBER = 40
LONGEST_TEXT = 10_000


class CustomValuesField(forms.Field):
    """Values by comma, each read by `one`."""

    def __init__(self, *, one: forms.Field, **kwargs: Any) -> None:
        self.one = one
        super().__init__(**kwargs)

    def clean(self, value: Any) -> list[Any]:
        texts = [text for text in str(value or "").split(",") if text.strip()]
        if len(texts) > MOST_VALUES:
            raise forms.ValidationError(f"At most {MOST_VALUES} values.")
        return [self.one.clean(text.strip()) for text in texts]


class CustomValueFilter(Filter):
    """Rows with any of several values in one custom field."""

    field_class = CustomValuesField

    def __init__(self, definition: CustomField, path: str) -> None:
        self.key, self.path = definition.key, path
        super().__init__(one=_READERS[FieldKind(definition.kind)](definition), label=definition.label)

    def filter(self, queryset: ScopedQuerySet[Any], values: list[Any]) -> ScopedQuerySet[Any]:
        return with_custom_value(queryset, self.key, [_as_json(value) for value in values or ()], path=self.path)


def custom_value_filters(keys: Iterable[str], path: str) -> dict[str, CustomValueFilter]:
    """A filter for each of `keys` that has a definition, by name. `path` leads to the rows that have them."""
    # What is no name at all, such as a NUL, is nothing to ask the database for.
    definitions = CustomField.objects.filter(key__in=[key for key in keys if key.isidentifier()])
    return {f"{CUSTOM}{definition.key}": CustomValueFilter(definition, path) for definition in definitions}


def _as_json(value: Any) -> Any:
    """What JSON columns hold: a fraction as the nearest binary one, a day as its text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value


def _number(_definition: CustomField) -> forms.Field:
    return forms.DecimalField(max_digits=LONGEST_NUMBER)


def _yes_or_no(_definition: CustomField) -> forms.Field:
    words = {"true": True, "false": False}
    return forms.TypedChoiceField(
        choices=[(word, word) for word in words],
        coerce=words.__getitem__,
        error_messages={"invalid_choice": "Enter true or false."},
    )


def _day(_definition: CustomField) -> forms.Field:
    return forms.DateField(input_formats=["%Y-%m-%d"], error_messages={"invalid": "Enter a day as YYYY-MM-DD."})


def _choice(definition: CustomField) -> forms.Field:
    known = ", ".join(definition.choices)
    return forms.ChoiceField(
        choices=[(choice, choice) for choice in definition.choices],
        error_messages={"invalid_choice": f"Choose from {known}."},
    )


_READERS: dict[FieldKind, Callable[[CustomField], forms.Field]] = {
    FieldKind.TEXT: lambda _definition: forms.CharField(max_length=LONGEST_TEXT),
    FieldKind.NUMBER: _number,
    FieldKind.WHOLE_NUMBER: lambda _definition: forms.IntegerField(),
    FieldKind.YES_NO: _yes_or_no,
    FieldKind.DATE: _day,
    FieldKind.CHOICE: _choice,
}
