"""What answers add up to. Every figure comes with how many it stands on, and is None where it stands on nothing.

Unless told otherwise, of each customer the latest answer within the period counts (semantics §3.10).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber, TruncMonth

from crm.feedback.models import FeedbackRequest, FeedbackState, Scale
from crm.feedback.scales import Ratings
from crm.feedback.selectors.requests import answers, feedback, feedback_settings
from crm.kernel.figures import share_of
from crm.kernel.tenancy import ScopedQuerySet
from crm.organisations.periods import Period, period_of


@dataclass(frozen=True, slots=True)
class Asking:
    """Which answers are meant: of a scale, of a category unless it is empty, the latest of each customer or all."""

    period: Period
    scale: Scale
    category: str = ""
    latest_only: bool = True


@dataclass(frozen=True, slots=True)
class Response:
    """Of the requests that were sent in a period: how many did not arrive, how many were answered."""

    sent: int
    bounced: int
    answered: int

    @property
    def rate(self) -> Decimal | None:
        return share_of(self.answered, self.sent - self.bounced)


@dataclass(frozen=True, slots=True)
class Analytics:
    """`response` is None where a category is asked for: a request has none before it is answered."""

    scale: Scale
    ratings: Ratings
    response: Response | None
    by_category: list[tuple[str, Ratings]]
    by_month: list[tuple[date, Ratings]]


def asking_of(
    *, start_date: date | None = None, end_date: date | None = None, scale: str | None = None, category: str = ""
) -> Asking:
    """Of the days from `start_date` to `end_date`; without a scale, of the one to show. Raises PeriodBackwards."""
    period = period_of(start_date, end_date)
    return Asking(period, Scale(scale) if scale else scale_to_show(period), category)


def analytics_of(asking: Asking) -> Analytics:
    by_category = _by_category(asking)
    return Analytics(
        asking.scale, Ratings.sum_of(asking.scale, by_category.values()),
        None if asking.category else response_of(asking),
        sorted(by_category.items(), key=lambda pair: (-pair[1].n, pair[0])), _by_month(asking),
    )  # fmt: skip


def scale_to_show(period: Period) -> Scale:
    """The one scale that was answered on in a period; the one of the settings where it was none or several."""
    used = list(answers().filter(period.within("answered_at")).values_list("scale", flat=True).distinct()[:2])
    return Scale(used[0] if len(used) == 1 else feedback_settings().scale)


def counted_answers(asking: Asking, *apart: Any) -> ScopedQuerySet[FeedbackRequest]:
    """The answers that count: of each customer the latest, in each of the groups that `apart` tells, if it is given."""
    rows = answers().filter(asking.period.within("answered_at"), scale=asking.scale)
    if asking.category:
        rows = rows.filter(category=asking.category)
    if not asking.latest_only:
        return rows
    latest = [F("answered_at").desc(), F("pk").desc()]
    one_each: list[Any] = [F("customer_id"), *apart]
    ranked = rows.annotate(place=Window(RowNumber(), partition_by=one_each, order_by=latest)).filter(place=1)
    return FeedbackRequest.objects.filter(pk__in=ranked.values("pk"))


def response_of(asking: Asking) -> Response:
    sent = feedback().filter(asking.period.within("sent_at"), scale=asking.scale, sent_at__isnull=False)
    return Response(**sent.aggregate(
        sent=Count("pk"), bounced=Count("pk", filter=Q(state=FeedbackState.BOUNCED)),
        answered=Count("pk", filter=Q(state=FeedbackState.ANSWERED)),
    ))  # fmt: skip


def _by_category(asking: Asking) -> dict[str, Ratings]:
    """Answers without a category under ""."""
    rows = counted_answers(asking).order_by().values_list("category", "rating").annotate(n=Count("pk"))
    return _grouped(asking.scale, rows)


def _by_month(asking: Asking) -> list[tuple[date, Ratings]]:
    """Months in which somebody answered, in order."""
    month = TruncMonth("answered_at", tzinfo=asking.period.zone)
    counted = counted_answers(asking, month).annotate(month=month)
    rows = counted.order_by().values_list("month", "rating").annotate(n=Count("pk"))
    return sorted(_grouped(asking.scale, ((at.date(), rating, n) for at, rating, n in rows)).items())


def _grouped(scale: Scale, rows: Iterable[tuple[Any, int, int]]) -> dict[Any, Ratings]:
    """Rows of a group, a rating and how often it was given, as the ratings of each group."""
    groups: defaultdict[Any, dict[int, int]] = defaultdict(dict)
    for group, rating, number in rows:
        groups[group][rating] = number
    return {group: Ratings(scale, counts) for group, counts in groups.items()}
