"""Names of files are not kept here: people write their own into them."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kernel.events import DomainEvent


@dataclass(frozen=True)
class FileStored(DomainEvent):
    name: ClassVar[str] = "file.stored"
    about: ClassVar[str] = "file"
    file_id: UUID
    contact_id: UUID | None
    purpose: str
    media_type: str
    size: int


@dataclass(frozen=True)
class FileAttached(DomainEvent):
    name: ClassVar[str] = "file.attached"
    about: ClassVar[str] = "file"
    file_id: UUID
    record_kind: str
    record_id: UUID


@dataclass(frozen=True)
class FileDeleted(DomainEvent):
    """`reason` is empty where somebody deleted it; else it says why it went by itself."""

    name: ClassVar[str] = "file.deleted"
    about: ClassVar[str] = "file"
    file_id: UUID
    contact_id: UUID | None
    purpose: str
    reason: str
