from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kernel.events import DomainEvent


@dataclass(frozen=True)
class AddressSuppressed(DomainEvent):
    name: ClassVar[str] = "address.suppressed"
    about: ClassVar[str] = "suppression"
    suppression_id: UUID
    channel: str
    reason: str


@dataclass(frozen=True)
class SuppressionLifted(DomainEvent):
    name: ClassVar[str] = "suppression.lifted"
    about: ClassVar[str] = "suppression"
    suppression_id: UUID
    channel: str
    reason: str


@dataclass(frozen=True)
class TemplateDefined(DomainEvent):
    name: ClassVar[str] = "template.defined"
    about: ClassVar[str] = "template"
    template_id: UUID


@dataclass(frozen=True)
class VersionWritten(DomainEvent):
    name: ClassVar[str] = "template.written"
    about: ClassVar[str] = "template"
    template_id: UUID
    version_id: UUID
    locale: str
    number: int


@dataclass(frozen=True)
class VersionPublished(DomainEvent):
    name: ClassVar[str] = "template.published"
    about: ClassVar[str] = "template"
    template_id: UUID
    version_id: UUID
    locale: str
    number: int


@dataclass(frozen=True)
class SenderDefined(DomainEvent):
    name: ClassVar[str] = "sender.defined"
    about: ClassVar[str] = "sender"
    sender_id: UUID


@dataclass(frozen=True)
class SenderRemoved(DomainEvent):
    name: ClassVar[str] = "sender.removed"
    about: ClassVar[str] = "sender"
    sender_id: UUID


@dataclass(frozen=True)
class SendingSettingsChanged(DomainEvent):
    name: ClassVar[str] = "sending_settings.changed"
    about: ClassVar[str] = "sending_settings"
    sending_settings_id: UUID


@dataclass(frozen=True)
class MessagesQueued(DomainEvent):
    """A batch was asked for; `batch_id` is the first message of it, `skipped` those that were refused at once."""

    name: ClassVar[str] = "messages.queued"
    about: ClassVar[str] = "batch"
    batch_id: UUID
    number: int
    skipped: int


@dataclass(frozen=True)
class MessagesWithdrawn(DomainEvent):
    """Messages that had not left yet are not wanted any more; `batch_id` is the first of them."""

    name: ClassVar[str] = "messages.withdrawn"
    about: ClassVar[str] = "batch"
    batch_id: UUID
    number: int
    reason: str


@dataclass(frozen=True)
class Ended:
    """What became of one message. Ids of people are text, empty where nobody is known; so is `reason`."""

    communication_id: UUID
    contact_id: str
    lead_id: str
    channel: str
    cause: str
    reason: str


@dataclass(frozen=True)
class MessageSent(Ended, DomainEvent):
    """It was accepted by the provider, or captured in test mode."""

    name: ClassVar[str] = "message.sent"
    about: ClassVar[str] = "communication"


@dataclass(frozen=True)
class MessageFailed(Ended, DomainEvent):
    name: ClassVar[str] = "message.failed"
    about: ClassVar[str] = "communication"


@dataclass(frozen=True)
class MessageSkipped(Ended, DomainEvent):
    """A gate was closed at the moment of sending."""

    name: ClassVar[str] = "message.skipped"
    about: ClassVar[str] = "communication"


@dataclass(frozen=True)
class MessageUnknown(Ended, DomainEvent):
    """Nobody knows whether it left; it is not sent again."""

    name: ClassVar[str] = "message.unknown"
    about: ClassVar[str] = "communication"


Ending = type[MessageSent | MessageFailed | MessageSkipped | MessageUnknown]


@dataclass(frozen=True)
class MessageUnsubscribed(DomainEvent):
    """The recipient of a message asked for no more of its kind."""

    name: ClassVar[str] = "message.unsubscribed"
    about: ClassVar[str] = "communication"
    communication_id: UUID
    contact_id: str
    lead_id: str
    channel: str


@dataclass(frozen=True)
class MessageSentAgain(DomainEvent):
    """Somebody asked for a message that failed, or whose fate is unknown, to be sent again."""

    name: ClassVar[str] = "message.sent_again"
    about: ClassVar[str] = "communication"
    communication_id: UUID
    contact_id: str
    lead_id: str


@dataclass(frozen=True)
class CameBack:
    """A mail came back to a message. Ids of people are text, empty where nobody is known."""

    communication_id: UUID
    incoming_id: UUID
    contact_id: str
    lead_id: str


@dataclass(frozen=True)
class MessageReplied(CameBack, DomainEvent):
    """A person answered."""

    name: ClassVar[str] = "message.replied"
    about: ClassVar[str] = "communication"


@dataclass(frozen=True)
class MessageAutoReplied(CameBack, DomainEvent):
    """A machine answered; nothing follows from it."""

    name: ClassVar[str] = "message.auto_replied"
    about: ClassVar[str] = "communication"


@dataclass(frozen=True)
class MessageBounced(CameBack, DomainEvent):
    """It was not delivered; `permanent` when there is no such mailbox, which is then suppressed."""

    name: ClassVar[str] = "message.bounced"
    about: ClassVar[str] = "communication"
    permanent: bool


@dataclass(frozen=True)
class MessageComplained(CameBack, DomainEvent):
    """The recipient called it spam; the address is suppressed."""

    name: ClassVar[str] = "message.complained"
    about: ClassVar[str] = "communication"


@dataclass(frozen=True)
class MessageMarked(DomainEvent):
    """The person looked at it or put it away, or took it back from there; how it stands now."""

    name: ClassVar[str] = "message.marked"
    about: ClassVar[str] = "communication"
    communication_id: UUID
    contact_id: UUID
    viewed: bool
    archived: bool


@dataclass(frozen=True)
class MessageRemoved(DomainEvent):
    """The person wants to see it no more; staff still do."""

    name: ClassVar[str] = "message.removed"
    about: ClassVar[str] = "communication"
    communication_id: UUID
    contact_id: UUID


@dataclass(frozen=True)
class NoticesViewed(DomainEvent):
    """The person has looked at all their notices at once."""

    name: ClassVar[str] = "notices.viewed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    number: int
