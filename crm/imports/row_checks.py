"""The field validation of a model for thousands of rows in a row: what a look shows to be good is not validated again.

Whatever is not plainly good goes through Django's own validation, so that the same is refused in the same words.
"""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import models

from crm.kernel.changes import check_row

Check = Callable[[Any], None]
_PASSED_BY_SHORT_TEXTS = (MaxLengthValidator, ProhibitNullCharactersValidator)


def row_check(
    model: type[models.Model], *, exclude: tuple[str, ...], vouched: Collection[str] = (),
    passed_by_printable: Collection[Any] = (),
) -> Check:  # fmt: skip
    """`check(row)`, to be made once for a chunk: says what `check_row(row, exclude=exclude)` does. Raises Invalid.

    Whoever sets a `vouched` field has checked its value, unless it is blank. `passed_by_printable` are validators that
    accept every text without control characters.
    """
    left_out = {"organisation", "mode", *exclude}
    columns = [
        (field.attname, _looks_good(field, field.name in vouched, passed_by_printable))
        for field in model._meta.fields
        if field.name not in left_out and not field.generated
    ]

    def check(row: Any) -> None:
        values = row.__dict__
        for name, is_good in columns:
            if not is_good(values[name]):
                return check_row(row, exclude=exclude)
        return None

    return check


def _looks_good(field: Any, is_vouched: bool, harmless: Collection[Any]) -> Callable[[Any], bool]:
    """A function that may answer False for good values, but never True for bad ones."""
    if is_vouched:
        return partial(_is_filled, field)
    rules = field.validators
    if _is_text(field) and all(rule in harmless or isinstance(rule, _PASSED_BY_SHORT_TEXTS) for rule in rules):
        limits = [rule.limit_value for rule in rules if isinstance(rule, MaxLengthValidator)]
        return partial(_is_short_text, 0 if field.blank else 1, min(limits, default=1 << 30))
    return _Passed(field)


def _is_text(field: Any) -> bool:
    return isinstance(field, (models.CharField, models.TextField)) and not field.choices


def _is_filled(field: Any, value: Any) -> bool:
    return bool(value) or (field.blank and value in field.empty_values)


def _is_short_text(least: int, most: int, value: Any) -> bool:
    return type(value) is str and least <= len(value) <= most and value.isprintable()


class _Passed:
    """Remembers values that passed a field's validation: texts by what they say, others by which object they are."""

    def __init__(self, field: Any) -> None:
        self.field = field
        self.texts: set[str] = set()
        self.others: dict[int, Any] = {}

    def __call__(self, value: Any) -> bool:
        if (type(value) is str and value in self.texts) or self.others.get(id(value), self) is value:
            return True
        if not (self.field.blank and value in self.field.empty_values):
            try:
                if self.field.clean(value, None) is not value:
                    return False
            except ValidationError:
                return False
        self._remember(value)
        return True

    def _remember(self, value: Any) -> None:
        if type(value) is str:
            self.texts.add(value)
        elif value.__hash__ is not None:
            self.others[id(value)] = value
