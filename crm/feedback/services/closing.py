"""How a request ends without an answer: nobody gave one in time, or it is not wanted any more."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from crm.feedback.errors import FeedbackNotFound, RequestExpired
from crm.feedback.events import FeedbackClosed, FeedbackExpired
from crm.feedback.models import OPEN_STATES, FeedbackRequest, FeedbackState
from crm.feedback.services.notices import withdraw_letters
from crm.kernel.events import record
from crm.kernel.tenancy import ScopedQuerySet
from crm.kernel.transactions import atomic


@atomic
def close_request(*, feedback_id: UUID) -> FeedbackRequest:
    """No answer is taken any more and nobody is reminded. Raises FeedbackNotFound, RequestExpired."""
    request = locked_request(feedback_id)
    if not request.is_open:
        raise RequestExpired
    close(request, "by_hand")
    return request


@atomic
def close_requests_of(customer_ids: Iterable[UUID], reason: str) -> None:
    """The open requests of these customers, who may be gone already."""
    for request in open_ones().filter(customer_id__in=list(customer_ids)).order_by("pk"):
        close(request, reason)


def close(request: FeedbackRequest, reason: str) -> None:
    """A locked request that is open."""
    end_requests([request], FeedbackState.CLOSED, reason)
    record(FeedbackClosed(feedback_id=request.pk, customer_id=request.customer_id, reason=reason))


def expire(requests: Sequence[FeedbackRequest]) -> None:
    """Locked requests that nobody has answered in time."""
    if requests:
        end_requests(requests, FeedbackState.EXPIRED, "")
        ids = tuple(request.pk for request in requests)
        record(FeedbackExpired(batch_id=ids[0], number=len(ids), feedback_ids=ids))


def locked_request(feedback_id: UUID) -> FeedbackRequest:
    """A request of a living customer under its lock; raises FeedbackNotFound."""
    rows = FeedbackRequest.objects.for_update().filter(customer__deleted_at=None)
    request = rows.filter(pk=feedback_id).first()
    if request is None:
        raise FeedbackNotFound
    return request


def open_ones() -> ScopedQuerySet[FeedbackRequest]:
    """Those that wait for an answer, locked when they are read."""
    return FeedbackRequest.objects.for_update().filter(state__in=OPEN_STATES)


def end_requests(requests: Sequence[FeedbackRequest], state: FeedbackState, reason: str) -> None:
    """Put locked requests into a state in which nobody answers them; their letters are withdrawn."""
    for request in requests:
        request.state, request.reason, request.next_reminder_at = state, reason[:60], None
    FeedbackRequest.objects.filter(pk__in=[request.pk for request in requests]).update(
        state=state, reason=reason[:60], next_reminder_at=None
    )
    withdraw_letters(requests, reason or state)
