from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kernel.events import DomainEvent


@dataclass(frozen=True)
class ImportUploaded(DomainEvent):
    """A file was read; nothing of it is written yet."""

    name: ClassVar[str] = "import.uploaded"
    about: ClassVar[str] = "import"
    import_id: UUID
    noun: str
    rows: int


@dataclass(frozen=True)
class ImportQueued(DomainEvent):
    """Too much for one request: a worker tries out, runs or takes back the import. `what` is the state it is in."""

    name: ClassVar[str] = "import.queued"
    about: ClassVar[str] = "import"
    import_id: UUID
    what: str


@dataclass(frozen=True)
class ImportFinished(DomainEvent):
    name: ClassVar[str] = "import.finished"
    about: ClassVar[str] = "import"
    import_id: UUID
    noun: str
    total: int
    created: int
    updated: int
    skipped: int


@dataclass(frozen=True)
class ImportFailed(DomainEvent):
    """It stopped before its end; what was written until then stays, and it can be carried on or undone."""

    name: ClassVar[str] = "import.failed"
    about: ClassVar[str] = "import"
    import_id: UUID


@dataclass(frozen=True)
class ImportUndone(DomainEvent):
    """`kept` rows were left alone, because their records changed since."""

    name: ClassVar[str] = "import.undone"
    about: ClassVar[str] = "import"
    import_id: UUID
    noun: str
    undone: int
    kept: int
