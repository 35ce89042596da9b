"""What happens to people: they become known, change, are merged, and what is noted of them."""

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
class CustomersTakenBack(DomainEvent):
    """An import was undone: how many customers of each day are gone again. Who they were is told, but not kept."""

    name: ClassVar[str] = "customers.taken_back"
    about: ClassVar[str] = "batch"
    batch_id: UUID
    per_day: dict[str, int]
    contact_ids: tuple[UUID, ...] = not_kept(())


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
class ContactMerged(DomainEvent):
    """`loser_ids` are no more; what was theirs is the contact's."""

    name: ClassVar[str] = "contact.merged"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    merge_id: UUID
    loser_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class ContactUnmerged(DomainEvent):
    """`loser_ids` are back; what was changed since the merge stayed with the contact."""

    name: ClassVar[str] = "contact.unmerged"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    merge_id: UUID
    loser_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class PairDismissed(DomainEvent):
    """Somebody said that two contacts are two people."""

    name: ClassVar[str] = "duplicate.dismissed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    other_id: UUID


@dataclass(frozen=True)
class InteractionAdded(DomainEvent):
    """Something that happened with a customer was noted."""

    name: ClassVar[str] = "interaction.added"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    interaction_id: UUID
    type: str


@dataclass(frozen=True)
class InteractionChanged(DomainEvent):
    """What was noted, or that its next action is done."""

    name: ClassVar[str] = "interaction.changed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    interaction_id: UUID


@dataclass(frozen=True)
class InteractionRemoved(DomainEvent):
    name: ClassVar[str] = "interaction.removed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    interaction_id: UUID


@dataclass(frozen=True)
class InteractionsCarriedOver(DomainEvent):
    """What was said with somebody before they were a customer is the customer's, too."""

    name: ClassVar[str] = "interactions.carried_over"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    number: int
