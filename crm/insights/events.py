from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kernel.events import DomainEvent


@dataclass(frozen=True)
class SegmentDefined(DomainEvent):
    """A new segment, or other words for one that is there; with `revision`, conditions by which it is to be filled."""

    name: ClassVar[str] = "segment.defined"
    about: ClassVar[str] = "segment"
    segment_id: UUID
    revision: int | None


@dataclass(frozen=True)
class SegmentFilled(DomainEvent):
    """Everybody was looked at after the conditions were written: one event for all who thereby came in or went."""

    name: ClassVar[str] = "segment.filled"
    about: ClassVar[str] = "segment"
    segment_id: UUID
    members: int


@dataclass(frozen=True)
class SegmentArchived(DomainEvent):
    name: ClassVar[str] = "segment.archived"
    about: ClassVar[str] = "segment"
    segment_id: UUID


@dataclass(frozen=True)
class SegmentEntered(DomainEvent):
    """Somebody came to match a segment by what happened to them, or by time going by."""

    name: ClassVar[str] = "segment.entered"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    segment_id: UUID
    slug: str


@dataclass(frozen=True)
class SegmentLeft(DomainEvent):
    name: ClassVar[str] = "segment.left"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    segment_id: UUID
    slug: str


@dataclass(frozen=True)
class HealthBandChanged(DomainEvent):
    """How a customer is doing went from one band to another; the first look at them is no change."""

    name: ClassVar[str] = "customer.health_band_changed"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    from_band: str
    to_band: str
    score: int | None
