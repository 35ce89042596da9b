"""Filters that the theme has not."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date
from unfold.contrib.filters.admin import RangeDateFilter


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
