"""The one gate that every message passes, when it is asked for and again at the moment it would leave (semantics §3.8).

`known_about` reads what the gates need to know, of any number of recipients at once; `verdict` decides.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from crm.messaging.models import Channel, Communication, MessageChannel, MessageClass, Reason, SendingSettings
from crm.messaging.models.communication import COUNTED
from crm.messaging.models.settings import WEEK
from crm.messaging.recipients import Recipient
from crm.messaging.selectors import entries_about, sending_settings
from crm.messaging.windows import first_free, next_open
from crm.organisations.models import Organisation
from crm.organisations.selectors import organisation_of_scope

# A message deferred for longer than this says nothing that anybody still wants to hear.
PATIENCE = timedelta(hours=72)
ADDRESS_KINDS = {MessageChannel.EMAIL.value: Channel.EMAIL.value, MessageChannel.SMS.value: Channel.PHONE.value}


@dataclass(frozen=True, slots=True)
class Send:
    """It may leave."""


@dataclass(frozen=True, slots=True)
class Defer:
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Skip:
    reason: str


Verdict = Send | Defer | Skip


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for everybody in the open scope."""

    organisation: Organisation
    settings: SendingSettings


@dataclass(frozen=True, slots=True)
class Known:
    """`suppressed` by kind and key of an address; `sent` marketing of the last week, by key: (channel, moment)."""

    rules: Rules
    suppressed: Mapping[tuple[str, str], set[str]]
    sent: Mapping[str, list[tuple[str, datetime]]]


def rules_of_scope() -> Rules:
    return Rules(organisation_of_scope(), sending_settings())


def keys_of(recipient: Recipient) -> list[str]:
    """What the recipient's addresses are compared by."""
    return list({key: None for channel in MessageChannel.values if (key := recipient.key_for(channel))})


def known_about(recipients: Iterable[Recipient], now: datetime, rules: Rules | None = None) -> Known:
    """What the gates need to know about these recipients; two statements, however many they are, and the rules."""
    keys = {key for recipient in recipients for key in keys_of(recipient)}
    suppressed: dict[tuple[str, str], set[str]] = defaultdict(set)
    for kind, key, reason in entries_about(keys):
        suppressed[kind, key].add(reason)
    sent: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    counted = Communication.objects.filter(
        recipient_key__in=keys, message_class=MessageClass.MARKETING, state__in=COUNTED, sent_at__gt=now - WEEK
    )
    for key, channel, moment in counted.values_list("recipient_key", "channel", "sent_at"):
        if moment is not None:
            sent[key].append((channel, moment))
    return Known(rules or rules_of_scope(), suppressed, sent)


def verdict(
    recipient: Recipient, channel: str, message_class: str, now: datetime, known: Known | None = None
) -> Verdict:
    """Whether a message may leave at `now`, or from when, or never. `known` is read when it is not given."""
    known = known or known_about([recipient], now)
    key = recipient.key_for(channel)
    if not key:
        return Skip("no_device" if channel == MessageChannel.DEVICE else "no_address")
    reasons = known.suppressed.get((ADDRESS_KINDS.get(channel, ""), key), set())
    hard = sorted(reasons - {Reason.UNSUBSCRIBE})
    if hard:
        return Skip(hard[0])
    if message_class == MessageClass.TRANSACTIONAL:
        return Send()
    if reasons:
        return Skip(Reason.UNSUBSCRIBE.value)
    if recipient.refuses_marketing:
        return Skip("no_consent")
    if recipient.opted_out_of(channel):
        return Skip("opted_out")
    return _when(recipient, channel, now, known)


def patiently(decided: Verdict, message_class: str, wanted_at: datetime, now: datetime) -> Verdict:
    """The verdict, unless marketing would leave more than 72 hours after it was first due: then it is stale."""
    leaves_at = decided.until if isinstance(decided, Defer) else now
    if isinstance(decided, Skip) or message_class == MessageClass.TRANSACTIONAL or leaves_at - wanted_at <= PATIENCE:
        return decided
    return Skip("stale")


def _when(recipient: Recipient, channel: str, now: datetime, known: Known) -> Verdict:
    settings = known.rules.settings
    sent = [pair for key in keys_of(recipient) for pair in known.sent.get(key, [])] if known.sent else []
    free = first_free(now, [moment for via, moment in sent if via == channel], settings.caps_of(channel))
    free = free and first_free(free, [moment for _via, moment in sent], settings.caps_of_all)
    if free is None:
        return Skip("frequency_cap")
    zone = zone_of(recipient, known.rules.organisation)
    opens = next_open(free, zone, settings.quiet_from, settings.quiet_until)
    if opens <= now:
        return Send()
    return Defer(opens, "frequency_cap" if free > now else "quiet_hours")


def zone_of(recipient: Recipient, organisation: Organisation) -> ZoneInfo:
    """The recipient's zone; the organisation's when theirs is empty or no zone."""
    with suppress(KeyError, ValueError, OSError):
        if recipient.timezone:
            return ZoneInfo(recipient.timezone)
    return ZoneInfo(organisation.zone)
