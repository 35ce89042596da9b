"""The letters that ask: what they say where staff have not written them, and how they are asked for."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.contacts.selectors import recipients_with
from crm.feedback.models import FeedbackChannel, FeedbackRequest
from crm.feedback.selectors import questions
from crm.feedback.services.links import address_of
from crm.kernel.locks import hold_names
from crm.messaging.models import Communication, MessageClass, Template
from crm.messaging.recipients import Outgoing
from crm.messaging.selectors import sending_settings
from crm.messaging.services import ensure_template, queue_messages, withdraw_messages

# Channels on which we write ourselves; by the others somebody else hands over the link.
WRITTEN = (FeedbackChannel.EMAIL, FeedbackChannel.SMS)
MOST_REMINDERS = 2
_CAUSE = "feedback"


class _Wording(NamedTuple):
    key: str
    name: Any
    subject: str
    body: str


_FIRST_MAIL = """<p>Hello {{ first_name }},</p>
<p>{{ text }}</p>
<p><a href="{{ link }}">Give your answer</a></p>
<p>It takes half a minute, and a person reads it.</p>
<p>Thank you,<br>{{ organisation }}</p>"""
_REMINDER_MAIL = """<p>Hello {{ first_name }},</p>
<p>some days ago we asked you something, and your answer would help us:</p>
<p>{{ text }}</p>
<p><a href="{{ link }}">Give your answer</a></p>
<p>Thank you,<br>{{ organisation }}</p>"""
# By channel, the letter that asks and the one that reminds.
_WORDINGS: Mapping[str, tuple[_Wording, _Wording]] = {
    FeedbackChannel.EMAIL: (
        _Wording("feedback_request", _("Feedback: request"), "How did {{ organisation }} do?", _FIRST_MAIL),
        _Wording("feedback_reminder", _("Feedback: reminder"), "Would you still tell us how we did?", _REMINDER_MAIL),
    ),
    FeedbackChannel.SMS: (
        _Wording("feedback_request_sms", _("Feedback: request by SMS"), "",
                 "{{ organisation }}: {{ text }} {{ link }}"),
        _Wording("feedback_reminder_sms", _("Feedback: reminder by SMS"), "",
                 "{{ organisation }} asked you: {{ text }} Your answer would help us: {{ link }}"),
    ),
}  # fmt: skip


def write_to(requests: Sequence[FeedbackRequest], tokens: Mapping[UUID, str]) -> list[Communication | None]:
    """Ask for a letter to each, with a link made of its token; None for who is gone. The requests are of one channel,
    and either asked for the first time or reminded.

    The letter that asks is number 0, reminders are 1 and 2, as `request.reminders` says: each leaves once, whoever
    asks for it. Raises NothingPublished for a wording that staff have not published.
    """
    people = recipients_with([request.customer_id for request in requests])
    template, asked, base = _template_for(requests[0]), questions(), sending_settings().link_base
    batch = [
        Outgoing(
            people[request.customer_id], causes_of(request.pk)[request.reminders], template,
            values={"text": asked[request.scale]}, secrets={"link": address_of(tokens[request.pk], base)},
        )
        for request in requests
        if request.customer_id in people
    ]  # fmt: skip
    letters = iter(queue_messages(batch=batch) if batch else [])
    return [next(letters) if request.customer_id in people else None for request in requests]


def withdraw_letters(requests: Sequence[FeedbackRequest], reason: str) -> None:
    """What has not left of these requests is not sent any more."""
    written = [request for request in requests if request.channel in WRITTEN]
    if written:
        withdraw_messages(causes=[cause for request in written for cause in causes_of(request.pk)], reason=reason)


def causes_of(feedback_id: UUID) -> list[str]:
    """Why messaging sends the letters of a request, in their order."""
    return [f"{_CAUSE}:{feedback_id}:{number}" for number in range(MOST_REMINDERS + 1)]


def request_asked_by(cause: str) -> UUID | None:
    """The request whose first letter a message of this cause is; None for every other message."""
    kind, _colon, rest = cause.partition(":")
    id_, _colon, number = rest.partition(":")
    return UUID(id_) if (kind, number) == (_CAUSE, "0") else None


def ensure_letters() -> None:
    """The wordings of the mails, for staff to change, where there are none yet."""
    for wording in _WORDINGS[FeedbackChannel.EMAIL]:
        _ensure(wording, FeedbackChannel.EMAIL)


def _template_for(request: FeedbackRequest) -> str:
    """The key of the template, which is made where it is not there."""
    wording = _WORDINGS[request.channel][bool(request.reminders)]
    _ensure(wording, request.channel)
    return wording.key


def _ensure(wording: _Wording, channel: str) -> None:
    if Template.objects.filter(key=wording.key).exists():
        return
    hold_names(f"template {wording.key}")
    ensure_template(
        key=wording.key, name=str(wording.name), subject=wording.subject, body=wording.body, channel=channel,
        message_class=MessageClass.MARKETING,
    )  # fmt: skip
