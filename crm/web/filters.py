"""Filters: django-filter's FilterSets with declared filters, under the names that the dialect gives them."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar, TypeVar

from django import forms
from django_filters import rest_framework as rest
from django_filters.filters import BaseInFilter, CharFilter, ChoiceFilter, Filter

from crm.kernel.errors import Complaint, Invalid
from crm.kernel.tenancy import ScopedQuerySet, Selector, queryset_of
from crm.web.custom_filters import CUSTOM, UNDEFINED, custom_value_filters
from crm.web.dialects import Dialect

LONGEST_SEARCH = 200
_BRACKETS = re.compile(r"filter\[([^\]]*)\]")
_LOST_PLUS = re.compile(r" (\d\d:?\d\d)$")


class AnyOf(BaseInFilter, CharFilter):
    """Any of several texts, by comma."""


class AnyChoiceOf(BaseInFilter, ChoiceFilter):
    """Any of several words from a list, by comma; other words are refused."""


class SearchFilter(CharFilter):
    """Search by word prefix (where-they-meet.md, "Search")."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_SEARCH, **kwargs)


class MomentField(forms.Field):
    """An ISO 8601 date or date-time. A bare date means its first moment, or with `to_end` its last."""

    def __init__(self, *, to_end: bool = False, **kwargs: Any) -> None:
        self.to_end = to_end
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> datetime | None:
        if not value:
            return None
        text = _LOST_PLUS.sub(r"+\1", str(value).strip())
        with suppress(ValueError):
            return datetime.combine(date.fromisoformat(text), time.max if self.to_end else time.min, UTC)
        try:
            moment = datetime.fromisoformat(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise forms.ValidationError("Enter an ISO 8601 date or date-time.") from None


class DateFrom(Filter):
    """On or after a moment."""

    field_class = MomentField

    def __init__(self, field_name: str, **kwargs: Any) -> None:
        super().__init__(field_name=field_name, lookup_expr="gte", **kwargs)


class DateTo(Filter):
    """On or before a moment; a bare date includes its whole day."""

    field_class = MomentField

    def __init__(self, field_name: str, **kwargs: Any) -> None:
        super().__init__(field_name=field_name, lookup_expr="lte", to_end=True, **kwargs)


class FilterSet(rest.FilterSet):
    """Declared filters only. `method` filters of a resource call its selectors.

    With `custom_fields_of`, the path from the rows to the contact (`contact__`), each custom field that has a
    definition is a filter too: `custom_fields.<key>`.
    """

    custom_fields_of: ClassVar[str | None] = None

    def __init__(self, data: Mapping[str, Any], queryset: ScopedQuerySet[Any]) -> None:
        super().__init__(data=data, queryset=queryset)
        keys = [name.removeprefix(CUSTOM) for name in data if name.startswith(CUSTOM)]
        if self.custom_fields_of is not None and keys:
            self.filters |= custom_value_filters(keys, self.custom_fields_of)


_Rows = TypeVar("_Rows", bound=Selector | ScopedQuerySet[Any])


def filtered(
    rows: _Rows, filterset: type[FilterSet], parameters: Mapping[str, Any], dialect: Dialect
) -> _Rows | ScopedQuerySet[Any]:
    """The rows narrowed by what the request asks; a bad value or unknown filter raises Invalid naming it."""
    given, written = _given(parameters, filterset, dialect)
    if not given:
        return rows
    filters = filterset(data=given, queryset=queryset_of(rows))
    undefined = [written[name] for name in given if name not in filters.filters]
    if undefined:
        raise Invalid(complaints=[Complaint(parameter, UNDEFINED) for parameter in undefined])
    if not filters.is_valid():
        complaints = [
            Complaint(written.get(name, name), str(text)) for name, texts in filters.errors.items() for text in texts
        ]
        raise Invalid(complaints=complaints)
    narrowed: ScopedQuerySet[Any] = filters.qs
    return narrowed


def parameter_name(name: str, dialect: Dialect) -> str:
    """What a filter is called in a query string."""
    return f"filter[{name}]" if dialect.bracket_filters and name not in dialect.bare_filters else name


def _given(
    parameters: Mapping[str, Any], filterset: type[FilterSet], dialect: Dialect
) -> tuple[dict[str, Any], dict[str, str]]:
    """The filters' values by name, and how each was written."""
    names = {parameter_name(name, dialect): name for name in filterset.base_filters}
    if filterset.custom_fields_of is not None:
        names |= _custom_names(parameters, dialect)
    given: dict[str, Any] = {}
    for parameter, value in parameters.items():
        if parameter in names:
            given[names[parameter]] = value
        elif dialect.bracket_filters and _BRACKETS.fullmatch(parameter):
            known = ", ".join(sorted(names[name] for name in names if name.startswith("filter[")))
            reason = f"There is no such filter; choose from {known}."
            raise Invalid(reason, field=parameter)
    return given, {name: parameter for parameter, name in names.items()}


def _custom_names(parameters: Mapping[str, Any], dialect: Dialect) -> dict[str, str]:
    """The filters by custom fields that are asked for: as each was written, and its name."""
    start, _key, end = parameter_name(f"{CUSTOM}\0", dialect).partition("\0")
    asked = (parameter for parameter in parameters if parameter.startswith(start) and parameter.endswith(end))
    return {parameter: f"{CUSTOM}{parameter[len(start) : len(parameter) - len(end)]}" for parameter in asked}
