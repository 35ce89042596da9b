from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kernel.events import DomainEvent


@dataclass(frozen=True)
class CampaignCreated(DomainEvent):
    name: ClassVar[str] = "campaign.created"
    about: ClassVar[str] = "campaign"
    campaign_id: UUID


@dataclass(frozen=True)
class CampaignUpdated(DomainEvent):
    name: ClassVar[str] = "campaign.updated"
    about: ClassVar[str] = "campaign"
    campaign_id: UUID


@dataclass(frozen=True)
class CampaignDeleted(DomainEvent):
    name: ClassVar[str] = "campaign.deleted"
    about: ClassVar[str] = "campaign"
    campaign_id: UUID


@dataclass(frozen=True)
class ListingOpened(DomainEvent):
    name: ClassVar[str] = "listing.opened"
    about: ClassVar[str] = "listing"
    listing_id: int


@dataclass(frozen=True)
class EntryAdded(DomainEvent):
    name: ClassVar[str] = "listing_entry.added"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    listing_id: int
    entry_id: int


@dataclass(frozen=True)
class EntryEnded(DomainEvent):
    name: ClassVar[str] = "listing_entry.ended"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    listing_id: int
    entry_id: int
