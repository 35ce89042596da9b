from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kernel.events import DomainEvent


@dataclass(frozen=True)
class ContactErased(DomainEvent):
    """They were forgotten: the id is a pseudonym from now on, and nothing else is told."""

    name: ClassVar[str] = "contact.erased"
    about: ClassVar[str] = "contact"
    contact_id: UUID


@dataclass(frozen=True)
class DataExportAsked(DomainEvent):
    """Somebody's data is to be put together for them."""

    name: ClassVar[str] = "data_export.asked"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    data_export_id: UUID


@dataclass(frozen=True)
class DataExportFinished(DomainEvent):
    """It was put together, and the link to it is on its way."""

    name: ClassVar[str] = "data_export.finished"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    data_export_id: UUID


@dataclass(frozen=True)
class DataExportFetched(DomainEvent):
    name: ClassVar[str] = "data_export.fetched"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    data_export_id: UUID
