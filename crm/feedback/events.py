from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from crm.kernel.events import DomainEvent, not_kept


@dataclass(frozen=True)
class FeedbackRequested(DomainEvent):
    name: ClassVar[str] = "feedback.requested"
    about: ClassVar[str] = "feedback"
    feedback_id: UUID
    customer_id: UUID
    channel: str
    scale: str


@dataclass(frozen=True)
class FeedbackSkipped(DomainEvent):
    """Somebody was not asked after all; `reason` says why."""

    name: ClassVar[str] = "feedback.skipped"
    about: ClassVar[str] = "feedback"
    feedback_id: UUID
    customer_id: UUID
    reason: str


@dataclass(frozen=True)
class FeedbackBounced(DomainEvent):
    """What asked them did not arrive."""

    name: ClassVar[str] = "feedback.bounced"
    about: ClassVar[str] = "feedback"
    feedback_id: UUID
    customer_id: UUID


@dataclass(frozen=True)
class FeedbackAnswered(DomainEvent):
    name: ClassVar[str] = "feedback.answered"
    about: ClassVar[str] = "feedback"
    feedback_id: UUID
    customer_id: UUID
    scale: str
    rating: int
    via: str


@dataclass(frozen=True)
class FeedbackDetractor(DomainEvent):
    """Who answered is unhappy; somebody should talk to them by `call_by`."""

    name: ClassVar[str] = "feedback.detractor"
    about: ClassVar[str] = "feedback"
    feedback_id: UUID
    customer_id: UUID
    scale: str
    rating: int
    call_by: datetime


@dataclass(frozen=True)
class FeedbackClosed(DomainEvent):
    """No answer is taken any more, and nobody is reminded."""

    name: ClassVar[str] = "feedback.closed"
    about: ClassVar[str] = "feedback"
    feedback_id: UUID
    customer_id: UUID
    reason: str


@dataclass(frozen=True)
class FeedbackReminded(DomainEvent):
    """Reminders were asked for; `batch_id` is the first request, `skipped` those of whom nobody may be written to."""

    name: ClassVar[str] = "feedback.reminded"
    about: ClassVar[str] = "batch"
    batch_id: UUID
    number: int
    skipped: int
    feedback_ids: tuple[UUID, ...] = not_kept(())


@dataclass(frozen=True)
class FeedbackExpired(DomainEvent):
    """Requests that nobody answered in time; `batch_id` is the first of them."""

    name: ClassVar[str] = "feedback.expired"
    about: ClassVar[str] = "batch"
    batch_id: UUID
    number: int
    feedback_ids: tuple[UUID, ...] = not_kept(())


@dataclass(frozen=True)
class FeedbackSettingsChanged(DomainEvent):
    name: ClassVar[str] = "feedback_settings.changed"
    about: ClassVar[str] = "feedback_settings"
    feedback_settings_id: UUID


@dataclass(frozen=True)
class TaxonomyWritten(DomainEvent):
    """From now on comments are read for these themes, those of before too."""

    name: ClassVar[str] = "taxonomy.written"
    about: ClassVar[str] = "taxonomy"
    taxonomy_id: UUID
    number: int
    themes: int


@dataclass(frozen=True)
class CandidateAccepted(DomainEvent):
    name: ClassVar[str] = "theme_candidate.accepted"
    about: ClassVar[str] = "candidate"
    candidate_id: UUID
    theme: str


@dataclass(frozen=True)
class CandidateDismissed(DomainEvent):
    name: ClassVar[str] = "theme_candidate.dismissed"
    about: ClassVar[str] = "candidate"
    candidate_id: UUID
