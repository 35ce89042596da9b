"""A column and what it is compared with, as PostgreSQL asks it. A condition may be null where the column is: what is
not true is made of it by `not_true`, so that nobody falls between the two.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Aggregate, BooleanField, DateField, F, Func, IntegerField, Q, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, ExtractDay, ExtractMonth
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    IContains,
    IExact,
    In,
    IsNull,
    IStartsWith,
    LessThan,
    LessThanOrEqual,
)

from crm.contacts.models import Contact
from crm.contacts.selectors import contacts
from crm.insights.registry import FieldKind
from crm.insights.rules.known import Known
from crm.insights.rules.tree import Bucket, Test
from crm.kernel.clock import now
from crm.kernel.tenancy import ScopedQuerySet, anchored

Condition = Any  # whatever a queryset's filter takes: a lookup, an Exists, a Q


class _NotTrue(Func):
    template = "(%(expressions)s) IS NOT TRUE"
    output_field = BooleanField()


def not_true(condition: Condition) -> Condition:
    """Whatever `condition` is not true of: also where it is null."""
    return _NotTrue(condition)


def everybody() -> ScopedQuerySet[Contact]:
    """Whom segments are made of, and shares reckoned among: all customers, as contacts."""
    return anchored(contacts(), "customer__").filter(customer__deleted_at=None)


def condition_of(test: Test, known: Known) -> Condition:
    """What `test` asks of a row, its own "not" left aside."""
    column = test.field.expression() if test.field.expression else F(test.field.path)
    if test.op == "set":
        return _is_set(column, test.field.kind)
    if test.op == "top_percent":
        return GreaterThanOrEqual(column, _least_of_the_top(column, test.values[0]))
    if test.field.kind is FieldKind.MOMENT:
        return _of_moment(column, test.op, test.values, known)
    if test.op in _IN_TIME:
        return _IN_TIME[test.op](column, now().astimezone(known.zone).date(), test.values[0])
    compare = _OF_TEXT if test.field.kind is FieldKind.TEXT else _PLAIN
    if test.field.kind is FieldKind.NUMBER:
        # Else a whole number's column would be compared with the whole part of what it is compared with.
        column = Cast(column, models.DecimalField(max_digits=50, decimal_places=20))
    return compare[test.op](column, test.values)


def in_bucket(bucket: Bucket) -> Condition:
    """A hundredth of all, by a hash of salt and id that stays the same wherever and whenever it is asked."""
    place = _Hundredth(Value(f"{bucket.salt}:", output_field=models.CharField()), F("pk"))
    return Q(GreaterThanOrEqual(place, bucket.start)) & Q(LessThan(place, bucket.end))


class _Hundredth(Func):
    arg_joiner = "::text || "
    template = "mod(('x' || substr(md5(%(expressions)s::text), 1, 8))::bit(32)::bigint, 100)"
    output_field = IntegerField()


def _is_set(column: Combinable, kind: FieldKind) -> Condition:
    """A blank text is no value. What is compared as text may be kept as something else, such as an id."""
    if kind in (FieldKind.TEXT, FieldKind.CHOICE):
        return GreaterThan(Cast(column, models.TextField()), Value(""))
    return IsNull(column, False)


def _between(column: Combinable, values: tuple[Any, ...]) -> Condition:
    return Q(GreaterThanOrEqual(column, values[0])) & Q(LessThanOrEqual(column, values[1]))


_Compare = Mapping[str, Callable[[Combinable, tuple[Any, ...]], Condition]]
_PLAIN: _Compare = {
    "eq": lambda column, values: Exact(column, values[0]),
    "in": lambda column, values: In(column, list(values)),
    "lt": lambda column, values: LessThan(column, values[0]),
    "lte": lambda column, values: LessThanOrEqual(column, values[0]),
    "gt": lambda column, values: GreaterThan(column, values[0]),
    "gte": lambda column, values: GreaterThanOrEqual(column, values[0]),
    "between": _between,
}
# Texts are compared without regard to case.
_OF_TEXT: _Compare = {
    "eq": lambda column, values: IExact(column, values[0]),
    "in": lambda column, values: Q(*[IExact(column, value) for value in values], _connector=Q.OR),
    "contains": lambda column, values: IContains(column, values[0]),
    "starts": lambda column, values: IStartsWith(column, values[0]),
}


# Days


def _within_last(column: Combinable, today: date, days: int) -> Condition:
    return _between(column, (today - timedelta(days=days), today))


def _within_next(column: Combinable, today: date, days: int) -> Condition:
    return _between(column, (today, today + timedelta(days=days)))


def _has_anniversary(column: Combinable, today: date, days: int) -> Condition:
    """The day of the year comes round today or within so many days. A 29 February is kept on the 28th where there is
    none.
    """
    if days >= 365:
        return IsNull(column, False)
    last = today + timedelta(days=days)
    until = 229 if (last.month, last.day) == (2, 28) and not _is_leap(last.year) else last.month * 100 + last.day
    since, day = today.month * 100 + today.day, ExtractMonth(column) * 100 + ExtractDay(column)
    begun, not_ended = Q(GreaterThanOrEqual(day, since)), Q(LessThanOrEqual(day, until))
    return begun & not_ended if today.year == last.year else begun | not_ended


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


_IN_TIME: Mapping[str, Callable[[Combinable, date, int], Condition]] = {
    "within_last": _within_last, "within_next": _within_next, "anniversary": _has_anniversary,
}  # fmt: skip


# Moments


def _of_moment(column: Combinable, op: str, values: tuple[Any, ...], known: Known) -> Condition:
    moment, zone = now(), known.zone
    if op in ("within_last", "within_next"):
        distance = timedelta(days=values[0])
        return _between(column, (moment - distance, moment) if op == "within_last" else (moment, moment + distance))
    if op == "anniversary":
        there = Func(Value(str(zone)), column, function="timezone", output_field=models.DateTimeField())
        return _has_anniversary(Cast(there, DateField()), moment.astimezone(zone).date(), values[0])
    return _OF_SPANS[op](column, [_span(value, zone) for value in values])


# A first moment, and the one that is behind it: a day is all of it, and of a moment there is only the first.
_Span = tuple[datetime, datetime | None]


def _span(value: date | datetime, zone: ZoneInfo) -> _Span:
    if isinstance(value, datetime):
        return value, None
    return datetime.combine(value, time.min, zone), datetime.combine(value + timedelta(days=1), time.min, zone)


def _since(column: Combinable, span: _Span) -> Q:
    return Q(GreaterThanOrEqual(column, span[0]))


def _up_to(column: Combinable, span: _Span) -> Q:
    return Q(LessThanOrEqual(column, span[0])) if span[1] is None else Q(LessThan(column, span[1]))


def _after(column: Combinable, span: _Span) -> Q:
    return Q(GreaterThan(column, span[0])) if span[1] is None else Q(GreaterThanOrEqual(column, span[1]))


_OF_SPANS: Mapping[str, Callable[[Combinable, list[_Span]], Condition]] = {
    "eq": lambda column, spans: _since(column, spans[0]) & _up_to(column, spans[0]),
    "lt": lambda column, spans: LessThan(column, spans[0][0]),
    "lte": lambda column, spans: _up_to(column, spans[0]),
    "gt": lambda column, spans: _after(column, spans[0]),
    "gte": lambda column, spans: _since(column, spans[0]),
    "between": lambda column, spans: _since(column, spans[0]) & _up_to(column, spans[1]),
}


# Shares


# PostgreSQL reckons with binary fractions, of which 7 of a hundred of 300 people are a hair more than 21.
_HAIR = Decimal("1e-12")


class _Percentile(Aggregate):
    template = "percentile_disc(%(share)s::float8) WITHIN GROUP (ORDER BY %(expressions)s DESC)"


def _least_of_the_top(column: Combinable, percent: Decimal) -> Subquery:
    """The lowest value among the highest `percent` of a hundred of those who have one; equal ones are among them."""
    ranked = everybody().filter(IsNull(column, False)).order_by().values("mode")
    return Subquery(ranked.annotate(least=_Percentile(column, share=percent / 100 - _HAIR)).values("least"))
