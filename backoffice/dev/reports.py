"""S4 `/reports`, `/analytics/dashboard` and `/customers/segments` (s4 §5; §6, 21)."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from backoffice.dev.periods import END, START, Figure, PeriodIn, asked_for
from crm.organisations.periods import Period, period_of
from crm.reports.selectors import (
    GROUPS,
    CustomersReport,
    LeadsReport,
    Overview,
    customers_report,
    leads_report,
    overview_of,
    spend_groups,
)
from crm.web.dialects import DevCrm, Page
from crm.web.grants import Audience, grant
from crm.web.pagination import window_of
from crm.web.serializers import OutputSerializer
from crm.web.viewset import DialectViewSet

GROUP_NAMES = {
    "status_active": "Active", "status_inactive": "Inactive", "status_blocked": "Blocked",
    "type_individual": "Individuals", "type_business": "Businesses",
    "spend_quartile_1": "Top quarter by spend", "spend_quartile_2": "Second quarter by spend",
    "spend_quartile_3": "Third quarter by spend", "spend_quartile_4": "Lowest quarter by spend",
    "spend_none": "Never ordered: nothing spent", "recency_30_days": "Ordered within 30 days",
    "recency_90_days": "Ordered 31 to 90 days ago", "recency_180_days": "Ordered 91 to 180 days ago",
    "recency_lapsed": "No order for 180 days", "recency_never": "Never ordered",
}  # fmt: skip


class Numbers(serializers.DictField):
    """A number for each word, those with none too."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=serializers.IntegerField(), **kwargs)


class LeadsReportOut(OutputSerializer):
    total = serializers.IntegerField()
    by_status = Numbers()
    by_source = Numbers()
    conversion_rate = Figure(allow_null=True, help_text="0 to 1: of those who came in the period, customers by now.")
    average_score = Figure(allow_null=True)
    new_in_period = serializers.IntegerField()


class CustomersReportOut(OutputSerializer):
    total = serializers.IntegerField()
    by_status = Numbers()
    by_type = Numbers()
    new_in_period = serializers.IntegerField()
    churned = serializers.IntegerField(help_text="Whose last order became 180 days old in the period.")
    average_order_value = Figure(allow_null=True, help_text="Of the period's orders.")
    lifetime_value = Figure(allow_null=True, help_text="What a customer who ever ordered has spent in all.")


class OrdersOverviewOut(OutputSerializer):
    count = serializers.IntegerField(help_text="Neither cancelled nor deleted.")
    revenue = Figure(help_text="With tax, less refunds.")
    average_order_value = Figure(allow_null=True)
    currency = serializers.CharField()


class FeedbackOverviewOut(OutputSerializer):
    scale = serializers.CharField()
    count = serializers.IntegerField()
    average_rating = Figure(allow_null=True)
    nps = Figure(allow_null=True)
    response_rate = Figure(allow_null=True)
    pending = serializers.IntegerField()


class OverviewOut(OutputSerializer):
    leads = LeadsReportOut()
    customers = CustomersReportOut()
    orders = OrdersOverviewOut()
    feedback = FeedbackOverviewOut()
    follow_ups_due = serializers.IntegerField()


class GroupOut(OutputSerializer):
    key = serializers.ChoiceField(tuple(GROUP_NAMES))
    name = serializers.CharField()
    count = serializers.IntegerField()
    total_spent = Figure()


_READ = grant("crm:reports:read", Audience.KEY, Audience.STAFF)
_PERIOD = (START, END)


class ReportViewSet(DialectViewSet):
    dialect = DevCrm()
    grants = dict.fromkeys(("leads", "customers", "overview", "segments"), _READ)
    answers = {
        "leads": LeadsReportOut, "customers": CustomersReportOut, "overview": OverviewOut, "segments": GroupOut,
    }  # fmt: skip
    lists = frozenset({"segments"})
    extra_parameters = {"leads": _PERIOD, "customers": _PERIOD, "overview": _PERIOD}

    def leads(self, request: Request) -> dict[str, Any]:
        """All leads as they stand now, and how many came in the period and became customers."""
        return _leads(leads_report(self._period(request)))

    def customers(self, request: Request) -> dict[str, Any]:
        """All customers as they stand now, how many began in the period and were lost in it, and what they spend."""
        return _customers(customers_report(self._period(request)))

    def overview(self, request: Request) -> dict[str, Any]:
        """How the business is doing in a period, in one answer."""
        return _overview(overview_of(self._period(request)))

    def segments(self, request: Request) -> Page:
        """How many customers there are of each status and type, of each quarter by spend and by their last order, and
        what they have spent in all. The keys are always these, and all of them are told unless a `limit` is sent.
        """
        window = window_of({"limit": len(GROUPS)} | request.query_params.dict(), self.dialect)
        groups = [
            {"key": group.key, "name": GROUP_NAMES[group.key], "count": group.number, "total_spent": group.spent}
            for group in spend_groups()
        ]
        return Page(groups[window.start : window.start + window.size], window.number, window.size, len(groups))

    def _period(self, request: Request) -> Period:
        days = asked_for(PeriodIn, request.query_params)
        return period_of(days.get("start_date"), days.get("end_date"))


def _leads(report: LeadsReport) -> dict[str, Any]:
    return {
        "total": report.total,
        "by_status": report.by_status,
        "by_source": report.by_source,
        "conversion_rate": report.conversion_rate,
        "average_score": report.average_score,
        "new_in_period": report.new_in_period,
    }


def _customers(report: CustomersReport) -> dict[str, Any]:
    return {
        "total": report.total,
        "by_status": report.by_status,
        "by_type": report.by_type,
        "new_in_period": report.new_in_period,
        "churned": report.churned,
        "average_order_value": report.ordered.average,
        "lifetime_value": report.lifetime_value,
    }


def _overview(overview: Overview) -> dict[str, Any]:
    ordered, ratings = overview.customers.ordered, overview.feedback.ratings
    response = overview.feedback.response
    return {
        "leads": _leads(overview.leads),
        "customers": _customers(overview.customers),
        "orders": {
            "count": ordered.number,
            "revenue": ordered.amount,
            "average_order_value": ordered.average,
            "currency": ordered.currency,
        },
        "feedback": {
            "scale": overview.feedback.scale.value,
            "count": ratings.n,
            "average_rating": ratings.average,
            "nps": ratings.nps,
            "response_rate": response.rate if response else None,
            "pending": overview.waiting,
        },
        "follow_ups_due": overview.follow_ups_due,
    }
