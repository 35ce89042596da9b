"""Who has not answered is reminded, twice at most; what nobody answers expires. All in sets, and once.

The schedule and `POST /feedback/process-reminders` call the same `process_reminders`; two at once share the requests.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from crm.feedback.events import FeedbackReminded
from crm.feedback.models import OPEN_STATES, FeedbackRequest, FeedbackSettings
from crm.feedback.selectors import feedback_settings
from crm.feedback.services.closing import expire
from crm.feedback.services.links import new_links
from crm.feedback.services.notices import WRITTEN, write_to
from crm.kernel.clock import now
from crm.kernel.copying import update_rows
from crm.kernel.errors import DomainError
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.messaging.models import Communication, MessageState

log = structlog.get_logger(__name__)

CHUNK = 500
# The second reminder is no sooner after the first, however late that was; what cannot be written is tried again.
APART, TRIED_AGAIN = timedelta(days=3), timedelta(days=1)


@dataclass
class Processed:
    """`processed`: requests whose reminder or end was due; `sent`: reminders asked for; `skipped`: those of whom nobody
    may be written to, or whose letter could not be made.
    """

    processed: int = 0
    sent: int = 0
    expired: int = 0
    skipped: int = 0


@atomic
def process_reminders(*, limit: int = CHUNK) -> Processed:
    """Expire what is over and remind of what is due, at most `limit` of each. Messaging sends the reminders, within its
    caps and hours.
    """
    done = Processed()
    over = _taken(limit, expires_at__lte=now())
    expire(over)
    due = _taken(limit, next_reminder_at__lte=now(), expires_at__gt=now())
    settings = feedback_settings()
    for alike in _by_letter(due):
        done.sent += _remind(alike, settings)
    done.expired, done.skipped = len(over), len(due) - done.sent
    done.processed = len(over) + len(due)
    if due:
        ids = tuple(request.pk for request in due)
        record(FeedbackReminded(batch_id=ids[0], number=done.sent, skipped=done.skipped, feedback_ids=ids))
    return done


def next_reminder(request: FeedbackRequest, settings: FeedbackSettings) -> datetime | None:
    """When who was asked is reminded next; None for never. Counted from when the letter left, where that is known."""
    days = [days for days in (settings.first_reminder_days, settings.second_reminder_days) if days is not None]
    if request.channel not in WRITTEN or request.reminders >= len(days):
        return None
    planned: datetime = (request.sent_at or request.created_at) + timedelta(days=days[request.reminders])
    return max(planned, now() + APART) if request.reminders else planned


def _taken(limit: int, **due: object) -> list[FeedbackRequest]:
    """Requests under their locks, but for those that are being answered, closed or merged at this moment."""
    rows = FeedbackRequest.objects.for_update(skip_locked=True).filter(state__in=OPEN_STATES, **due)
    return list(rows.order_by("pk")[:limit])


def _by_letter(due: Sequence[FeedbackRequest]) -> Iterator[list[FeedbackRequest]]:
    for channel in WRITTEN:
        alike = [request for request in due if request.channel == channel]
        if alike:
            yield alike


def _remind(requests: Sequence[FeedbackRequest], settings: FeedbackSettings) -> int:
    """Ask for the next reminder of each; how many are on their way."""
    for request in requests:
        request.reminders += 1
    try:
        with transaction.atomic():
            letters = write_to(requests, new_links(requests))
    except DomainError as fault:
        # Staff have taken the wording back: nobody is reminded until there is one, and no request is lost by it.
        log.warning("nobody_reminded", error=fault.code)
        return _put_off(requests)
    sent = sum(_settle(request, letter, settings) for request, letter in zip(requests, letters, strict=True))
    update_rows(FeedbackRequest, requests, ["reminders", "next_reminder_at"])
    return sent


def _settle(request: FeedbackRequest, letter: Communication | None, settings: FeedbackSettings) -> bool:
    """Write down when the next one is due; whether this one will be sent. Whom nobody may write to is left alone."""
    if letter is None or letter.state in (MessageState.SKIPPED, MessageState.FAILED):
        request.reminders -= 1
        request.next_reminder_at = None
        return False
    request.next_reminder_at = next_reminder(request, settings)
    return True


def _put_off(requests: Sequence[FeedbackRequest]) -> int:
    for request in requests:
        request.reminders -= 1
        request.next_reminder_at = now() + TRIED_AGAIN
    update_rows(FeedbackRequest, requests, ["reminders", "next_reminder_at"])
    return 0
