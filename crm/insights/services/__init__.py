from crm.insights.services.defining import (
    SegmentValues,
    archive_segment,
    change_segment,
    define_segment,
    freeze_segment,
)
from crm.insights.services.filling import fill_next, sweep_next
from crm.insights.services.health import compute_health, compute_next, forget_health_changes
from crm.insights.services.looking import look_again, look_at, look_at_merged

__all__ = [
    "SegmentValues",
    "archive_segment",
    "change_segment",
    "compute_health",
    "compute_next",
    "define_segment",
    "fill_next",
    "forget_health_changes",
    "freeze_segment",
    "look_again",
    "look_at",
    "look_at_merged",
    "sweep_next",
]
