"""Whether something needs leave, and asking for it."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from crm.approvals.errors import RecordLocked
from crm.approvals.events import ApprovalRequested
from crm.approvals.kinds import kind_called
from crm.approvals.models import ApprovalRequest, ApprovalState, Policy, PolicyStep
from crm.approvals.selectors import approval_of_record, is_waiting, policy_for
from crm.approvals.services.letters import write_to_deciders
from crm.approvals.services.settling import recall
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.tenancy import current_scope
from crm.kernel.transactions import atomic


@atomic
def ask_for_approval(
    *, kind: str, record_id: UUID, reference: str, contact_id: UUID | None, facts: Mapping[str, Decimal]
) -> ApprovalRequest | None:
    """Ask whoever the first policy that holds names; None when none does, or when the record was approved as it is.

    The caller holds the record's lock, and nobody is being asked about it yet.
    """
    policy = policy_for(kind, facts)
    if policy is None:
        return None
    snapshot, before = dict(kind_called(kind).snapshot(record_id) or {}), approval_of_record(kind, record_id)
    if before is not None and before.state == ApprovalState.APPROVED and before.snapshot == snapshot:
        return None
    actor, steps = current_scope().actor, _steps_of(policy)
    request = ApprovalRequest(
        policy=policy, kind=kind, record_id=record_id, reference=reference, contact_id=contact_id, steps=steps,
        snapshot=snapshot, asked_by_kind=actor.kind, asked_by=actor.id, created_at=now(),
        due_at=now() + timedelta(hours=steps[0]["sla_hours"]),
    )  # fmt: skip
    request.save(force_insert=True)
    record(ApprovalRequested(
        approval_id=request.id, kind=kind, record_id=record_id, contact_id=str(contact_id or "")
    ))  # fmt: skip
    write_to_deciders(request)
    return request


@atomic
def recall_approval(*, kind: str, record_id: UUID, reason: str) -> None:
    """Nobody need decide about this record any more. Without an open request this does nothing. The caller holds the
    record's lock.
    """
    pending = ApprovalRequest.objects.for_update().filter(kind=kind, record_id=record_id, state=ApprovalState.PENDING)
    if request := pending.first():
        recall(request, reason)


def ensure_free(kind: str, record_id: UUID) -> None:
    """Raises RecordLocked while the record waits for approval."""
    if is_waiting(kind, record_id):
        raise RecordLocked


def _steps_of(policy: Policy) -> list[dict[str, Any]]:
    """As they are today: a policy that is changed later changes no open request."""
    rows = PolicyStep.objects.filter(policy=policy).order_by("position")
    return [
        {
            "approver": step.approver, "staff_id": str(step.staff_id or ""), "role": step.role, "needs": step.needs,
            "sla_hours": step.sla_hours,
        }
        for step in rows
    ]  # fmt: skip
