from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kernel.events import DomainEvent, not_kept


@dataclass(frozen=True)
class MemberRegistered(DomainEvent):
    name: ClassVar[str] = "member.registered"
    about: ClassVar[str] = "contact"
    contact_id: UUID


@dataclass(frozen=True)
class MembersRegistered(DomainEvent):
    """One event for a whole batch of `count` members."""

    name: ClassVar[str] = "members.registered"
    about: ClassVar[str] = "batch"
    batch_id: UUID
    count: int
    contact_ids: tuple[UUID, ...] = not_kept(())


@dataclass(frozen=True)
class MembersLeft(DomainEvent):
    """One event for a whole batch of `count` members."""

    name: ClassVar[str] = "members.left"
    about: ClassVar[str] = "batch"
    batch_id: UUID
    count: int


@dataclass(frozen=True)
class MemberLeft(DomainEvent):
    name: ClassVar[str] = "member.left"
    about: ClassVar[str] = "contact"
    contact_id: UUID
