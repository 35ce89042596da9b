from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kernel.events import DomainEvent


@dataclass(frozen=True)
class TierDefined(DomainEvent):
    name: ClassVar[str] = "tier.defined"
    about: ClassVar[str] = "tier"
    tier_id: UUID


@dataclass(frozen=True)
class TierChanged(DomainEvent):
    """A member holds another tier. `from_slug` is None for their first."""

    name: ClassVar[str] = "tier.changed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    from_slug: str | None
    to_slug: str
    origin: str
    reason: str
