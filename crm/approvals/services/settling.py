"""How a request ends: once, with its effect in the same transaction."""

from crm.approvals.errors import AlreadyDecided
from crm.approvals.events import ApprovalDecided, ApprovalExpired, ApprovalRecalled
from crm.approvals.kinds import kind_called
from crm.approvals.models import ApprovalRequest, ApprovalState, ApprovalToken
from crm.approvals.services.letters import withdraw_letters
from crm.kernel.clock import now
from crm.kernel.events import record


def settle(request: ApprovalRequest, state: str) -> None:
    """A yes or a no, and what follows from it. Raises AlreadyDecided when another one was quicker."""
    _close(request, state)
    record(ApprovalDecided(
        approval_id=request.id, kind=request.kind, record_id=request.record_id,
        contact_id=str(request.contact_id or ""), state=state,
    ))  # fmt: skip
    kind_called(request.kind).carry_out(request.record_id, state == ApprovalState.APPROVED)


def expire(request: ApprovalRequest) -> None:
    """Nobody decided in time: that is a no. Raises AlreadyDecided."""
    _close(request, ApprovalState.EXPIRED)
    record(ApprovalExpired(approval_id=request.id, kind=request.kind, record_id=request.record_id))
    kind_called(request.kind).carry_out(request.record_id, False)


def recall(request: ApprovalRequest, reason: str) -> None:
    """Nobody need decide; nothing follows from it. Raises AlreadyDecided."""
    _close(request, ApprovalState.RECALLED, reason)
    record(ApprovalRecalled(
        approval_id=request.id, kind=request.kind, record_id=request.record_id, reason=reason
    ))  # fmt: skip


def close_links(request: ApprovalRequest) -> None:
    """The mailed links of a request are good no more, and those letters that have not left never do."""
    ApprovalToken.objects.filter(request=request, used_at=None).update(used_at=now())
    withdraw_letters(request)


def _close(request: ApprovalRequest, state: str, reason: str = "") -> None:
    """One conditional update: of two who decide at once, one does (reliability O1)."""
    open_one = ApprovalRequest.objects.filter(pk=request.pk, state=ApprovalState.PENDING)
    if not open_one.update(state=state, reason=reason, decided_at=now(), due_at=None):
        raise AlreadyDecided
    request.state, request.reason, request.decided_at, request.due_at = state, reason, now(), None
    close_links(request)
