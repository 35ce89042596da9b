"""Custom fields: any key may be sent; a key that has a definition is checked against it (where-they-meet.md)."""

import math
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from crm.kernel.errors import Complaint
from crm.organisations.errors import BadCustomValue
from crm.organisations.models import CustomField, FieldKind

MOST_KEYS = 100
LONGEST_KEY = 50


def checked_custom_fields(values: Mapping[str, Any], *, prefix: str = "custom_fields") -> dict[str, Any]:
    """`values` as they may be stored; raises BadCustomValue naming each field as `<prefix>.<key>`.

    A value of null clears a key, so definitions do not look at it.
    """
    return custom_field_check(CustomField.objects.all())(values, prefix)


def custom_field_check(definitions: Iterable[CustomField]) -> Callable[[Mapping[str, Any], str], dict[str, Any]]:
    """The same by definitions that were read before, for many rows: `check(values, prefix)`."""
    validator = Draft202012Validator(_schema(definitions), format_checker=FormatChecker(["date"]))

    def check(values: Mapping[str, Any], prefix: str) -> dict[str, Any]:
        values = {key: _plain(value) for key, value in values.items()}
        _ensure_storable(values, prefix)
        given = {key: value for key, value in values.items() if value is not None}
        complaints = [
            Complaint(".".join([prefix, *map(str, error.path)]), error.message)
            for error in validator.iter_errors(given)
        ]
        if complaints:
            raise BadCustomValue(complaints=complaints)
        return values

    return check


def merged_custom_fields(
    former: Mapping[str, Any], given: Mapping[str, Any], *, are_checked: bool = False
) -> dict[str, Any]:
    """`former` with `given` written over it key by key, null clearing one. Raises BadCustomValue."""
    merged = {**former, **(given if are_checked else checked_custom_fields(given))}
    kept = {key: value for key, value in merged.items() if value is not None}
    ensure_few(kept)
    return kept


def ensure_few(values: Mapping[str, Any], *, prefix: str = "custom_fields") -> None:
    """Raises BadCustomValue when there are more keys than one person may have."""
    if len(values) > MOST_KEYS:
        raise BadCustomValue(f"At most {MOST_KEYS} custom fields.", field=prefix)


def _plain(value: Any) -> Any:
    """Numbers as JSON columns hold them: the parser of the APIs reads those with a point as Decimals."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _schema(definitions: Iterable[CustomField]) -> dict[str, Any]:
    return {"type": "object", "properties": {field.key: _shape(field) for field in definitions}}


def _shape(field: CustomField) -> dict[str, Any]:
    if field.kind == FieldKind.CHOICE:
        return {"enum": field.choices}
    if field.kind == FieldKind.DATE:
        return {"type": "string", "format": "date"}
    if field.kind == FieldKind.TEXT:
        return {"type": "string", "maxLength": field.longest}
    shape: dict[str, Any] = {"type": field.kind}
    if field.minimum is not None:
        shape["minimum"] = float(field.minimum)
    if field.maximum is not None:
        shape["maximum"] = float(field.maximum)
    return shape


def _ensure_storable(values: Mapping[str, Any], prefix: str) -> None:
    """What JSONB cannot hold, or nobody could read again, is refused before any definition is asked."""
    ensure_few(values, prefix=prefix)
    for key, value in values.items():
        if not key or len(key) > LONGEST_KEY or not key.isprintable():
            raise BadCustomValue(f"A key has 1 to {LONGEST_KEY} printable characters.", field=prefix)
        if not _is_storable(value):
            raise BadCustomValue("Use plain JSON values, texts of at most 10,000 characters.", field=f"{prefix}.{key}")


def _is_storable(value: Any, depth: int = 0) -> bool:
    if isinstance(value, str):
        return len(value) <= 10_000 and "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Mapping):
        return depth < 5 and all(_is_storable(key) and _is_storable(item, depth + 1) for key, item in value.items())
    if isinstance(value, list):
        return depth < 5 and all(_is_storable(item, depth + 1) for item in value)
    return value is None or isinstance(value, (bool, int))
