"""A request is answered once, by whoever holds its link, by an integration, or by staff who asked."""

from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from crm.feedback.errors import AlreadyAnswered, RatingOutOfScale, RequestExpired
from crm.feedback.events import FeedbackAnswered, FeedbackDetractor
from crm.feedback.models import AnsweredVia, FeedbackRequest, FeedbackState, LastFeedback, Scale
from crm.feedback.scales import score_of
from crm.feedback.services.closing import locked_request
from crm.feedback.services.notices import withdraw_letters
from crm.kernel.changes import check_row
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.transactions import atomic

# Within which time somebody talks to who is unhappy (semantics §3.10).
CALLED_WITHIN = timedelta(hours=48)
_KEPT_ELSEWHERE = ("customer", "taxonomy")


@atomic
def answer_feedback(
    *, feedback_id: UUID, rating: int, comment: str = "", category: str = "", via: str = AnsweredVia.API
) -> FeedbackRequest:
    """Take the one answer. Reminders that have not left are withdrawn; who is unhappy is an event of its own.

    Raises FeedbackNotFound, AlreadyAnswered, RequestExpired, RatingOutOfScale, Invalid.
    """
    request = locked_request(feedback_id)
    _ensure_may_answer(request)
    if rating not in Scale(request.scale).ratings:
        lowest, highest, *_limits = Scale(request.scale).range
        raise RatingOutOfScale(_("Give a whole number from %(from)d to %(to)d.") % {"from": lowest, "to": highest})
    request.rating, request.comment, request.category = rating, comment.strip(), category.strip()
    request.state, request.answered_at, request.answered_via = FeedbackState.ANSWERED, now(), via
    # Who answers has been asked, whether or not our letter had left.
    request.sent_at, request.next_reminder_at = request.sent_at or now(), None
    check_row(request, exclude=_KEPT_ELSEWHERE)
    request.save()
    withdraw_letters([request], "answered")
    _remember(request, rating)
    _tell(request, rating)
    return request


@atomic
def open_request(*, feedback_id: UUID) -> None:
    """Somebody, or a scanner of mails, has looked at the page: that is all it says, and no event."""
    looked_at = FeedbackRequest.objects.filter(pk=feedback_id, state=FeedbackState.SENT)
    looked_at.update(state=FeedbackState.OPENED, opened_at=now())


def _ensure_may_answer(request: FeedbackRequest) -> None:
    if request.is_answered:
        raise AlreadyAnswered
    if not request.is_open or request.expires_at <= now():
        raise RequestExpired


def _remember(request: FeedbackRequest, rating: int) -> None:
    """What the customer said last, for segments."""
    score = round(score_of(request.scale, rating))
    LastFeedback.objects.update_or_create(
        customer_id=request.customer_id,
        defaults={"scale": request.scale, "rating": rating, "score": score, "answered_at": now()},
    )


def _tell(request: FeedbackRequest, rating: int) -> None:
    about = {"feedback_id": request.pk, "customer_id": request.customer_id, "scale": request.scale, "rating": rating}
    changes = {"rating": (None, rating), "category": ("", request.category)}
    record(FeedbackAnswered(**about, via=request.answered_via), changes=changes)
    if request.is_unhappy:
        record(FeedbackDetractor(**about, call_by=now() + CALLED_WITHIN))
