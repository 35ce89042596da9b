"""What follows from answers, and from what messaging says of the letters that ask."""

from uuid import UUID

from crm.contacts.events import ContactDeleted, CustomersTakenBack
from crm.feedback.events import FeedbackAnswered, FeedbackDetractor, TaxonomyWritten
from crm.feedback.services import read_answers, set_up_feedback
from crm.feedback.services.closing import close_requests_of
from crm.feedback.services.detractors import ask_for_a_call
from crm.feedback.services.notices import request_asked_by
from crm.feedback.services.noticing import note_bounce, note_refusal, note_sent, stop_reminders
from crm.feedback.tasks import reread_all
from crm.insights.services import look_at
from crm.messaging.events import (
    MessageBounced,
    MessageComplained,
    MessageFailed,
    MessageSent,
    MessageSkipped,
    MessageUnsubscribed,
)
from crm.messaging.selectors import communication_with
from crm.organisations.events import OrganisationOpened


def begin_feedback(_event: OrganisationOpened) -> None:
    set_up_feedback()


def read_answer(event: FeedbackAnswered) -> None:
    read_answers(feedback_ids=[event.feedback_id])


def look(event: FeedbackAnswered) -> None:
    """What they said counts for how they are doing, and for where they belong."""
    look_at([event.customer_id])


def call_back(event: FeedbackDetractor) -> None:
    ask_for_a_call(customer_id=event.customer_id, feedback_id=event.feedback_id, due_at=event.call_by)


def read_anew(_event: TaxonomyWritten) -> None:
    reread_all.queue(after="")


def notice_sent(event: MessageSent) -> None:
    feedback_id = request_asked_by(event.cause)
    if feedback_id is not None:
        sent_at = communication_with(event.communication_id).sent_at
        if sent_at is not None:
            note_sent(feedback_id=feedback_id, sent_at=sent_at)


def notice_failed(event: MessageFailed) -> None:
    feedback_id = request_asked_by(event.cause)
    if feedback_id is not None:
        note_bounce(feedback_id=feedback_id)


def notice_skipped(event: MessageSkipped) -> None:
    feedback_id = request_asked_by(event.cause)
    if feedback_id is not None:
        note_refusal(feedback_id=feedback_id, reason=event.reason)


def notice_bounced(event: MessageBounced) -> None:
    feedback_id = request_asked_by(communication_with(event.communication_id).cause)
    if feedback_id is not None and event.permanent:
        note_bounce(feedback_id=feedback_id)


def notice_refused(event: MessageUnsubscribed | MessageComplained) -> None:
    """Whatever message they did not want, they get no reminders."""
    if event.contact_id:
        stop_reminders(customer_ids=[UUID(event.contact_id)])


def close_of_deleted(event: ContactDeleted) -> None:
    close_requests_of([event.contact_id], reason="deleted")


def close_of_taken_back(event: CustomersTakenBack) -> None:
    close_requests_of(event.contact_ids, reason="deleted")


TOGETHER = {
    ContactDeleted: [close_of_deleted],
    CustomersTakenBack: [close_of_taken_back],
}
AFTERWARDS = {
    OrganisationOpened: [begin_feedback],
    FeedbackAnswered: [read_answer, look],
    FeedbackDetractor: [call_back],
    TaxonomyWritten: [read_anew],
    MessageSent: [notice_sent],
    MessageFailed: [notice_failed],
    MessageSkipped: [notice_skipped],
    MessageBounced: [notice_bounced],
    MessageUnsubscribed: [notice_refused],
    MessageComplained: [notice_refused],
}
