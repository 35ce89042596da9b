"""What people decide about marketing to them, from a link in a message: no sign-in, no more than the link's own."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from crm.kernel.addresses import email_key, phone_key
from crm.kernel.events import record
from crm.kernel.tenancy import ScopedQuerySet
from crm.kernel.transactions import atomic
from crm.messaging.errors import CommunicationNotFound
from crm.messaging.events import MessageUnsubscribed
from crm.messaging.governor import ADDRESS_KINDS
from crm.messaging.models import Communication, MessageChannel, Reason, Suppression
from crm.messaging.recipients import Recipient, as_they_are_now
from crm.messaging.selectors import communication_with, suppressions_of
from crm.messaging.services.suppression import lift_suppression, suppress


@dataclass(frozen=True, slots=True)
class Preference:
    """Whether marketing may come by one channel. `opted_out`: staff or the person's account say no already."""

    channel: str
    address: str
    allowed: bool
    opted_out: bool


@atomic
def unsubscribe(*, communication_id: UUID) -> Communication:
    """No more marketing to the address of this message (RFC 8058); a second time changes nothing.

    Raises CommunicationNotFound.
    """
    message = _with_an_address(communication_id)
    _refuse(message, message.channel, message.recipient)
    return message


@atomic
def choose_channels(*, communication_id: UUID, allowed: Collection[str]) -> None:
    """Marketing may come by these channels and by no other. Only what an unsubscription stopped is let in again: a
    bounce or complaint stays. Raises CommunicationNotFound.
    """
    message = _with_an_address(communication_id)
    for preference in preferences_of(message):
        if preference.channel not in allowed:
            _refuse(message, preference.channel, preference.address)
        elif not preference.allowed:
            for entry in list(_unsubscriptions(preference.channel, preference.address)):
                lift_suppression(suppression_id=entry.pk)


def _with_an_address(communication_id: UUID) -> Communication:
    """Raises CommunicationNotFound, for messages in the app and on devices, too, which bear no such link."""
    message = communication_with(communication_id)
    if message.channel not in ADDRESS_KINDS:
        raise CommunicationNotFound
    return message


def preferences_of(message: Communication) -> list[Preference]:
    """What stands now, for the address of this message and for the other one of the same person, if they have one."""
    person = _person(message)
    addresses = {channel: person.address_for(channel) for channel in ADDRESS_KINDS} | {
        message.channel: message.recipient
    }
    return [
        Preference(channel, address, not _unsubscriptions(channel, address).exists(), _says_no(person, channel))
        for channel, address in addresses.items()
        if address
    ]


def _says_no(person: Recipient, channel: str) -> bool:
    return person.refuses_marketing or person.opted_out_of(channel)


def _person(message: Communication) -> Recipient:
    kind, person = ("contact", message.contact_id) if message.contact_id else ("lead", message.lead_id)
    people = (as_they_are_now(kind, [person]) if person else None) or {}
    return people.get(person, Recipient()) if person else Recipient()


def _unsubscriptions(channel: str, address: str) -> ScopedQuerySet[Suppression]:
    if channel == MessageChannel.EMAIL:
        return suppressions_of(email_key=email_key(address)).filter(reason=Reason.UNSUBSCRIBE)
    return suppressions_of(phone_key=phone_key(address)).filter(reason=Reason.UNSUBSCRIBE)


def _refuse(message: Communication, channel: str, address: str) -> None:
    if _unsubscriptions(channel, address).exists():
        return
    suppress(channel=ADDRESS_KINDS[channel], address=address, reason=Reason.UNSUBSCRIBE)
    record(
        MessageUnsubscribed(
            communication_id=message.pk, contact_id=str(message.contact_id or ""), lead_id=str(message.lead_id or ""),
            channel=channel,
        )
    )  # fmt: skip
