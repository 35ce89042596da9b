"""Requests and their answers. Those of customers who are gone are in none of these."""

import hashlib
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from crm.feedback.errors import FeedbackLinkNotFound, FeedbackNotFound
from crm.feedback.models import OPEN_STATES, FeedbackRequest, FeedbackSettings, FeedbackState, Scale
from crm.kernel.tenancy import ScopedQuerySet, Tenant

QUESTIONS: dict[str, str] = {
    Scale.CSAT: "How satisfied are you with us?",
    Scale.NPS: "How likely are you to recommend us to a friend or colleague?",
    Scale.CES: "How easy did we make it for you?",
}


def feedback() -> ScopedQuerySet[FeedbackRequest]:
    """Every request, answered or not."""
    return FeedbackRequest.objects.filter(customer__deleted_at=None)


def feedback_by_id(feedback_id: UUID) -> ScopedQuerySet[FeedbackRequest]:
    """The one request of that id, as a queryset to present; raises nothing when there is none."""
    return feedback().filter(pk=feedback_id)


def one_request(feedback_id: UUID) -> FeedbackRequest:
    """Raises FeedbackNotFound, for foreign and unknown ids alike, and where the customer is gone."""
    request = feedback_by_id(feedback_id).first()
    if request is None:
        raise FeedbackNotFound
    return request


def answers() -> ScopedQuerySet[FeedbackRequest]:
    return feedback().filter(state=FeedbackState.ANSWERED)


def latest_answers(limit: int) -> ScopedQuerySet[FeedbackRequest]:
    return answers().order_by("-answered_at", "-pk")[:limit]


def number_open() -> int:
    """How many requests wait for an answer."""
    return feedback().filter(state__in=OPEN_STATES).count()


def feedback_settings() -> FeedbackSettings:
    """The settings of the open scope; unsaved defaults when nobody has set any."""
    return FeedbackSettings.objects.get_queryset().first() or FeedbackSettings()


def questions() -> dict[str, str]:
    """What is asked, by scale: the usual questions, and staff's own, if they have one, on the scale they chose."""
    settings = feedback_settings()
    own = {settings.scale: settings.question} if settings.question else {}
    return {**QUESTIONS, **own}


# What the audit trail calls whoever answers through a link begins with this; the request's id follows.
THROUGH_LINK = "feedback:"


class LinkedRequest(NamedTuple):
    tenant: Tenant
    feedback_id: UUID


# A token names no tenant: this read finds out which scope to open.
_BEHIND_A_LINK = """
SELECT l.organisation_id, l.mode, l.request_id
FROM feedback_feedbacklink l JOIN organisations_organisation o ON o.id = l.organisation_id
WHERE l.key = %s AND o.is_active
"""


def request_behind(token: str) -> LinkedRequest:
    """The request that a link's token opens, in whatever tenant; raises FeedbackLinkNotFound."""
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND_A_LINK, [key_of(token)])
        row = cursor.fetchone()
    if row is None:
        raise FeedbackLinkNotFound
    return LinkedRequest(Tenant(row[0], row[1]), row[2])


def key_of(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def linked_request(feedback_id: UUID) -> FeedbackRequest:
    """A request with its organisation, for who holds its link; raises FeedbackLinkNotFound."""
    request = feedback_by_id(feedback_id).select_related("organisation").first()
    if request is None:
        raise FeedbackLinkNotFound
    return request
