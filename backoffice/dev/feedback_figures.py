"""How S4 writes requests, figures and themes of feedback (s4 §5)."""

from datetime import date
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from backoffice.dev.periods import Figure, PeriodIn
from crm.feedback.scales import Ratings
from crm.feedback.selectors import Analytics, Spoken
from crm.web.serializers import Mapped, Moment, OutputSerializer, TextOrNull

# The document knows three words (where-they-meet.md): whatever waits is pending, whatever is over without an answer
# has expired.
STATUSES = {
    "pending": "pending", "sent": "pending", "opened": "pending", "answered": "received", "expired": "expired",
    "closed": "expired", "bounced": "expired", "skipped": "expired",
}  # fmt: skip
STATUS_WORDS = ("expired", "pending", "received")
CHANNELS, SCALES = ("email", "sms", "link", "api"), ("CSAT", "NPS", "CES")


class FiguresIn(PeriodIn):
    scale = serializers.ChoiceField(SCALES, required=False)
    category = serializers.CharField(max_length=50, required=False)


class FeedbackOut(OutputSerializer):
    id = serializers.UUIDField()
    project_id = serializers.UUIDField(source="organisation_id")
    customer_id = serializers.UUIDField()
    order_id = serializers.UUIDField(allow_null=True, help_text="What it is about, where that is one order.")
    status = Mapped(STATUSES, source="state")
    channel = serializers.ChoiceField(CHANNELS)
    scale = serializers.ChoiceField(SCALES)
    rating = serializers.IntegerField(allow_null=True)
    comment = TextOrNull()
    category = TextOrNull()
    sentiment = Figure(allow_null=True, help_text="−1 to 1; null until the comment has been read, some seconds later.")
    expires_at = Moment()
    sent_at = Moment(allow_null=True)
    received_at = Moment(source="answered_at", allow_null=True)
    createdAt = Moment(source="created_at")  # noqa: N815 - as the document writes its own


class CategoryOut(OutputSerializer):
    category = TextOrNull()
    count = serializers.IntegerField()
    average_rating = Figure(allow_null=True)


class MonthOut(OutputSerializer):
    month = serializers.CharField(help_text="As 2026-05.")
    count = serializers.IntegerField()
    average_rating = Figure(allow_null=True)
    nps = Figure(allow_null=True)


class AnalyticsOut(OutputSerializer):
    scale = serializers.ChoiceField(SCALES)
    count = serializers.IntegerField(help_text="Customers whose latest answer counts.")
    average_rating = Figure(allow_null=True)
    distribution = serializers.DictField(child=serializers.IntegerField(), help_text="By rating, all of the scale.")
    nps = Figure(allow_null=True, help_text="Null unless the scale is NPS.")
    nps_margin = Figure(allow_null=True, help_text="How far the NPS may be off, 95 times of 100.")
    csat = Figure(allow_null=True, help_text="Percent who gave 4 or 5; null unless the scale is CSAT.")
    ces = Figure(allow_null=True, help_text="Null unless the scale is CES.")
    response_rate = Figure(allow_null=True, help_text="0 to 1: answered of those sent that did not bounce.")
    sent = serializers.IntegerField(allow_null=True)
    bounced = serializers.IntegerField(allow_null=True)
    answered = serializers.IntegerField(allow_null=True)
    by_category = CategoryOut(many=True)
    trend = MonthOut(many=True)


class ThemeOut(OutputSerializer):
    theme = serializers.CharField()
    name = serializers.CharField()
    count = serializers.IntegerField(help_text="Comments that mention it.")
    share = Figure(allow_null=True, help_text="Of the comments, 0 to 1.")
    average_rating = Figure(allow_null=True)
    sentiment = Figure(allow_null=True, help_text="−1 to 1.")
    nps = Figure(allow_null=True, help_text="Of those who mention it.")
    impact = Figure(allow_null=True, help_text="The NPS less that of everybody else: negative, it drags.")
    change = Figure(allow_null=True, help_text="Of the share, since the period before; null below five mentions.")
    samples = serializers.ListField(child=serializers.CharField())


class UnexplainedOut(OutputSerializer):
    count = serializers.IntegerField()
    share = Figure(allow_null=True)


class DashboardOut(OutputSerializer):
    analytics = AnalyticsOut()
    recent = FeedbackOut(many=True)
    pending = serializers.IntegerField(help_text="Requests that wait for an answer.")
    themes = ThemeOut(many=True)
    unexplained = UnexplainedOut(help_text="Comments in which no theme came up.")


def shown_analytics(told: Analytics) -> dict[str, Any]:
    ratings, response = told.ratings, told.response
    return {
        "scale": told.scale.value,
        **_counted(ratings),
        "distribution": {str(rating): number for rating, number in ratings.distribution.items()},
        "nps": ratings.nps,
        "nps_margin": ratings.nps_margin,
        "csat": ratings.csat,
        "ces": ratings.ces,
        "response_rate": response.rate if response else None,
        "sent": response.sent if response else None,
        "bounced": response.bounced if response else None,
        "answered": response.answered if response else None,
        "by_category": [{"category": name or None, **_counted(one)} for name, one in told.by_category],
        "trend": [_month(month, one) for month, one in told.by_month],
    }


def shown_themes(spoken: Spoken) -> list[dict[str, Any]]:
    return [
        {
            "theme": one.key,
            "name": one.name,
            **_counted(one.ratings),
            "share": one.share,
            "sentiment": one.sentiment,
            "nps": one.ratings.nps,
            "impact": one.impact,
            "change": one.change,
            "samples": one.quotes,
        }
        for one in spoken.themes
    ]


def unexplained(spoken: Spoken) -> dict[str, int | Decimal | None]:
    return {"count": spoken.unexplained, "share": spoken.unexplained_share}


def _counted(ratings: Ratings) -> dict[str, Any]:
    return {"count": ratings.n, "average_rating": ratings.average}


def _month(month: date, ratings: Ratings) -> dict[str, Any]:
    return {"month": f"{month:%Y-%m}", **_counted(ratings), "nps": ratings.nps}
