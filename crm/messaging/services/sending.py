"""Messages leave: taken one at a time, marked before anything is handed over, and marked again after (reliability O4).

Between the two marks a crash leaves a row SENDING. When its lease is over nobody knows whether it left: it becomes
UNKNOWN and is not sent again, unless it is transactional mail, which may arrive twice under the same Message-ID.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from crm.kernel.clock import now
from crm.kernel.errors import DomainError
from crm.kernel.events import record
from crm.kernel.locks import hold_names
from crm.kernel.tenancy import Mode, ScopedQuerySet, current_scope
from crm.kernel.transactions import atomic
from crm.messaging.channels import Channel, Refused, Uncertain, Unreachable
from crm.messaging.channels.devices import DeviceChannel, InAppChannel
from crm.messaging.channels.email import EmailChannel
from crm.messaging.channels.outbox import FilePush, FileSms
from crm.messaging.events import Ending, MessageFailed, MessageSent, MessageSkipped, MessageUnknown
from crm.messaging.governor import (
    Defer,
    Rules,
    Send,
    Skip,
    Verdict,
    keys_of,
    known_about,
    patiently,
    rules_of_scope,
    verdict,
)
from crm.messaging.models import Channel as AddressKind
from crm.messaging.models import Communication, MessageChannel, MessageClass, MessageState, Reason
from crm.messaging.models.communication import ACCEPTED, LEASE
from crm.messaging.recipients import Recipient, as_they_are_now
from crm.messaging.selectors import default_sender
from crm.messaging.services.letters import letter_for, message_id_of
from crm.messaging.services.notices import arrival_of
from crm.messaging.services.suppression import suppress

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 6
FIRST_WAIT = timedelta(seconds=30)
RESCUED_AT_ONCE = 200
# The mailbox does not exist: the only refusals that say so beyond doubt (RFC 3463).
_NO_SUCH_MAILBOX = re.compile(r"55\d[ -]5\.1\.(?:1|10)\b")
_ENDINGS: dict[MessageState, Ending] = {
    MessageState.SENT: MessageSent, MessageState.CAPTURED: MessageSent, MessageState.FAILED: MessageFailed,
    MessageState.SKIPPED: MessageSkipped, MessageState.UNKNOWN: MessageUnknown,
}  # fmt: skip
_WAYS: dict[str, Callable[[], Channel]] = {
    MessageChannel.EMAIL: EmailChannel, MessageChannel.SMS: FileSms, MessageChannel.INAPP: InAppChannel,
    MessageChannel.DEVICE: lambda: DeviceChannel(FilePush()),
}  # fmt: skip
# There is nothing but the outbox for these yet (docs/messaging.md).
_WITHOUT_PROVIDER = frozenset({MessageChannel.SMS, MessageChannel.DEVICE})


class Taken(NamedTuple):
    """A due message that was judged: `leaves` when it is marked SENDING and is to be delivered."""

    message: Communication
    leaves: bool


class Ways:
    """The channels of one run, opened when they are needed. After a provider was unreachable, `is_down`."""

    def __init__(self) -> None:
        self._open: dict[str, Channel] = {}
        self.is_down = False

    def to(self, channel: str) -> Channel:
        """Raises Refused where no provider is configured."""
        if channel in _WITHOUT_PROVIDER and not settings.SMS_INTO_OUTBOX:
            raise Refused("no_provider")
        if channel not in self._open:
            self._open[channel] = _WAYS[channel]()
        return self._open[channel]

    def close(self) -> None:
        for way in self._open.values():
            way.close()


def send_due(*, limit: int = 100) -> int:
    """Send what is due in the open scope; how many messages were looked at. Never inside a transaction: what leaves
    cannot be undone with it.
    """
    ways, rules, number = Ways(), rules_of_scope(), 0
    with transaction.atomic(durable=True):
        rescue_abandoned()
    try:
        while number < limit and not ways.is_down:
            with transaction.atomic(durable=True):
                taken = take_next(rules)
            if taken is None:
                break
            if taken.leaves:
                with transaction.atomic(durable=True):
                    deliver(taken.message, ways, rules)
            number += 1
    finally:
        ways.close()
    return number


@atomic
def take_next(rules: Rules) -> Taken | None:
    """Judge the next message that is due; None when none is. To be committed before `deliver`.

    Transactional messages come first. Two senders never take the same one, nor two of one person at once.
    """
    message = _next_due()
    if message is None:
        return None
    decided = _decided(message, rules)
    if isinstance(decided, Skip):
        _end(message, MessageState.SKIPPED, decided.reason)
    elif isinstance(decided, Defer):
        Communication.objects.filter(pk=message.pk).update(due_at=decided.until, reason=decided.reason)
    else:
        message.state, message.attempts, message.sent_at = MessageState.SENDING, message.attempts + 1, now()
        message.provider_message_id = message_id_of(message)
        Communication.objects.filter(pk=message.pk).update(
            state=message.state, attempts=message.attempts, sent_at=message.sent_at, reason="",
            provider_message_id=message.provider_message_id, claimed_until=Now() + LEASE,
        )  # fmt: skip
    return Taken(message, isinstance(decided, Send))


@atomic
def deliver(message: Communication, ways: Ways, rules: Rules) -> None:
    """Hand over a message that was taken, and write down what became of it; whatever it is, no other suffers."""
    if current_scope().tenant.mode == Mode.TEST:
        _end(message, MessageState.CAPTURED)
        return
    try:
        letter = letter_for(message, default_sender(message.channel), rules)
        ways.to(message.channel).send(letter)
    except DomainError as error:
        _end(message, MessageState.FAILED, error.code)
    except Refused as refusal:
        _end(message, MessageState.FAILED, str(refusal))
        _note_bounce(message, str(refusal))
    except Unreachable as fault:
        ways.is_down = True
        _put_off(message, str(fault))
    except Uncertain as fault:
        _leave_open(message, str(fault))
    else:
        _end(message, MessageState.SENT)


@atomic
def give_back(message: Communication) -> None:
    """A message that was taken and certainly not handed over is due again."""
    _drop_if_withdrawn(message)
    _mine(message).update(state=MessageState.QUEUED, claimed_until=None, sent_at=None, attempts=message.attempts - 1)


@atomic
def rescue_abandoned() -> int:
    """Decide about messages whose sender died; how many they were."""
    abandoned = _free().filter(state=MessageState.SENDING, claimed_until__lt=Now())
    rows = list(abandoned.order_by("claimed_until")[:RESCUED_AT_ONCE])
    for message in rows:
        _leave_open(message, "sender_lost")
    return len(rows)


def _free() -> ScopedQuerySet[Communication]:
    """Rows locked until the transaction ends; those that another sender has are passed over."""
    return Communication.objects.for_update(skip_locked=True)


def _next_due() -> Communication | None:
    for message_class in (MessageClass.TRANSACTIONAL, MessageClass.MARKETING):
        due = _free().filter(state=MessageState.QUEUED, message_class=message_class, due_at__lte=now())
        if message := due.order_by("due_at", "id").first():
            return message
    return None


def _decided(message: Communication, rules: Rules) -> Verdict:
    """Every gate again, with what is true now; the caps of one person are counted by one sender at a time."""
    recipient = _recipient_now(message)
    if recipient is None:
        return Skip("gone")
    if message.is_marketing:
        hold_names(*(f"sends:{key}" for key in keys_of(recipient)))
    known = known_about([recipient], now(), rules)
    decided = verdict(recipient, message.channel, message.message_class, now(), known)
    return patiently(decided, message.message_class, message.wanted_at, now())


def _recipient_now(message: Communication) -> Recipient | None:
    """As the apps that know people say, at the address that was asked for; None for marketing to who is gone."""
    kind, person = ("contact", message.contact_id) if message.contact_id else ("lead", message.lead_id)
    people = as_they_are_now(kind, [person]) if person else None
    recipient = Recipient(timezone=message.timezone)
    if people is not None and person is not None:
        if person not in people and message.is_marketing:
            return None
        recipient = people.get(person, recipient)
    zone = recipient.timezone or message.timezone
    recipient = replace(recipient, timezone=zone)
    if message.channel == MessageChannel.EMAIL:
        return replace(recipient, email=message.recipient)
    # In the app and on devices they are reached as who they are.
    return replace(recipient, phone=message.recipient) if message.channel == MessageChannel.SMS else recipient


def _mine(message: Communication) -> ScopedQuerySet[Communication]:
    """The row, as long as nobody has decided about this very attempt."""
    return Communication.objects.filter(pk=message.pk, state=MessageState.SENDING, attempts=message.attempts)


def _end(message: Communication, state: MessageState, reason: str = "") -> None:
    """The last word about a message; that it was sent is true whatever was believed meanwhile."""
    rows = _mine(message)
    if state in ACCEPTED:
        rows = Communication.objects.filter(pk=message.pk).exclude(state__in=ACCEPTED)
    elif state == MessageState.SKIPPED:
        rows = Communication.objects.filter(pk=message.pk, state=MessageState.QUEUED)
    sent_at = message.sent_at if state in ACCEPTED else None
    reason = reason[:200]
    arrived = arrival_of(message) if state in ACCEPTED else {}
    if rows.update(
        state=state, reason=reason, sent_at=sent_at, claimed_until=None, sealed="", wrapped_key="", **arrived
    ):
        record(
            _ENDINGS[state](
                communication_id=message.pk, contact_id=str(message.contact_id or ""),
                lead_id=str(message.lead_id or ""), channel=message.channel, cause=message.cause, reason=reason,
            )
        )  # fmt: skip


def _put_off(message: Communication, reason: str) -> None:
    """Due again later, a little later each time; after the last attempt it has failed."""
    if message.attempts >= MOST_ATTEMPTS:
        _end(message, MessageState.FAILED, reason)
        return
    _drop_if_withdrawn(message)
    wait = FIRST_WAIT * 4 ** (message.attempts - 1)
    _mine(message).update(
        state=MessageState.QUEUED, reason=reason[:200], due_at=now() + wait, claimed_until=None, sent_at=None
    )
    log.warning("message_put_off", id=str(message.pk), attempts=message.attempts)


def _drop_if_withdrawn(message: Communication) -> None:
    """What is being sent has no reason, unless somebody wanted it back meanwhile (withdraw_messages)."""
    rows = _mine(message).exclude(reason="")
    rows.update(state=MessageState.SKIPPED, claimed_until=None, sent_at=None, sealed="", wrapped_key="")


def _leave_open(message: Communication, reason: str) -> None:
    """Nobody knows whether it left: account mail may arrive twice, everything else rather not at all."""
    if message.channel == MessageChannel.EMAIL and not message.is_marketing:
        _put_off(message, reason)
    else:
        _end(message, MessageState.UNKNOWN, reason)


def _note_bounce(message: Communication, answer: str) -> None:
    if message.channel == MessageChannel.EMAIL and _NO_SUCH_MAILBOX.match(answer):
        suppress(channel=AddressKind.EMAIL, address=message.recipient, reason=Reason.BOUNCE, note=answer[:200])
