from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kernel.events import DomainEvent


@dataclass(frozen=True)
class ApprovalRequested(DomainEvent):
    """`record` is what is to be approved, `kind` what it is."""

    name: ClassVar[str] = "approval.requested"
    about: ClassVar[str] = "approval"
    approval_id: UUID
    kind: str
    record_id: UUID
    contact_id: str


@dataclass(frozen=True)
class ApprovalStepPassed(DomainEvent):
    """Those of one step have said yes; others are asked now."""

    name: ClassVar[str] = "approval.step_passed"
    about: ClassVar[str] = "approval"
    approval_id: UUID
    step: int


@dataclass(frozen=True)
class ApprovalDecided(DomainEvent):
    """`state` is `approved` or `rejected`."""

    name: ClassVar[str] = "approval.decided"
    about: ClassVar[str] = "approval"
    approval_id: UUID
    kind: str
    record_id: UUID
    contact_id: str
    state: str


@dataclass(frozen=True)
class ApprovalRecalled(DomainEvent):
    """Nobody need decide any more; `reason` says why."""

    name: ClassVar[str] = "approval.recalled"
    about: ClassVar[str] = "approval"
    approval_id: UUID
    kind: str
    record_id: UUID
    reason: str


@dataclass(frozen=True)
class ApprovalExpired(DomainEvent):
    """Nobody decided in time, which counts as a no."""

    name: ClassVar[str] = "approval.expired"
    about: ClassVar[str] = "approval"
    approval_id: UUID
    kind: str
    record_id: UUID


@dataclass(frozen=True)
class ApprovalsChased(DomainEvent):
    """What was overdue: so many were reminded of, of so many the owners were told, so many have expired."""

    name: ClassVar[str] = "approvals.chased"
    about: ClassVar[str] = "batch"
    batch_id: UUID
    reminded: int
    escalated: int
    expired: int


@dataclass(frozen=True)
class PolicyDefined(DomainEvent):
    name: ClassVar[str] = "approval_policy.defined"
    about: ClassVar[str] = "policy"
    policy_id: UUID


@dataclass(frozen=True)
class DelegationDefined(DomainEvent):
    name: ClassVar[str] = "delegation.defined"
    about: ClassVar[str] = "delegation"
    delegation_id: UUID


@dataclass(frozen=True)
class DelegationRemoved(DomainEvent):
    name: ClassVar[str] = "delegation.removed"
    about: ClassVar[str] = "delegation"
    delegation_id: UUID
