"""The panels of the first page: each is asked for by itself once the page is there, by whoever may read what it tells.

A panel that is slow, or that fails, holds up no other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.admin.charts import AMBER, BRAND, GREEN, GREY, RED, chart, percent
from crm.feedback.models import Scale
from crm.feedback.selectors import analytics_of, asking_of, spoken_of
from crm.insights.models import Band
from crm.insights.selectors import customers_by_band
from crm.kernel.clock import now
from crm.kernel.errors import Message
from crm.kernel.tenancy import scope_or_none
from crm.leads.models import Stage
from crm.organisations.periods import Period, period_of
from crm.reports.selectors import leads_report, revenue_by_month, revenue_of

MONTHS, DAYS = 18, 30
MOST_THEMES = 8
BAND_COLORS = {Band.HEALTHY: GREEN, Band.WATCH: AMBER, Band.AT_RISK: RED, Band.UNKNOWN: GREY}
# The way of a lead that goes well, and what else may become of it.
STAGE_COLORS = {Stage.CONVERTED: GREEN, Stage.WON: GREEN, Stage.LOST: GREY}


@dataclass(frozen=True, slots=True)
class Panel:
    """`tell` says what the template shows: `cards`, a `chart` and what it is `of`, `empty` where there is nothing."""

    title: Message
    grant: str
    tell: Callable[[], dict[str, Any]]
    more: str = ""

    @property
    def is_for_the_caller(self) -> bool:
        scope = scope_or_none()
        return scope is not None and scope.actor.may(self.grant)


def panels_for_the_caller() -> list[dict[str, Any]]:
    """Where each panel is to be had, in their order."""
    return [
        {"title": panel.title, "address": reverse("admin:dashboard_panel", args=[key])}
        for key, panel in PANELS.items() if panel.is_for_the_caller
    ]  # fmt: skip


def show_panel(request: HttpRequest, key: str) -> HttpResponse:
    panel = PANELS.get(key)
    if panel is None:
        raise Http404
    if not panel.is_for_the_caller:
        raise PermissionDenied
    more = reverse(panel.more) if panel.more else ""
    context = {"panel": panel, "more": more, "empty": "", **panel.tell()}
    return TemplateResponse(request, "backoffice/dashboard_panel.html", context)


def _lead_funnel() -> dict[str, Any]:
    report = leads_report(_last(DAYS))
    if not report.total:
        return {"empty": _("No leads yet. They come by the API, by a form on a web page, by an import, or by hand.")}
    colors = [STAGE_COLORS.get(Stage(stage), BRAND) for stage in report.by_status]
    return {
        "cards": [
            _card(_("Leads"), report.total),
            _card(_("New in 30 days"), report.new_in_period),
            _card(_("Of them customers"), percent(report.conversion_rate)),
            _card(_("Average score"), report.average_score),
        ],
        "of": _("Leads by stage"),
        "chart": chart(
            [str(Stage(stage).label) for stage in report.by_status], _("Leads"), list(report.by_status.values()),
            backgroundColor=colors,
        ),
    }  # fmt: skip


def _revenue() -> dict[str, Any]:
    months = revenue_by_month(months=MONTHS)
    if not months:
        return {"empty": _("No orders yet. They come from the shop through an API.")}
    ever, lately = revenue_of(period_of()), revenue_of(_last(DAYS))
    return {
        "cards": [
            _card(_("Orders"), ever.number),
            _card(_("Revenue"), ever.amount, ever.currency),
            _card(_("Average order"), ever.average, ever.currency),
            _card(_("Revenue in 30 days"), lately.amount, lately.currency),
        ],
        "of": _("Revenue by month, less what went back, in %(currency)s") % {"currency": ever.currency},
        "chart": chart(
            [date_format(month.month, "M Y") for month in months], _("Revenue"), [month.amount for month in months]
        ),
    }  # fmt: skip


def _health() -> dict[str, Any]:
    bands = customers_by_band()
    if not sum(bands.values()):
        return {"empty": _("Nobody has been looked at yet. Health is computed nightly, and when something happens.")}
    known = sum(bands.values()) - bands[Band.UNKNOWN]
    return {
        "cards": [_card(band.label, bands[band]) for band in Band],
        "of": _("Customers by health; of %(n)s enough is known") % {"n": number_format(known, force_grouping=True)},
        "chart": chart(
            [str(band.label) for band in Band], _("Customers"), [bands[band] for band in Band],
            backgroundColor=[BAND_COLORS[band] for band in Band],
        ),
    }  # fmt: skip


def _answers() -> dict[str, Any]:
    told = analytics_of(asking_of())
    if not told.ratings.n:
        return {"empty": _("Nobody has answered yet. Ask a customer on their page.")}
    is_nps = told.scale == Scale.NPS
    figures = [ratings.nps if is_nps else ratings.average for _month, ratings in told.by_month][-MONTHS:]
    labels = [f"{date_format(month, 'M Y')} ({ratings.n})" for month, ratings in told.by_month][-MONTHS:]
    response = told.response.rate if told.response else None
    return {
        "cards": [
            _card(_("NPS"), told.ratings.nps) if is_nps else _card(_("Average"), told.ratings.average),
            _card(_("Answers"), told.ratings.n),
            _card(_("Response"), percent(response)),
        ],
        "of": _("NPS by month") if is_nps else _("Average rating by month"),
        "line": chart(labels, str(told.scale), figures, borderColor=BRAND),
    }  # fmt: skip


def _themes() -> dict[str, Any]:
    spoken = spoken_of(asking_of())
    themes = spoken.themes[:MOST_THEMES]
    if not themes:
        return {"empty": _("No comment has been read yet.")}
    colors = [RED if (theme.sentiment or 0) < 0 else GREEN for theme in themes]
    return {
        "of": _("How often comments speak of it; green is liked, red is not"),
        "chart": chart(
            [theme.name for theme in themes], _("Comments"), [theme.mentions for theme in themes],
            backgroundColor=colors,
        ),
    }  # fmt: skip


PANELS: dict[str, Panel] = {
    "leads": Panel(gettext_lazy("Leads"), "crm:leads:read", _lead_funnel, "admin:leads_lead_changelist"),
    "revenue": Panel(gettext_lazy("Orders"), "crm:orders:read", _revenue, "admin:orders_order_changelist"),
    "health": Panel(gettext_lazy("Customer health"), "crm:segments:read", _health),
    "feedback": Panel(gettext_lazy("Feedback"), "crm:feedback:read", _answers, "admin:feedback_figures"),
    "themes": Panel(gettext_lazy("What comments are about"), "crm:feedback:read", _themes, "admin:feedback_themes"),
}


def _last(days: int) -> Period:
    today = localdate(now())
    return period_of(today - timedelta(days=days - 1), today)


def _card(label: Any, figure: Any, unit: str = "") -> dict[str, Any]:
    shown = figure if isinstance(figure, str) else number_format(figure, force_grouping=True)
    return {"label": label, "value": "–" if figure is None else f"{shown} {unit}".strip()}
