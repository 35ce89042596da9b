from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kernel.events import DomainEvent


@dataclass(frozen=True)
class OrganisationOpened(DomainEvent):
    """Recorded once for each of its two modes: what a mode starts with is made in a scope of its own."""

    name: ClassVar[str] = "organisation.opened"
    about: ClassVar[str] = "organisation"
    organisation_id: UUID


@dataclass(frozen=True)
class OrganisationChanged(DomainEvent):
    name: ClassVar[str] = "organisation.changed"
    about: ClassVar[str] = "organisation"
    organisation_id: UUID


@dataclass(frozen=True)
class ClockMoved(DomainEvent):
    """`now` is the new time of test mode, or empty when it is the real one again."""

    name: ClassVar[str] = "test_clock.moved"
    about: ClassVar[str] = "organisation"
    organisation_id: UUID
    now: str


@dataclass(frozen=True)
class StaffAdded(DomainEvent):
    name: ClassVar[str] = "staff.added"
    about: ClassVar[str] = "staff"
    staff_id: UUID
    role: str


@dataclass(frozen=True)
class StaffChanged(DomainEvent):
    name: ClassVar[str] = "staff.changed"
    about: ClassVar[str] = "staff"
    staff_id: UUID


@dataclass(frozen=True)
class KeyIssued(DomainEvent):
    name: ClassVar[str] = "api_key.issued"
    about: ClassVar[str] = "api_key"
    api_key_id: UUID
    prefix: str


@dataclass(frozen=True)
class KeyChanged(DomainEvent):
    name: ClassVar[str] = "api_key.changed"
    about: ClassVar[str] = "api_key"
    api_key_id: UUID


@dataclass(frozen=True)
class KeyRotated(DomainEvent):
    """`api_key_id` is the old key, which works until its new expiry; `successor_id` the one that takes its place."""

    name: ClassVar[str] = "api_key.rotated"
    about: ClassVar[str] = "api_key"
    api_key_id: UUID
    successor_id: UUID


@dataclass(frozen=True)
class KeyRevoked(DomainEvent):
    name: ClassVar[str] = "api_key.revoked"
    about: ClassVar[str] = "api_key"
    api_key_id: UUID


@dataclass(frozen=True)
class CustomFieldDefined(DomainEvent):
    name: ClassVar[str] = "custom_field.defined"
    about: ClassVar[str] = "custom_field"
    custom_field_id: UUID


@dataclass(frozen=True)
class CustomFieldRemoved(DomainEvent):
    name: ClassVar[str] = "custom_field.removed"
    about: ClassVar[str] = "custom_field"
    custom_field_id: UUID


@dataclass(frozen=True)
class StaffSignedIn(DomainEvent):
    name: ClassVar[str] = "staff.signed_in"
    about: ClassVar[str] = "staff"
    staff_id: UUID
    session_id: UUID


@dataclass(frozen=True)
class SessionEnded(DomainEvent):
    """Before its time: by signing out, by staff, or because its refresh token came twice."""

    name: ClassVar[str] = "session.ended"
    about: ClassVar[str] = "session"
    session_id: UUID
    subject_kind: str
    subject: UUID
    because: str


@dataclass(frozen=True)
class SignInUnlocked(DomainEvent):
    """Staff let somebody try again before their time. `sign_in_id` stands for the address that was guessed at; whose
    it is, `subject` says, which is empty when it is nobody's.
    """

    name: ClassVar[str] = "sign_in.unlocked"
    about: ClassVar[str] = "sign_in"
    sign_in_id: str
    subject_kind: str
    subject: str


@dataclass(frozen=True)
class MerchantDefined(DomainEvent):
    name: ClassVar[str] = "merchant.defined"
    about: ClassVar[str] = "merchant"
    merchant_id: UUID
