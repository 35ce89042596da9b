"""What comments are read for, and what was found in them."""

from typing import Any, cast
from uuid import UUID

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from crm.feedback.models import Candidate, CandidateState, FeedbackRequest, Taxonomy, Theme, ThemeMention
from crm.feedback.selectors.requests import answers
from crm.kernel.tenancy import ScopedQuerySet


def taxonomies() -> ScopedQuerySet[Taxonomy]:
    """Every version, with `theme_count`, and `read`: how many answers were read with it last."""
    return cast(
        ScopedQuerySet[Taxonomy],
        Taxonomy.objects.annotate(theme_count=_number_of(Theme.objects), read=_number_of(answers())),
    )


def _number_of(rows: Any) -> Coalesce:
    of_the_version = rows.filter(taxonomy=OuterRef("pk")).order_by().values("taxonomy")
    return Coalesce(Subquery(of_the_version.annotate(n=Count("pk")).values("n")), 0)


def current_taxonomy() -> Taxonomy | None:
    """The version in use; None where there is none yet."""
    return Taxonomy.objects.order_by("-number").first()


def themes_of(taxonomy_id: UUID) -> list[Theme]:
    """The themes of a version, in their order."""
    return list(Theme.objects.filter(taxonomy_id=taxonomy_id).order_by("position"))


def mentions_of(answer: FeedbackRequest) -> ScopedQuerySet[ThemeMention]:
    """What an answer is about, as it was read last, in the order of its sentences; each with the theme's `name`."""
    name = Theme.objects.filter(taxonomy=OuterRef("taxonomy"), key=OuterRef("theme")).values("name")[:1]
    rows = ThemeMention.objects.filter(request=answer, taxonomy_id=F("request__taxonomy_id")).annotate(
        name=Subquery(name)
    )
    return cast(ScopedQuerySet[ThemeMention], rows.order_by("begins", "theme"))


def candidates() -> ScopedQuerySet[Candidate]:
    return Candidate.objects.get_queryset()


def open_candidates() -> ScopedQuerySet[Candidate]:
    """Suggestions that nobody has decided on, the heaviest first."""
    return candidates().filter(state=CandidateState.OPEN).order_by("-weight", "pk")


def comments() -> ScopedQuerySet[FeedbackRequest]:
    """Answers in which something was said."""
    return answers().exclude(comment="")
