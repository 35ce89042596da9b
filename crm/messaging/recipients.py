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

    def address_for(self, channel: str) -> str:
        return {"email": self.email, "sms": self.phone}.get(channel, "")

    def key_for(self, channel: str) -> str:
        """What the address is compared by, here and on the suppression list; "" when there is none."""
        return email_key(self.email) if channel == "email" else phone_key(self.phone) if channel == "sms" else ""

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


# The people with these ids as they are now, by id; who is gone is missing.
People = Callable[[Sequence[UUID]], Mapping[UUID, Recipient]]

_people: dict[str, People] = {}


def register_people(kind: str, people: People) -> None:
    """Say how to read the people of one kind (`contact`, `lead`) anew, inside the open scope; called at start."""
    _people[kind] = people


def as_they_are_now(kind: str, ids: Sequence[UUID]) -> Mapping[UUID, Recipient] | None:
    """The people with these ids by id, or None when nobody has said how to read that kind."""
    return _people[kind](ids) if kind in _people else None
