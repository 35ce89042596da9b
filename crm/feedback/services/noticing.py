"""What became of the letters is noticed, as messaging tells it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from crm.feedback.events import FeedbackBounced, FeedbackSkipped
from crm.feedback.models import FeedbackRequest, FeedbackState
from crm.feedback.selectors import feedback_settings
from crm.feedback.services.closing import end_requests, open_ones
from crm.feedback.services.reminding import next_reminder
from crm.kernel.events import record
from crm.kernel.transactions import atomic


@atomic
def note_sent(*, feedback_id: UUID, sent_at: datetime) -> None:
    """The letter that asks has left; reminders count from now. Nothing where the request has ended meanwhile."""
    request = open_ones().filter(pk=feedback_id, state=FeedbackState.PENDING).first()
    if request is not None:
        request.state, request.sent_at = FeedbackState.SENT, sent_at
        if request.next_reminder_at is not None and not request.reminders:
            request.next_reminder_at = next_reminder(request, feedback_settings())
        request.save(update_fields=["state", "sent_at", "next_reminder_at"])


@atomic
def note_bounce(*, feedback_id: UUID) -> None:
    """The letter did not arrive; nothing where the request has ended meanwhile."""
    request = open_ones().filter(pk=feedback_id).first()
    if request is not None:
        end_requests([request], FeedbackState.BOUNCED, "")
        record(FeedbackBounced(feedback_id=request.pk, customer_id=request.customer_id))


@atomic
def note_refusal(*, feedback_id: UUID, reason: str) -> None:
    """A gate was closed when the letter that asks would have left: the customer was not asked. Nothing where a reminder
    is on its way, or the request has ended meanwhile.
    """
    request = open_ones().filter(pk=feedback_id, state=FeedbackState.PENDING, reminders=0).first()
    if request is not None:
        end_requests([request], FeedbackState.SKIPPED, reason)
        record(FeedbackSkipped(feedback_id=request.pk, customer_id=request.customer_id, reason=request.reason))


@atomic
def stop_reminders(*, customer_ids: Sequence[UUID]) -> int:
    """Who wants no more letters is not reminded; what they were asked may still be answered. How many there were."""
    requests = list(open_ones().filter(customer_id__in=customer_ids, next_reminder_at__isnull=False).order_by("pk"))
    FeedbackRequest.objects.filter(pk__in=[request.pk for request in requests]).update(next_reminder_at=None)
    return len(requests)
