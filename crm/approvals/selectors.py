"""What waits for whose decision, and what was decided. Every queryset here holds rows of the open scope only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.approvals.errors import ApprovalLinkSpent, ApprovalNotFound
from crm.approvals.kinds import kind_called
from crm.approvals.models import (
    ApprovalRequest,
    ApprovalState,
    ApprovalToken,
    Approver,
    DeciderKind,
    Decision,
    Delegation,
    Overdue,
    Policy,
)
from crm.kernel.actors import ActorKind
from crm.kernel.clock import now
from crm.kernel.tenancy import ScopedQuerySet
from crm.messaging.recipients import as_they_are_now
from crm.organisations.models import Staff
from crm.organisations.roles import Role
from crm.organisations.selectors import organisation_of_scope, staff_of_organisation


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody who may decide the step in hand. `in_stead_of` is the colleague whom they stand in for; whoever is asked
    because nobody else decided in time `settles` the step alone.
    """

    kind: str
    id: UUID
    in_stead_of: UUID | None = None
    settles: bool = False

    @property
    def counts_for(self) -> UUID:
        return self.in_stead_of or self.id


def policies() -> ScopedQuerySet[Policy]:
    return Policy.objects.get_queryset().order_by("kind", "position", "name")


def policy_for(kind: str, facts: Mapping[str, Decimal]) -> Policy | None:
    """The first active policy that such a record needs approval by, or None."""
    active = policies().filter(kind=kind, is_active=True)
    return next((one for one in active if not one.fact or facts.get(one.fact, Decimal(0)) > (one.more_than or 0)), None)


def approval_requests() -> ScopedQuerySet[ApprovalRequest]:
    """The latest first."""
    return ApprovalRequest.objects.get_queryset().order_by("-created_at", "-pk")


def approval_by_id(approval_id: UUID) -> ApprovalRequest:
    """Raises ApprovalNotFound."""
    request = ApprovalRequest.objects.filter(pk=approval_id).first()
    if request is None:
        raise ApprovalNotFound
    return request


def approvals_of(contact_id: UUID) -> ScopedQuerySet[ApprovalRequest]:
    """Those that a member has to decide, or had: all of them whose steps ask the customer, the latest first."""
    return approval_requests().filter(contact_id=contact_id, steps__contains=[{"approver": Approver.MEMBER}])


def approval_of_record(kind: str, record_id: UUID) -> ApprovalRequest | None:
    """The latest about a record, or None when nobody ever asked."""
    return approval_requests().filter(kind=kind, record_id=record_id).first()


def is_waiting(kind: str, record_id: UUID) -> bool:
    """Whether a record waits for approval, and so may not be changed."""
    return ApprovalRequest.objects.filter(kind=kind, record_id=record_id, state=ApprovalState.PENDING).exists()


def decisions_on(approval_id: UUID) -> ScopedQuerySet[Decision]:
    """The first one first."""
    return Decision.objects.filter(request_id=approval_id).order_by("created_at", "pk")


def people_called(ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of customers and colleagues among these ids; who is gone is missing."""
    customers = as_they_are_now("contact", list(ids)) or {}
    named = {id_: person.name or person.email or person.phone for id_, person in customers.items()}
    return named | {one.pk: str(one) for one in staff_of_organisation().filter(pk__in=ids)}


def delegations() -> ScopedQuerySet[Delegation]:
    related = ("staff__user", "deputy__user")
    return Delegation.objects.get_queryset().select_related(*related).order_by("-last_day", "pk")


def linked_request(token_id: UUID, digest: str) -> tuple[ApprovalRequest, ApprovalToken]:
    """What a mailed link is about; raises ApprovalLinkSpent when it is good no more."""
    good = ApprovalToken.objects.filter(pk=token_id, digest=digest, used_at=None, expires_at__gt=now())
    token = good.select_related("request__organisation").first()
    if token is None or not token.request.is_pending or token.request.at != token.step:
        raise ApprovalLinkSpent
    return token.request, token


def question_of(request: ApprovalRequest) -> str:
    """What is asked, in words, as the record was then."""
    asked = str(kind_called(request.kind).told(request.reference, request.snapshot))
    return _("Do you agree to this: %(what)s?") % {"what": asked}


def deciders_of(request: ApprovalRequest) -> list[Decider]:
    """Whoever may decide the step in hand: who is named, their deputies of today, and the owners once they are told.

    Whoever asked is not among them; where that leaves nobody, the owners decide.
    """
    step = request.step
    if step["approver"] == Approver.MEMBER:
        named = [Decider(DeciderKind.MEMBER, request.contact_id)] if request.contact_id else []
    else:
        named = _with_deputies(_colleagues(step), request)
    if request.overdue == Overdue.ESCALATED or not named:
        known = {decider.id for decider in named}
        named += [replace(owner, settles=True) for owner in _owners(request) if owner.id not in known]
    return named


def _colleagues(step: Mapping[str, str]) -> Sequence[Staff]:
    wanted = Q(pk=step["staff_id"]) if step["approver"] == Approver.STAFF else Q(role=step["role"])
    return list(staff_of_organisation().filter(wanted, is_active=True).order_by("pk"))


def _with_deputies(principals: Sequence[Staff], request: ApprovalRequest) -> list[Decider]:
    """Each of them, and who stands in for them today, once each; never whoever asked."""
    today = now().astimezone(ZoneInfo(organisation_of_scope().zone)).date()
    away = Delegation.objects.filter(
        staff__in=principals, first_day__lte=today, last_day__gte=today, deputy__is_active=True
    )
    found = {one.pk: Decider(DeciderKind.STAFF, one.pk) for one in principals if not _asked(request, one.pk)}
    for staff_id, deputy_id in away.order_by("pk").values_list("staff_id", "deputy_id"):
        if not _asked(request, deputy_id) and deputy_id not in found:
            found[deputy_id] = Decider(DeciderKind.STAFF, deputy_id, in_stead_of=staff_id)
    return list(found.values())


def _owners(request: ApprovalRequest) -> list[Decider]:
    owners = staff_of_organisation().filter(role=Role.OWNER, is_active=True).order_by("pk")
    return [Decider(DeciderKind.STAFF, one.pk) for one in owners if not _asked(request, one.pk)]


def _asked(request: ApprovalRequest, staff_id: UUID) -> bool:
    return request.asked_by_kind == ActorKind.STAFF and request.asked_by == str(staff_id)
