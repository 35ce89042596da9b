"""Cells that go into custom fields: texts in the file, of the kind that the field's definition says in the record."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Invalid
from crm.organisations.custom_fields import custom_field_check
from crm.organisations.models import CustomField, FieldKind

_TRUE, _FALSE = {"true", "yes", "1", "y"}, {"false", "no", "0", "n"}
_MOST_DIGITS = 15


def custom_reader() -> Callable[[Mapping[str, str]], dict[str, Any]]:
    """`read(texts)` by the definitions of now: what may be stored, checked. It raises BadCustomValue.

    A key is that of a definition whatever its case; one without a definition keeps its text. A text that is none of
    the definition's kind is left as it is, for the check to complain about.
    """
    definitions = list(CustomField.objects.all())
    kinds = {definition.key: definition.kind for definition in definitions}
    known = {key.casefold(): key for key in kinds}
    check = custom_field_check(definitions)

    def read(texts: Mapping[str, str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for heading, text in texts.items():
            key = known.get(heading.casefold(), heading)
            values[key] = _typed(text, kinds.get(key))
        return check(values, "custom_fields") if values else {}

    return read


def object_from(text: str) -> dict[str, Any]:
    """A whole column of custom fields, as exports write it: a JSON object. Raises Invalid."""
    try:
        values = orjson.loads(text)
    except orjson.JSONDecodeError:
        values = None
    if not isinstance(values, dict):
        raise Invalid(_("Write the custom fields as one JSON object."), field="custom_fields")
    return values


def _typed(text: str, kind: str | None) -> Any:
    if kind == FieldKind.YES_NO and text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    if kind in (FieldKind.WHOLE_NUMBER, FieldKind.NUMBER):
        return _number(text)
    return text


def _number(text: str) -> Any:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite() or len(number.as_tuple().digits) > _MOST_DIGITS or abs(number.adjusted()) > _MOST_DIGITS:
        return text
    return int(number) if number == number.to_integral_value() else float(number)
