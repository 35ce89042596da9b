"""When people are merged they are in the segments that any of them was in; what they match, the next look says."""

from django.db.models import Q

from crm.contacts.merging import drop, move_once, on_merge
from crm.kernel.clock import now

on_merge(
    "insights.SegmentMember.contact", move_once("segment_id", among=Q(left_at=None), retire=lambda: {"left_at": now()})
)
# How the winner is doing is computed anew, and is compared with how they were.
on_merge("insights.HealthChange.health", drop)
on_merge("insights.Health.contact", drop)
