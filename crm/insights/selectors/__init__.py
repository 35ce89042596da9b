from crm.insights.selectors.health import HealthReport, customers_by_band, health_of, report_of
from crm.insights.selectors.segments import (
    READ_PEOPLE,
    Called,
    Preview,
    members_of,
    memberships_of,
    people_in,
    preview_of,
    segment_by_id,
    segment_called,
    segments,
)

__all__ = [
    "READ_PEOPLE",
    "Called",
    "HealthReport",
    "Preview",
    "customers_by_band",
    "health_of",
    "members_of",
    "memberships_of",
    "people_in",
    "preview_of",
    "report_of",
    "segment_by_id",
    "segment_called",
    "segments",
]
