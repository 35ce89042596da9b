"""What people decide for themselves: what may be sent to them, where they go, by what they are reached."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kernel.events import DomainEvent


@dataclass(frozen=True)
class ConsentChanged(DomainEvent):
    """Somebody may be sent more, or less, than before; `topic` is the field of theirs that says so."""

    name: ClassVar[str] = "consent.changed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    consent_entry_id: UUID
    topic: str
    before: str
    after: str


@dataclass(frozen=True)
class OrganisationPreferred(DomainEvent):
    """Where somebody likes best to order, or to be rewarded; the organisation itself, or a merchant of its network."""

    name: ClassVar[str] = "organisation.preferred"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    organisation_id: UUID
    type: str


@dataclass(frozen=True)
class DeviceRegistered(DomainEvent):
    """Messages may be pushed to it: a new one, another token, or one that was somebody else's."""

    name: ClassVar[str] = "device.registered"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    push_device_id: UUID


@dataclass(frozen=True)
class DeviceRemoved(DomainEvent):
    """By its owner, or because it is somebody else's now."""

    name: ClassVar[str] = "device.removed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    push_device_id: UUID


@dataclass(frozen=True)
class OwnEmailAdded(DomainEvent):
    """They say that an address is theirs; it is told nowhere but in its own row."""

    name: ClassVar[str] = "own_email.added"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    own_email_id: UUID


@dataclass(frozen=True)
class OwnEmailChanged(DomainEvent):
    name: ClassVar[str] = "own_email.changed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    own_email_id: UUID
