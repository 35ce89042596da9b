from uuid import UUID

from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.messaging.errors import CommunicationNotFound, MayArriveTwice, NotToBeSentAgain, TextIsGone
from crm.messaging.events import MessageSentAgain
from crm.messaging.models import Communication, MessageState
from crm.messaging.rendering import SECRET


@atomic
def send_again(*, communication_id: UUID, may_arrive_twice: bool = False) -> Communication:
    """A message that failed is due again, as if it were asked for now: it passes all gates anew. One whose fate is
    unknown is so only for who says that it `may_arrive_twice`.

    Raises CommunicationNotFound, NotToBeSentAgain, MayArriveTwice, TextIsGone.
    """
    message = Communication.objects.for_update().filter(pk=communication_id).first()
    if message is None:
        raise CommunicationNotFound
    _ensure_may_leave(message, may_arrive_twice=may_arrive_twice)
    before = message.state
    if before == MessageState.FAILED:
        # Of a message that may have left, the former sender may yet come back and tell: by the number of its attempt.
        message.attempts = 0
    message.state, message.reason = MessageState.QUEUED, ""
    message.wanted_at = message.due_at = now()
    message.claimed_until = message.sent_at = None
    message.save(update_fields=["state", "reason", "attempts", "wanted_at", "due_at", "claimed_until", "sent_at"])
    about = {"contact_id": str(message.contact_id or ""), "lead_id": str(message.lead_id or "")}
    record(MessageSentAgain(communication_id=message.pk, **about), changes={"state": (before, message.state)})
    return message


def _ensure_may_leave(message: Communication, *, may_arrive_twice: bool) -> None:
    if message.state not in (MessageState.FAILED, MessageState.UNKNOWN):
        raise NotToBeSentAgain
    if not message.content or SECRET in message.content or SECRET in message.subject:
        raise TextIsGone
    if message.state == MessageState.UNKNOWN and not may_arrive_twice:
        raise MayArriveTwice
