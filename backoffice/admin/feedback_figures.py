"""What answers add up to and what they are about, at a glance: two pages, by period and scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from backoffice.admin.charts import BRAND, GREEN, GREY, RED, chart, percent
from crm.feedback.models import Scale
from crm.feedback.selectors import Analytics, Asking, ThemeFigures, analytics_of, asking_of, spoken_of
from crm.kernel.clock import now
from crm.kernel.tenancy import scope_or_none

# In days; none is all there is.
PERIODS = {"30": 30, "90": 90, "365": 365, "all": None}
DEFAULT_PERIOD = "90"


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that asks the page something else."""

    label: Any
    address: str
    is_chosen: bool


def show_figures(site: Any, request: HttpRequest) -> HttpResponse:
    """How many answered what, over time and by category."""
    _demand()
    asking, chosen = _asking(request)
    told = analytics_of(asking)
    context = {
        "told": told, "cards": _cards(told), "distribution": _distribution(told), "trend": _trend(told),
        "trend_of": _("NPS by month") if told.scale == Scale.NPS else _("Average rating by month"),
    }  # fmt: skip
    page = {**site.each_context(request), "title": _("Feedback at a glance"), **_choices(asking, chosen), **context}
    return TemplateResponse(request, "backoffice/feedback_figures.html", page)


def show_themes(site: Any, request: HttpRequest) -> HttpResponse:
    """What comments are about, and how that feels."""
    _demand()
    asking, chosen = _asking(request)
    spoken = spoken_of(asking)
    rows = [{"theme": one, "share": percent(one.share), "change": percent(one.change, "+")} for one in spoken.themes]
    is_nps = asking.scale == Scale.NPS
    context = {"spoken": spoken, "rows": rows, "chart": _feelings(spoken.themes), "is_nps": is_nps}
    page = {**site.each_context(request), "title": _("What it is about"), **_choices(asking, chosen), **context}
    return TemplateResponse(request, "backoffice/feedback_themes.html", page)


def _demand() -> None:
    scope = scope_or_none()
    if scope is None or not scope.actor.may("crm:feedback:read"):
        raise PermissionDenied


def _asking(request: HttpRequest) -> tuple[Asking, str]:
    """What the address asks for; what it asks wrongly is as if it had not asked."""
    chosen = request.GET.get("period", "")
    chosen = chosen if chosen in PERIODS else DEFAULT_PERIOD
    days, scale = PERIODS[chosen], request.GET.get("scale", "")
    today = localdate(now())
    bounds: dict[str, Any] = {"start_date": today - timedelta(days=days - 1), "end_date": today} if days else {}
    return asking_of(**bounds, scale=scale if scale in Scale.values else None), chosen


def _choices(asking: Asking, chosen: str) -> dict[str, list[Choice]]:
    labels = {"30": _("30 days"), "90": _("90 days"), "365": _("A year"), "all": _("All")}
    return {
        "periods": [
            Choice(label, f"?period={key}&scale={asking.scale}", key == chosen) for key, label in labels.items()
        ],
        "scales": [Choice(scale, f"?period={chosen}&scale={scale}", scale == asking.scale) for scale in Scale],
    }


def _cards(told: Analytics) -> list[dict[str, Any]]:
    """The figures of the scale, each with how many it stands on."""
    ratings, response = told.ratings, told.response
    answers = _("of %(n)d answers") % {"n": ratings.n}
    own = {
        Scale.NPS: (_("NPS"), ratings.nps, _("± %(margin)s, %(of)s") % {"margin": ratings.nps_margin, "of": answers}),
        Scale.CSAT: (_("Satisfied"), f"{ratings.csat} %" if ratings.n else None, answers),
        Scale.CES: (_("Ease"), ratings.ces, answers),
    }[told.scale]
    cards = [own, (_("Average"), ratings.average, answers)]
    if response is not None:
        reached = response.sent - response.bounced
        rate = percent(response.rate)
        cards.append((_("Response"), rate, _("%(n)d of %(of)d reached") % {"n": response.answered, "of": reached}))
    return [
        {"label": label, "value": "–" if value is None else value, "note": "" if value in (None, "–") else note}
        for label, value, note in cards
    ]


def _distribution(told: Analytics) -> str:
    limits = told.scale.range
    colors = [
        RED if rating <= limits.unhappy_to else GREEN if rating >= limits.happy_from else GREY
        for rating in told.ratings.distribution
    ]
    given = told.ratings.distribution
    return chart([str(rating) for rating in given], _("Answers"), list(given.values()), backgroundColor=colors)


def _trend(told: Analytics) -> str:
    figures = [ratings.nps if told.scale == Scale.NPS else ratings.average for _month, ratings in told.by_month]
    labels = [f"{date_format(month, 'M Y')} ({ratings.n})" for month, ratings in told.by_month]
    return chart(labels, str(told.scale), figures, borderColor=BRAND)


def _feelings(themes: Sequence[ThemeFigures]) -> str:
    """How each theme feels, from −1 to 1; green above, red below."""
    colors = [RED if (theme.sentiment or 0) < 0 else GREEN for theme in themes]
    labels = [f"{theme.name} ({theme.mentions})" for theme in themes]
    return chart(labels, _("Sentiment"), [theme.sentiment for theme in themes], backgroundColor=colors)
