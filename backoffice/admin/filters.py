"""Filters that the theme has not."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter

from crm.organisations.selectors import staff_of_organisation


class DayRangeFilter(RangeDateFilter):
    """Moments by whole days in the zone of the organisation, the last day included."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = self._midnight_of("from"), self._midnight_of("to", days=1)
        if first:
            queryset = queryset.filter(**{f"{self.field_path}__gte": first})
        return queryset.filter(**{f"{self.field_path}__lt": last}) if last else queryset

    def _midnight_of(self, end: str, days: int = 0) -> datetime | None:
        """The beginning of the day given, or of one after; None for what is no day of the calendar."""
        try:
            day = parse_date(str(self.used_parameters.get(f"{self.parameter_name}_{end}") or ""))
            return timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min)) if day else None
        except (ValueError, OverflowError):
            return None


class AssigneeFilter(SimpleListFilter):
    """By colleague. Staff are no tenant rows, so Django's own filter would name other organisations'."""

    title = _("colleague")
    parameter_name = "assigned_to"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        staff = staff_of_organisation().filter(is_active=True).order_by("user__email")
        return [("nobody", str(_("Nobody"))), *((str(one.pk), str(one)) for one in staff)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen is None:
            return queryset
        known = {value for value, _label in self.lookup_choices}
        return (
            queryset.none()
            if chosen not in known
            else queryset.filter(assigned_to=None if chosen == "nobody" else chosen)
        )
