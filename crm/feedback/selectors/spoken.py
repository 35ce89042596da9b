"""What answers are about: each theme with its figures and with quotes that do not say who spoke (semantics §3.11)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import BooleanField, Case, Count, Exists, F, OuterRef, Q, Sum, Value, When, Window
from django.db.models.functions import RowNumber

from crm.feedback.models import Theme, ThemeMention
from crm.feedback.reading.masks import masked
from crm.feedback.scales import Ratings
from crm.feedback.selectors.figures import Asking, counted_answers
from crm.kernel.figures import share_of
from crm.organisations.periods import Period

QUOTES, LEAST_TO_COMPARE = 3, 5
_HUNDREDTHS = Decimal("0.01")
_PERSON = [f"request__customer__contact__{name}" for name in ("name", "first_name", "middle_name", "last_name")]


@dataclass(frozen=True, slots=True)
class ThemeFigures:
    """`share` is of the comments that were read; `impact` what the NPS owes to those who mention the theme, negative
    where they drag it down; `change` that of the share since the period before, where both have five mentions.
    """

    key: str
    name: str
    ratings: Ratings
    share: Decimal | None
    sentiment: Decimal | None
    impact: Decimal | None
    change: Decimal | None
    quotes: list[str]

    @property
    def mentions(self) -> int:
        return self.ratings.n


@dataclass(frozen=True, slots=True)
class Spoken:
    """What comments are about. `comments` is how many were read, `unexplained` in how many of them no theme came up."""

    comments: int
    unexplained: int
    themes: list[ThemeFigures]

    @property
    def unexplained_share(self) -> Decimal | None:
        return share_of(self.unexplained, self.comments)


@dataclass
class _Counts:
    """What was counted in one period: answers by rating, and mentions by theme and rating with how they feel."""

    answers: Counter[int] = field(default_factory=Counter)
    comments: int = 0
    explained: int = 0
    mentions: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    feelings: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def number_of(self, theme: str) -> int:
        return self.mentions[theme].total()

    def share_of(self, theme: str) -> Decimal | None:
        return share_of(self.number_of(theme), self.comments)


def spoken_of(asking: Asking) -> Spoken:
    """Themes that were mentioned, the most frequent first, each customer counted once as in all figures. Four
    statements, however many answers there are.
    """
    now, before = _counted(asking)
    names, quotes = _names(), _quotes(asking)
    figures = [_figures(asking, key, now, before, names.get(key, key), quotes.get(key, [])) for key in now.mentions]
    ordered = sorted(figures, key=lambda one: (-one.mentions, one.key))
    return Spoken(now.comments, now.comments - now.explained, ordered)


def _figures(asking: Asking, key: str, now: _Counts, before: _Counts, name: str, quotes: list[str]) -> ThemeFigures:
    ratings, everybody = Ratings(asking.scale, now.mentions[key]), Ratings(asking.scale, now.answers)
    feeling = (now.feelings[key] / Decimal(ratings.n)).quantize(_HUNDREDTHS, rounding=ROUND_HALF_UP)
    whole, rest = everybody.nps, everybody.without(ratings).nps
    impact = None if whole is None or rest is None else whole - rest
    return ThemeFigures(key, name, ratings, now.share_of(key), feeling, impact, _change(key, now, before), quotes)


def _change(key: str, now: _Counts, before: _Counts) -> Decimal | None:
    share, former = now.share_of(key), before.share_of(key)
    if share is None or former is None or min(now.number_of(key), before.number_of(key)) < LEAST_TO_COMPARE:
        return None
    return share - former


def _counted(asking: Asking) -> tuple[_Counts, _Counts]:
    """What was counted in the period, and in the one before where there is one; both at once."""
    sides = {True: _Counts(), False: _Counts()}
    both, is_now = _with_period_before(asking)
    counted = counted_answers(both, is_now("answered_at")).annotate(is_now=is_now("answered_at"))
    read = ThemeMention.objects.filter(request=OuterRef("pk"), taxonomy_id=OuterRef("taxonomy_id"))
    answers = counted.annotate(is_explained=Exists(read)).order_by().values_list("is_now", "rating")
    said = ~Q(comment="") & Q(taxonomy__isnull=False)
    for side, rating, number, comments, explained in answers.annotate(
        n=Count("pk"), said=Count("pk", filter=said), told=Count("pk", filter=said & Q(is_explained=True))
    ):
        sides[side].answers[rating] += number
        sides[side].comments += comments
        sides[side].explained += explained
    mentions = _last_read(counted).annotate(is_now=is_now("request__answered_at"))
    rows = mentions.order_by().values_list("is_now", "theme", "request__rating")
    for side, theme, rating, number, feeling in rows.annotate(n=Count("pk"), feeling=Sum("sentiment")):
        sides[side].mentions[theme][rating] += number
        sides[side].feelings[theme] += feeling
    return sides[True], sides[False]


def _with_period_before(asking: Asking) -> tuple[Asking, Callable[[str], Any]]:
    """The same question about both periods, and what tells of a column whether it lies in the later one."""
    period, before = asking.period, asking.period.before
    yes_or_no = BooleanField()
    if before is None:
        return asking, lambda _column: Value(True, output_field=yes_or_no)

    def is_now(column: str) -> Any:
        return Case(When(**{f"{column}__gte": period.starts}, then=True), default=False, output_field=yes_or_no)

    return replace(asking, period=Period(period.zone, before.starts, period.ends)), is_now


def _last_read(counted: Any) -> Any:
    """The mentions of these answers, as they were read last."""
    return ThemeMention.objects.filter(request__in=counted.values("pk"), taxonomy_id=F("request__taxonomy_id"))


def _names() -> Mapping[str, str]:
    """What each theme is called, in the latest version that has it."""
    latest = Theme.objects.order_by("key", "-taxonomy__number").distinct("key")
    return dict(latest.values_list("key", "name"))


def _quotes(asking: Asking) -> dict[str, list[str]]:
    """The latest sentences about each theme."""
    latest = [F("request__answered_at").desc(), F("pk").desc()]
    mentions = _last_read(counted_answers(asking))
    ranked = mentions.annotate(place=Window(RowNumber(), partition_by=[F("theme")], order_by=latest))
    columns = ranked.filter(place__lte=QUOTES).order_by("place").values_list(
        "theme", "request__comment", "begins", "ends", *_PERSON
    )  # fmt: skip
    quotes: defaultdict[str, list[str]] = defaultdict(list)
    for theme, comment, begins, ends, *names in columns:
        quotes[theme].append(masked(comment[begins:ends], names))
    return quotes
