"""Mail that came back is kept beside the message it is about, once, and tells whoever wants to know.

Whoever got a message knows its Message-ID and can answer in its name, and so can those who carried it. That reaches as
far as the person it was sent to: the address that is suppressed is the message's own, never one from the mail.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Any
from uuid import UUID

from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.tenancy import Tenant
from crm.kernel.transactions import atomic
from crm.messaging.errors import CommunicationNotFound
from crm.messaging.events import MessageAutoReplied, MessageBounced, MessageComplained, MessageReplied
from crm.messaging.incoming import Mail, understand
from crm.messaging.models import Channel, Communication, Incoming, IncomingKind, Reason
from crm.messaging.selectors import mailed_message
from crm.messaging.services.suppression import suppress

OpenScope = Callable[[Tenant], AbstractContextManager[object]]


class Receipt(StrEnum):
    """What became of a mail: REPEATED was taken before, UNKNOWN is about no message of ours."""

    TAKEN = "taken"
    REPEATED = "repeated"
    UNKNOWN = "unknown"


def receive_mail(*, raw: bytes, scope: OpenScope) -> Receipt:
    """Take in one mail as it came, whoever sent it. Which tenant's it is, the message says that it is about; `scope`
    is the entrance's own way to open one. Raises UnreadableMail.
    """
    mail = understand(raw)
    found = mailed_message(mail.about)
    if found is None:
        return Receipt.UNKNOWN
    tenant, communication_id = found
    with scope(tenant):
        return Receipt.TAKEN if note_incoming(mail=mail, communication_id=communication_id) else Receipt.REPEATED


@atomic
def note_incoming(*, mail: Mail, communication_id: UUID) -> bool:
    """Keep a mail about a message, and do what follows; False when it was kept before. Raises CommunicationNotFound."""
    message = Communication.objects.filter(pk=communication_id).first()
    if message is None:
        raise CommunicationNotFound
    row = Incoming(
        communication=message, kind=mail.kind, sender=mail.sender, subject=mail.subject, text=mail.text,
        status=mail.status, message_id=mail.message_id, received_at=now(),
    )  # fmt: skip
    Incoming.objects.bulk_create([row], ignore_conflicts=True)
    if not Incoming.objects.filter(pk=row.pk).exists():
        return False
    _follow(mail, message, row)
    return True


def _follow(mail: Mail, message: Communication, row: Incoming) -> None:
    about: dict[str, Any] = {
        "communication_id": message.pk, "incoming_id": row.pk, "contact_id": str(message.contact_id or ""),
        "lead_id": str(message.lead_id or ""),
    }  # fmt: skip
    if mail.kind == IncomingKind.REPLY:
        record(MessageReplied(**about))
    elif mail.kind == IncomingKind.AUTO_REPLY:
        record(MessageAutoReplied(**about))
    elif mail.kind == IncomingKind.COMPLAINT:
        suppress(channel=Channel.EMAIL, address=message.recipient, reason=Reason.COMPLAINT, note=mail.subject[:200])
        record(MessageComplained(**about))
    else:
        if mail.nobody_there:
            suppress(channel=Channel.EMAIL, address=message.recipient, reason=Reason.BOUNCE, note=mail.status)
        record(MessageBounced(**about, permanent=mail.nobody_there))
