"""What the timeline of a person says of feedback: when they were asked, and what they answered."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from crm.contacts.timeline import Entry, Place, latest_before, register_source
from crm.feedback.models import FeedbackRequest, FeedbackState

# At the same moment what was said stands above what was asked: the later name.
ASKED, ANSWERED = "feedback_asked", "feedback_said"
_LABEL = "feedback.FeedbackRequest"


def _asked(contact_id: UUID, before: Place | None, limit: int) -> Iterable[Entry]:
    rows = FeedbackRequest.objects.filter(customer_id=contact_id).exclude(state=FeedbackState.SKIPPED)
    for row in latest_before(rows, ASKED, before, limit, at="created_at"):
        title = _("Asked for feedback: %(scale)s") % {"scale": row.get_scale_display()}
        yield Entry(row.created_at, f"{ASKED}:{row.pk}", title, record=(_LABEL, str(row.pk)))


def _answered(contact_id: UUID, before: Place | None, limit: int) -> Iterable[Entry]:
    rows = FeedbackRequest.objects.filter(customer_id=contact_id, state=FeedbackState.ANSWERED)
    for row in latest_before(rows, ANSWERED, before, limit, at="answered_at"):
        title = _("Gave %(rating)s: %(scale)s") % {"rating": row.rating, "scale": row.get_scale_display()}
        at = row.answered_at or row.created_at
        yield Entry(at, f"{ANSWERED}:{row.pk}", title, row.comment, record=(_LABEL, str(row.pk)))


register_source(ASKED, _asked, grant="crm:feedback:read")
register_source(ANSWERED, _answered, grant="crm:feedback:read")
