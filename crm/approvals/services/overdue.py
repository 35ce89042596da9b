"""What nobody decides: who should is reminded, then the owners are told, then it has expired (semantics §3.15)."""

from datetime import timedelta

from django.db import transaction

from crm.approvals.errors import AlreadyDecided
from crm.approvals.events import ApprovalsChased
from crm.approvals.kinds import kind_called
from crm.approvals.models import ApprovalRequest, ApprovalState, Overdue
from crm.approvals.services.letters import write_to_deciders
from crm.approvals.services.settling import expire, recall
from crm.kernel.clock import now
from crm.kernel.errors import NotFound
from crm.kernel.events import record
from crm.kernel.transactions import atomic

_NEXT = {Overdue.NOTHING.value: Overdue.REMINDED, Overdue.REMINDED.value: Overdue.ESCALATED}


@atomic
def chase_next() -> int:
    """The request that is overdue longest is taken one stage further; 0 when none is. One at a time, since what expires
    takes the lock of its record, and several of those at once might wait for each other.
    """
    due = ApprovalRequest.objects.filter(state=ApprovalState.PENDING, due_at__lte=now()).order_by("due_at", "pk")
    first = due.first()
    if first is None:
        return 0
    is_there = _held(first)
    request = ApprovalRequest.objects.for_update().get(pk=first.pk)
    if not request.is_pending or request.due_at is None or request.due_at > now():
        return 1
    if is_there:
        _take_further(request)
    else:
        recall(request, "gone")
    return 1


def _held(request: ApprovalRequest) -> bool:
    """Whether its record is still there, and is then under its lock. One that is gone would be found first for ever."""
    try:
        with transaction.atomic():
            kind_called(request.kind).hold(request.record_id)
    except NotFound:
        return False
    return True


def _take_further(request: ApprovalRequest) -> None:
    stage = _NEXT.get(request.overdue)
    if stage is None:
        try:
            expire(request)
        except AlreadyDecided:
            return
    else:
        request.overdue = stage
        request.due_at = now() + timedelta(hours=request.step["sla_hours"])
        request.save(update_fields=["overdue", "due_at"])
        write_to_deciders(request)
    record(ApprovalsChased(
        batch_id=request.id, reminded=int(stage == Overdue.REMINDED), escalated=int(stage == Overdue.ESCALATED),
        expired=int(stage is None),
    ))  # fmt: skip
