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
