from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kernel.events import DomainEvent, not_kept


@dataclass(frozen=True)
class ContactCreated(DomainEvent):
    """A person who is no customer, known from a listing."""

    name: ClassVar[str] = "contact.created"
    about: ClassVar[str] = "contact"
    contact_id: UUID


@dataclass(frozen=True)
class ContactUpdated(DomainEvent):
    """The person's or the customer's fields changed, through whichever API."""

    name: ClassVar[str] = "contact.updated"
    about: ClassVar[str] = "contact"
    contact_id: UUID


@dataclass(frozen=True)
class ContactDeleted(DomainEvent):
    name: ClassVar[str] = "contact.deleted"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    was_customer: bool
    customer_since: str | None


@dataclass(frozen=True)
class CustomerCreated(DomainEvent):
    """`promoted` when the person was known before, from a listing. `day` is the customer's first, in UTC."""

    name: ClassVar[str] = "customer.created"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    promoted: bool
    day: str


@dataclass(frozen=True)
class CustomersLoaded(DomainEvent):
    """One event for a whole batch: how many customers began on each day. Whose they are is told, but not kept."""

    name: ClassVar[str] = "customers.loaded"
    about: ClassVar[str] = "batch"
    batch_id: UUID
    per_day: dict[str, int]
    contact_ids: tuple[UUID, ...] = not_kept(())


@dataclass(frozen=True)
class IdentityAdded(DomainEvent):
    name: ClassVar[str] = "identity.added"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    identity_id: UUID
    provider: str


@dataclass(frozen=True)
class IdentityRemoved(DomainEvent):
    name: ClassVar[str] = "identity.removed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    identity_id: UUID
    provider: str


@dataclass(frozen=True)
class DocumentKept(DomainEvent):
    name: ClassVar[str] = "document.kept"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    kind: str


@dataclass(frozen=True)
class DocumentRevealed(DomainEvent):
    """Somebody read a document's number in clear."""

    name: ClassVar[str] = "document.revealed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    kind: str


@dataclass(frozen=True)
class MemberSignedIn(DomainEvent):
    name: ClassVar[str] = "member.signed_in"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    session_id: UUID
