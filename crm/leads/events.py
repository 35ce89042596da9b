from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kernel.events import DomainEvent, not_kept


@dataclass(frozen=True)
class LeadCreated(DomainEvent):
    name: ClassVar[str] = "lead.created"
    about: ClassVar[str] = "lead"
    lead_id: UUID
    source: str
    campaign_id: UUID | None = None


@dataclass(frozen=True)
class LeadsImported(DomainEvent):
    """One event for a whole chunk of a file; whose they are is told to reactions, but not kept."""

    name: ClassVar[str] = "leads.imported"
    about: ClassVar[str] = "batch"
    batch_id: UUID
    created: int
    updated: int
    lead_ids: tuple[UUID, ...] = not_kept(())


@dataclass(frozen=True)
class LeadUpdated(DomainEvent):
    name: ClassVar[str] = "lead.updated"
    about: ClassVar[str] = "lead"
    lead_id: UUID


@dataclass(frozen=True)
class LeadStatusChanged(DomainEvent):
    name: ClassVar[str] = "lead.status_changed"
    about: ClassVar[str] = "lead"
    lead_id: UUID
    from_status: str
    to_status: str


@dataclass(frozen=True)
class LeadConverted(DomainEvent):
    """`linked` when the customer was there before, by their e-mail address."""

    name: ClassVar[str] = "lead.converted"
    about: ClassVar[str] = "lead"
    lead_id: UUID
    customer_id: UUID
    linked: bool


@dataclass(frozen=True)
class LeadDeleted(DomainEvent):
    name: ClassVar[str] = "lead.deleted"
    about: ClassVar[str] = "lead"
    lead_id: UUID


@dataclass(frozen=True)
class LeadMerged(DomainEvent):
    """`loser_ids` are no more; what was theirs is the lead's."""

    name: ClassVar[str] = "lead.merged"
    about: ClassVar[str] = "lead"
    lead_id: UUID
    merge_id: UUID
    loser_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class LeadUnmerged(DomainEvent):
    """`loser_ids` are back; what was changed since the merge stayed with the lead."""

    name: ClassVar[str] = "lead.unmerged"
    about: ClassVar[str] = "lead"
    lead_id: UUID
    merge_id: UUID
    loser_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class LeadPairDismissed(DomainEvent):
    """Somebody said that two leads are two."""

    name: ClassVar[str] = "lead_duplicate.dismissed"
    about: ClassVar[str] = "lead"
    lead_id: UUID
    other_id: UUID


@dataclass(frozen=True)
class LeadInteractionAdded(DomainEvent):
    name: ClassVar[str] = "lead_interaction.added"
    about: ClassVar[str] = "lead"
    lead_id: UUID
    interaction_id: UUID
    type: str


@dataclass(frozen=True)
class LeadInteractionChanged(DomainEvent):
    name: ClassVar[str] = "lead_interaction.changed"
    about: ClassVar[str] = "lead"
    lead_id: UUID
    interaction_id: UUID


@dataclass(frozen=True)
class LeadInteractionRemoved(DomainEvent):
    name: ClassVar[str] = "lead_interaction.removed"
    about: ClassVar[str] = "lead"
    lead_id: UUID
    interaction_id: UUID


@dataclass(frozen=True)
class LeadScoreBandChanged(DomainEvent):
    """The score rose into a band: once for each crossing, armed again ten below it (semantics §3.7)."""

    name: ClassVar[str] = "lead.score_band_changed"
    about: ClassVar[str] = "lead"
    lead_id: UUID
    band: str
    score: str


@dataclass(frozen=True)
class RotationChanged(DomainEvent):
    """A colleague begins or ends to be handed new leads."""

    name: ClassVar[str] = "lead_rotation.changed"
    about: ClassVar[str] = "turn"
    turn_id: UUID
    staff_id: UUID
    takes_part: bool


@dataclass(frozen=True)
class ScoreRuleDefined(DomainEvent):
    name: ClassVar[str] = "score_rule.defined"
    about: ClassVar[str] = "rule"
    rule_id: UUID


@dataclass(frozen=True)
class ScoreRuleRemoved(DomainEvent):
    name: ClassVar[str] = "score_rule.removed"
    about: ClassVar[str] = "rule"
    rule_id: UUID


@dataclass(frozen=True)
class ScoreGroupDefined(DomainEvent):
    name: ClassVar[str] = "score_group.defined"
    about: ClassVar[str] = "group"
    group_id: UUID


@dataclass(frozen=True)
class ScoreGroupRemoved(DomainEvent):
    """It had no rules, so nobody's score changes by it."""

    name: ClassVar[str] = "score_group.removed"
    about: ClassVar[str] = "group"
    group_id: UUID


@dataclass(frozen=True)
class FollowUpsMade(DomainEvent):
    """One event for all of one kind that were found at once; which they are is told to reactions, but not kept."""

    name: ClassVar[str] = "follow_ups.made"
    about: ClassVar[str] = "batch"
    batch_id: UUID
    kind: str
    count: int
    follow_up_ids: tuple[UUID, ...] = not_kept(())


@dataclass(frozen=True)
class LeadsWrittenTo(DomainEvent):
    """Messages were sent to many leads at once; `batch_id` is the first of what was noted about them."""

    name: ClassVar[str] = "leads.written_to"
    about: ClassVar[str] = "batch"
    batch_id: UUID
    number: int
    lead_ids: tuple[UUID, ...] = not_kept(())


@dataclass(frozen=True)
class FollowUpFinished(DomainEvent):
    name: ClassVar[str] = "follow_up.finished"
    about: ClassVar[str] = "lead"
    lead_id: UUID
    follow_up_id: UUID


@dataclass(frozen=True)
class CustomerFollowUpFinished(DomainEvent):
    name: ClassVar[str] = "customer_follow_up.finished"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    follow_up_id: UUID


@dataclass(frozen=True)
class StageRuleSet(DomainEvent):
    """After how many days a lead in a stage is followed up was set."""

    name: ClassVar[str] = "stage_rule.set"
    about: ClassVar[str] = "rule"
    rule_id: UUID
    status: str


@dataclass(frozen=True)
class FollowUpAssigned(DomainEvent):
    """Somebody else does it, or, without a name, whoever takes it from the queue."""

    name: ClassVar[str] = "follow_up.assigned"
    about: ClassVar[str] = "lead"
    lead_id: UUID
    follow_up_id: UUID
    staff_id: UUID | None


@dataclass(frozen=True)
class CustomerFollowUpAssigned(DomainEvent):
    """The same of a follow-up about a customer."""

    name: ClassVar[str] = "customer_follow_up.assigned"
    about: ClassVar[str] = "contact"
    contact_id: UUID
    follow_up_id: UUID
    staff_id: UUID | None


@dataclass(frozen=True)
class WebFormDefined(DomainEvent):
    name: ClassVar[str] = "web_form.defined"
    about: ClassVar[str] = "web_form"
    web_form_id: UUID
