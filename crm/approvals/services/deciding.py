"""Yes or no, by who is signed in or by a mailed link (semantics §3.15)."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from crm.approvals.errors import AlreadyDecided, ApprovalLinkSpent, ApprovalNotFound, ApprovalOutdated, NotTheApprover
from crm.approvals.events import ApprovalStepPassed
from crm.approvals.kinds import kind_called
from crm.approvals.models import (
    ApprovalRequest,
    ApprovalState,
    ApprovalToken,
    DeciderKind,
    Decision,
    Needs,
    Overdue,
    Response,
    Via,
)
from crm.approvals.selectors import Decider, approval_by_id, deciders_of
from crm.approvals.services.letters import write_to_deciders
from crm.approvals.services.settling import close_links, recall, settle
from crm.kernel.actors import Actor, ActorKind
from crm.kernel.changes import check_row
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.tenancy import current_scope
from crm.kernel.transactions import atomic

CHANGED = "changed"
_KINDS = {ActorKind.MEMBER: DeciderKind.MEMBER, ActorKind.STAFF: DeciderKind.STAFF}


def decide_signed_in(*, approval_id: UUID, response: str, comments: str = "") -> ApprovalRequest:
    """The decision of whoever acts in the open scope: a member's about what concerns them, or a colleague's.

    To be called outside any transaction: what has changed meanwhile is taken back, and that stays. Raises
    ApprovalNotFound (another member's too), AlreadyDecided, NotTheApprover, ApprovalOutdated, Invalid, and what the
    effect does.
    """
    actor = current_scope().actor
    request = approval_by_id(approval_id)
    if actor.kind == ActorKind.MEMBER and str(request.contact_id) != actor.id:
        raise ApprovalNotFound
    return _told(_decided(request, lambda held: _in_person(actor, held), response, comments, Via.SIGNED_IN))


def decide_by_link(*, token_id: UUID, digest: str, response: str, comments: str = "") -> ApprovalRequest:
    """The decision of whoever a mailed link was sent to; the link is good once.

    To be called outside any transaction. Raises ApprovalLinkSpent, ApprovalOutdated, Invalid, and what the effect does.
    """
    token = ApprovalToken.objects.filter(pk=token_id, digest=digest).select_related("request").first()
    if token is None:
        raise ApprovalLinkSpent
    try:
        return _told(_decided(token.request, lambda held: _with_link(token, held), response, comments, Via.LINK))
    except AlreadyDecided:
        raise ApprovalLinkSpent from None


def _told(request: ApprovalRequest) -> ApprovalRequest:
    if request.reason == CHANGED:
        raise ApprovalOutdated
    return request


@atomic
def _decided(
    known: ApprovalRequest,
    who: Callable[[ApprovalRequest], Decider],
    response: str,
    comments: str,
    via: str,
) -> ApprovalRequest:
    """The record is locked first, then the request: in the order of whoever changes the record and takes it back."""
    kind = kind_called(known.kind)
    kind.hold(known.record_id)
    request = _held(known.pk)
    if not request.is_pending:
        raise AlreadyDecided
    decider = who(request)
    if kind.snapshot(request.record_id) != request.snapshot:
        recall(request, CHANGED)
        return request
    _write_down(request, decider, response, comments, via)
    if response == Response.REJECT:
        settle(request, ApprovalState.REJECTED)
    elif _is_passed(request, decider):
        _go_on(request)
    return request


def _held(approval_id: UUID) -> ApprovalRequest:
    return ApprovalRequest.objects.for_update().get(pk=approval_id)


def _in_person(actor: Actor, request: ApprovalRequest) -> Decider:
    wanted = _KINDS.get(actor.kind)
    found = [one for one in deciders_of(request) if one.kind == wanted and str(one.id) == actor.id]
    if not found:
        raise NotTheApprover
    return found[0]


def _with_link(token: ApprovalToken, request: ApprovalRequest) -> Decider:
    """Whose link it is, if it is still good and they may still decide. Of many at once, one succeeds."""
    good = ApprovalToken.objects.filter(pk=token.pk, used_at=None, expires_at__gt=now())
    if request.at != token.step or not good.update(used_at=now()):
        raise ApprovalLinkSpent
    # Who was merged into somebody decides as who they are now.
    decider_id = request.contact_id if token.decider_kind == DeciderKind.MEMBER else token.decider_id
    found = [one for one in deciders_of(request) if (one.kind, one.id) == (token.decider_kind, decider_id)]
    if not found:
        raise ApprovalLinkSpent
    return found[0]


def _write_down(request: ApprovalRequest, decider: Decider, response: str, comments: str, via: str) -> None:
    decision = Decision(
        request=request, step=request.at, decider_kind=decider.kind, decider_id=decider.id,
        in_stead_of=decider.in_stead_of, response=response, comments=comments.strip(), via=via, created_at=now(),
    )  # fmt: skip
    check_row(decision, exclude=("request",))
    if Decision.objects.filter(request=request, step=request.at, decider_id=decider.id).exists():
        raise AlreadyDecided
    decision.save(force_insert=True)


def _is_passed(request: ApprovalRequest, decider: Decider) -> bool:
    if request.step["needs"] == Needs.ANY or decider.settles:
        return True
    agreed = Decision.objects.filter(request=request, step=request.at, response=Response.ACCEPT)
    for_whom = {one or decider_id for decider_id, one in agreed.values_list("decider_id", "in_stead_of")}
    return {one.counts_for for one in deciders_of(request) if not one.settles} <= for_whom


def _go_on(request: ApprovalRequest) -> None:
    """Ask those of the next step, or let it happen."""
    if request.at + 1 == len(request.steps):
        settle(request, ApprovalState.APPROVED)
        return
    close_links(request)
    record(ApprovalStepPassed(approval_id=request.id, step=request.at))
    request.at, request.overdue = request.at + 1, Overdue.NOTHING
    request.due_at = now() + timedelta(hours=request.step["sla_hours"])
    request.save(update_fields=["at", "overdue", "due_at"])
    write_to_deciders(request)
