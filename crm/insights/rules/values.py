"""What may be asked of a field of each kind, and the values that it is compared with, read from JSON."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from crm.insights.registry import FieldKind, SegmentField

# Each "not" with what it is the complement of.
COMPLEMENTS: Mapping[str, str] = {
    "neq": "eq", "not_in": "in", "not_contains": "contains", "unset": "set", "not_within_last": "within_last",
}  # fmt: skip
_ORDER = ("eq", "neq", "lt", "lte", "gt", "gte", "between")
_TIME = (*_ORDER, "within_last", "not_within_last", "within_next", "anniversary", "set", "unset")
OPS: Mapping[FieldKind, tuple[str, ...]] = {
    FieldKind.TEXT: ("eq", "neq", "in", "not_in", "contains", "not_contains", "starts", "set", "unset"),
    FieldKind.CHOICE: ("eq", "neq", "in", "not_in", "set", "unset"),
    FieldKind.NUMBER: (*_ORDER, "in", "not_in", "top_percent", "set", "unset"),
    FieldKind.MONEY: (*_ORDER, "in", "not_in", "top_percent", "set", "unset"),
    FieldKind.YES_NO: ("eq", "neq", "set", "unset"),
    FieldKind.DAY: _TIME,
    FieldKind.MOMENT: _TIME,
}
NO_VALUE = ("set", "unset")
SEVERAL = ("in", "not_in")
DAYS = ("within_last", "not_within_last", "within_next", "anniversary")
# Of the rows of an event only these are asked: a share of the highest, or a birthday, is a person's.
NOT_OF_EVENTS = ("top_percent", "anniversary")

MOST_VALUES, LONGEST_TEXT, MOST_DAYS = 100, 200, 36_500
_MOST_DIGITS, _MOST_DECIMALS = 15, 6
_DAYS = re.compile(r"([1-9][0-9]{0,4})d", re.ASCII)
# Far enough from where the calendar of Python or PostgreSQL ends.
_DAY = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Unreadable(ValueError):
    """A value that cannot be what it should be; the message says what it should."""


def read_values(field: SegmentField, op: str, value: Any, *, strict: bool) -> tuple[Any, ...]:
    """What `field` is compared with. `strict`: a choice must be one that there is. Raises Unreadable."""
    if op in NO_VALUE:
        return ()
    if op in DAYS:
        return (read_days(value),)
    if op == "top_percent":
        return (_read_percent(value),)
    one = _reader_of(field, strict)
    if op in SEVERAL:
        return tuple(one(each) for each in _list_of(value, MOST_VALUES))
    if op == "between":
        return _read_pair(value, one)
    return (one(value),)


def read_days(value: Any) -> int:
    """`90d` as 90. Raises Unreadable."""
    found = _DAYS.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[1]) > MOST_DAYS:
        raise Unreadable(_("Give a number of days such as 90d, at most %(most)sd.") % {"most": MOST_DAYS})
    return int(found[1])


def read_text(value: Any, longest: int = LONGEST_TEXT) -> str:
    """Raises Unreadable."""
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        raise Unreadable(_("Give a text of at most %(most)s characters.") % {"most": longest})
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Unreadable(_("This text cannot be stored."))
    return value


def read_whole(value: Any, least: int, most: int) -> int:
    """Raises Unreadable."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Unreadable(_("Give a whole number from %(least)s to %(most)s.") % {"least": least, "most": most})
    return value


def _reader_of(field: SegmentField, strict: bool) -> Callable[[Any], Any]:
    if field.kind is not FieldKind.CHOICE:
        return _READERS[field.kind]
    known = {key for key, _label in field.choices()} if strict else set()
    return lambda value: _read_choice(value, known)


def _read_choice(value: Any, known: set[str]) -> str:
    text = read_text(value)
    if known and text not in known:
        raise Unreadable(_("There is no %(value)s.") % {"value": text})
    return text


def _read_number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)) or len(str(value)) > 40:
        raise Unreadable(_("Give a number."))
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise Unreadable(_("Give a number.")) from None
    # By its exponent first: with one that is large enough even comparing fails.
    if not number.is_finite() or number.adjusted() >= _MOST_DIGITS or number != round(number, _MOST_DECIMALS):
        raise Unreadable(_("Give a number of at most 15 digits and 6 decimals."))
    return number


def _read_yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unreadable(_("Give true or false."))
    return value


def _read_day(value: Any) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise Unreadable(_("Give a day as YYYY-MM-DD."))


def _read_moment(value: Any) -> date | datetime:
    """A day stands for itself as a whole, in the organisation's zone; a moment without a zone is in UTC."""
    with suppress(Unreadable):
        return _read_day(value)
    if isinstance(value, str) and _DAY.match(value):
        with suppress(ValueError):
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    raise Unreadable(_("Give a day or a moment in ISO 8601."))


def _read_percent(value: Any) -> Decimal:
    percent = _read_number(value)
    if not 0 < percent <= 100:
        raise Unreadable(_("Give a share above 0 and up to 100."))
    return percent


def _read_pair(value: Any, one: Callable[[Any], Any]) -> tuple[Any, ...]:
    if not isinstance(value, list) or len(value) != 2:
        raise Unreadable(_("Give the lowest and the highest value."))
    return tuple(one(each) for each in value)


def _list_of(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        raise Unreadable(_("Give a list of 1 to %(most)s values.") % {"most": most})
    return value


_READERS: dict[FieldKind, Callable[[Any], Any]] = {
    FieldKind.TEXT: read_text,
    FieldKind.NUMBER: _read_number,
    FieldKind.MONEY: _read_number,
    FieldKind.YES_NO: _read_yes_no,
    FieldKind.DAY: _read_day,
    FieldKind.MOMENT: _read_moment,
}
