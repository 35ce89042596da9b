"""When people are merged, what they were asked and answered becomes one person's; crm/contacts/merging.py."""

from typing import Any

from crm.contacts.merging import Carry, fold, on_merge
from crm.feedback.models import OPEN_STATES, FeedbackRequest
from crm.feedback.services.closing import close
from crm.feedback.services.notices import causes_of
from crm.messaging.models import Communication

REASON = "merged"


def carry_requests(carry: Carry) -> int:
    """All of them become the winner's. One request is open at a time: the winner's own, else the first loser's; the
    others are closed, and their letters withdrawn.
    """
    has_one = carry.rows_of(carry.winner_id).filter(state__in=OPEN_STATES).exists()
    open_ones = list(carry.rows_of_losers().filter(state__in=OPEN_STATES))
    too_many = open_ones if has_one else open_ones[1:]
    _close(carry, too_many)
    keys = list(carry.rows_of_losers().values_list("pk", flat=True))
    return carry.give(keys)


def _close(carry: Carry, requests: list[FeedbackRequest]) -> None:
    causes = [cause for request in requests for cause in causes_of(request.pk)]
    letters = list(Communication.objects.filter(cause__in=causes).values_list("pk", flat=True))
    ids = [request.pk for request in requests]
    with carry.watching(FeedbackRequest, ids), carry.watching(Communication, letters):
        for request in requests:
            close(request, REASON)


def keep_later(kept: Any, lost: Any) -> None:
    """What was said last, by whichever of them."""
    if lost.answered_at > kept.answered_at:
        kept.scale, kept.rating, kept.score = lost.scale, lost.rating, lost.score
        kept.answered_at = lost.answered_at


on_merge("feedback.FeedbackRequest.customer", carry_requests)
on_merge("feedback.LastFeedback.customer", fold(keep_later))
