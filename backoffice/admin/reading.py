"""A form's values in words, for who may look at it but not change it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from unfold.decorators import display


def as_values(sets: list[Any], form: Any) -> list[Any]:
    """The same fieldsets with a read-only display in the place of each field's name."""

    def shown(name: Any) -> Any:
        return tuple(map(shown, name)) if isinstance(name, list | tuple) else _display_of(form[name])

    return [(title, {**options, "fields": shown(options["fields"])}) for title, options in sets]


def _display_of(field: BoundField) -> Callable[[Any], str]:
    def value(_row: Any) -> str:
        return _in_words(field) or "–"

    value.__name__ = field.name
    shown: Callable[[Any], str] = display(description=field.label)(value)
    return shown


def _in_words(field: BoundField) -> str:
    value = field.initial
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(field.field, forms.ModelChoiceField):
        return str(field.field.to_python(value))
    if isinstance(field.field, forms.ChoiceField):
        return str(dict(field.field.choices).get(value, value))  # type: ignore[arg-type]
    return date_format(value) if isinstance(value, date) else str(value)
