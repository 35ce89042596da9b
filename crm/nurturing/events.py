from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kernel.events import DomainEvent, not_kept


@dataclass(frozen=True)
class SequenceDefined(DomainEvent):
    name: ClassVar[str] = "sequence.defined"
    about: ClassVar[str] = "sequence"
    sequence_id: UUID


@dataclass(frozen=True)
class StepsDrafted(DomainEvent):
    name: ClassVar[str] = "sequence.drafted"
    about: ClassVar[str] = "sequence"
    sequence_id: UUID
    number: int
    steps: int


@dataclass(frozen=True)
class SequencePublished(DomainEvent):
    name: ClassVar[str] = "sequence.published"
    about: ClassVar[str] = "sequence"
    sequence_id: UUID
    number: int


@dataclass(frozen=True)
class SequenceArchived(DomainEvent):
    """Nobody enters any more; `stopped` leads who were in it were taken out, too."""

    name: ClassVar[str] = "sequence.archived"
    about: ClassVar[str] = "sequence"
    sequence_id: UUID
    stopped: int


@dataclass(frozen=True)
class SequenceReopened(DomainEvent):
    name: ClassVar[str] = "sequence.reopened"
    about: ClassVar[str] = "sequence"
    sequence_id: UUID


@dataclass(frozen=True)
class LeadsEnrolled(DomainEvent):
    """One event for all who entered at once; who they are is told to reactions, but not kept."""

    name: ClassVar[str] = "leads.enrolled"
    about: ClassVar[str] = "sequence"
    sequence_id: UUID
    enrolled: int
    refused: int
    lead_ids: tuple[UUID, ...] = not_kept(())


@dataclass(frozen=True)
class StepsRun(DomainEvent):
    """One event for a whole chunk of steps; `batch_id` is the first of them."""

    name: ClassVar[str] = "steps.run"
    about: ClassVar[str] = "batch"
    batch_id: UUID
    steps: int
    deferred: int


@dataclass(frozen=True)
class NurturingStopped(DomainEvent):
    """A lead left a sequence before its end."""

    name: ClassVar[str] = "nurturing.stopped"
    about: ClassVar[str] = "lead"
    lead_id: UUID
    sequence_id: UUID
    reason: str
