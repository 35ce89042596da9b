"""What segments may ask of feedback, and how it counts for a customer's health."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.feedback.models import Scale
from crm.feedback.scales import score_of
from crm.feedback.selectors import answers
from crm.insights.registry import (
    FieldKind,
    SegmentEvent,
    SegmentField,
    register_events,
    register_fields,
    register_part,
)
from crm.kernel.errors import Message

GRANT = "crm:feedback:read"
COUNTED, HALF_LIFE = timedelta(days=365), timedelta(days=180)
_LAST = "customer__last_feedback"


def sentiment(customer_ids: Collection[UUID], moment: datetime) -> Mapping[UUID, int]:
    """The mean of a year's ratings, from 0 to 100; one of half a year ago counts half (semantics §3.6)."""
    rows = answers().filter(customer_id__in=customer_ids, answered_at__gt=moment - COUNTED, answered_at__lte=moment)
    sums: defaultdict[UUID, list[float]] = defaultdict(lambda: [0.0, 0.0])
    columns: Any = rows.values_list("customer_id", "scale", "rating", "answered_at")
    for customer_id, scale, rating, at in columns:
        weight = 0.5 ** ((moment - at) / HALF_LIFE)
        sums[customer_id][0] += weight * score_of(scale, rating)
        sums[customer_id][1] += weight
    return {customer_id: round(weighted / weight) for customer_id, (weighted, weight) in sums.items()}


def _scales() -> list[tuple[str, Message]]:
    return [(scale.value, scale.label) for scale in Scale]


register_part("sentiment", sentiment)
register_fields(
    SegmentField("feedback.last_rating", _("Last rating"), FieldKind.NUMBER, f"{_LAST}__rating", GRANT),
    SegmentField("feedback.last_score", _("Last rating, from 0 to 100"), FieldKind.NUMBER, f"{_LAST}__score", GRANT),
    SegmentField("feedback.last_scale", _("Scale of the last rating"), FieldKind.CHOICE, f"{_LAST}__scale", GRANT,
                 _scales),
    SegmentField("feedback.last_answered", _("Last answered"), FieldKind.MOMENT, f"{_LAST}__answered_at", GRANT),
)  # fmt: skip
register_events(
    SegmentEvent(
        "feedback", _("Gave feedback"), answers, contact="customer_id", at="answered_at", grant=GRANT,
        attributes={
            "rating": SegmentField("rating", _("Rating"), FieldKind.NUMBER, "rating", GRANT),
            "scale": SegmentField("scale", _("Scale"), FieldKind.CHOICE, "scale", GRANT, _scales),
            "category": SegmentField("category", _("Category"), FieldKind.TEXT, "category", GRANT),
            "sentiment": SegmentField("sentiment", _("Sentiment, −1 to 1"), FieldKind.NUMBER, "sentiment", GRANT),
        },
    )
)  # fmt: skip
