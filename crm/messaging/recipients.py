"""Who a message is for. Messaging stands low and knows no contacts and no leads: it is handed a `Recipient` value.

What was true when a message was queued may not be when it is sent. The apps that know people say, at start, how to read
them anew (`register_people`); the governor asks again at the moment of sending.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from crm.kernel.addresses import email_key, phone_key


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person at the moment of asking. `locale` is a BCP 47 tag such as `de-AT`, `timezone` an IANA name; either may
    be empty, and then the organisation's counts. Addresses are as kept (`crm.kernel.addresses`). Who refuses marketing
    does so for every channel, whatever the opt-outs say.
    """

    email: str = ""
    phone: str = ""
    contact_id: UUID | None = None
    lead_id: UUID | None = None
    name: str = ""
    locale: str = ""
    timezone: str = ""
    email_opt_out: bool = False
    sms_opt_out: bool = False
    refuses_marketing: bool = False
    has_device: bool = False

    def address_for(self, channel: str) -> str:
        """In the app, and on their devices, a contact is reached by their id."""
        own = str(self.contact_id or "")
        by_channel = {"email": self.email, "sms": self.phone, "inapp": own, "device": own if self.has_device else ""}
        return by_channel.get(channel, "")

    def key_for(self, channel: str) -> str:
        """What the address is compared by, here and on the suppression list; "" when there is none."""
        address = self.address_for(channel)
        return {"email": email_key, "sms": phone_key}.get(channel, str)(address)

    def opted_out_of(self, channel: str) -> bool:
        return {"email": self.email_opt_out, "sms": self.sms_opt_out}.get(channel, False)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message of a batch, by the key of its template or by one version of it that was pinned.

    `cause` names why it is sent, once and for all (`step:<enrolment>:<step>`): the same cause never sends twice.
    `values` fill the template's placeholders; those in `secrets` too, but they are not kept readable in live mode.
    """

    recipient: Recipient
    cause: str
    template_key: str = ""
    version_id: UUID | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PushAddress:
    """A device of a contact: by which push service it is reached, and by which token, which is nobody's to see."""

    serial_number: str
    service: str
    token: str = field(repr=False)


# The people with these ids as they are now, by id; who is gone is missing.
People = Callable[[Sequence[UUID]], Mapping[UUID, Recipient]]

Devices = Callable[[UUID], Sequence[PushAddress]]

_people: dict[str, People] = {}
_devices: Devices | None = None


def register_people(kind: str, people: People) -> None:
    """Say how to read the people of one kind (`contact`, `lead`) anew, inside the open scope; called at start."""
    _people[kind] = people


def as_they_are_now(kind: str, ids: Sequence[UUID]) -> Mapping[UUID, Recipient] | None:
    """The people with these ids by id, or None when nobody has said how to read that kind."""
    return _people[kind](ids) if kind in _people else None


def register_devices(devices: Devices) -> None:
    """Say how to read a contact's devices, with their tokens, inside the open scope; called at start."""
    global _devices
    _devices = devices


def devices_now(contact_id: UUID | None) -> Sequence[PushAddress]:
    """The devices of a contact at the moment of sending."""
    return _devices(contact_id) if _devices is not None and contact_id is not None else ()
