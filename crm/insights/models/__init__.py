from crm.insights.models.health import Band, Health, HealthChange
from crm.insights.models.segment import Segment, SegmentKind, SegmentMember, SegmentState

__all__ = ["Band", "Health", "HealthChange", "Segment", "SegmentKind", "SegmentMember", "SegmentState"]
