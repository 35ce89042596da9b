"""Orders that wait for somebody's word, and the links by which it is given."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from crm.approvals.models import ApprovalRequest, Policy
from crm.approvals.selectors import approval_of_record
from crm.approvals.services import Step, decide_signed_in, define_policy
from crm.kernel.actors import Actor, ActorKind
from crm.kernel.clock import now
from crm.kernel.entrances import scope_for
from crm.messaging.models import Communication
from tests.builders import a_customer, an_order
from tests.cast import World

HOUR, NOT_IN_FORCE = timedelta(hours=1), "Not in force"
MEMBER = Step(approver="member", sla_hours=72)
MANAGERS = Step(approver="role", role="manager", sla_hours=24)
_LINK = re.compile(r"approval_requests/(accept|reject)/([\w.:-]+)")


def as_member(world: World, contact_id: UUID | None) -> Any:
    return scope_for(world.tenant, Actor(ActorKind.MEMBER, str(contact_id), frozenset({"auth:me:write"})))


def decide(scope: Any, request: ApprovalRequest, response: str = "accept", comments: str = "") -> ApprovalRequest:
    with scope:
        return decide_signed_in(approval_id=request.pk, response=response, comments=comments)


def a_policy(world: World, *steps: Step, name: str = "All orders", **values: Any) -> Policy:
    """Every order needs the customer's word, unless given otherwise."""
    with world.scope():
        return define_policy(name=name, kind="order", steps=list(steps) or [MEMBER], **values)


def a_request(world: World, *steps: Step, customer_id: UUID | None = None) -> ApprovalRequest:
    """An order of somebody who can be written to waits; the request about it."""
    a_policy(world, *steps)
    order_id = an_order(world, customer_id or a_customer(world))
    request = request_about(world, order_id)
    assert request is not None
    return request


def a_waiting_request(world: World, contact_id: UUID | None = None, reference: str = "O-1") -> ApprovalRequest:
    """A request about an order that there is not: to be looked at. No policy is left in force."""
    with world.scope():
        policy = Policy.objects.filter(name=NOT_IN_FORCE).first() or define_policy(
            name=NOT_IN_FORCE, kind="order", steps=[MEMBER], is_active=False
        )
        return ApprovalRequest.objects.create(  # type: ignore[no-any-return]
            policy=policy, kind="order", record_id=uuid4(), reference=reference, contact_id=contact_id or uuid4(),
            steps=[{**MEMBER, "staff_id": "", "role": "", "needs": "any"}], asked_by_kind="key", asked_by="key-1",
            snapshot={"total": "10.00", "currency": "USD", "items": []}, created_at=now(), due_at=now() + HOUR,
        )  # fmt: skip


def request_about(world: World, order_id: UUID) -> ApprovalRequest | None:
    with world.scope():
        return approval_of_record("order", order_id)


def again(world: World, request: ApprovalRequest) -> ApprovalRequest:
    """As it stands now."""
    with world.scope():
        return ApprovalRequest.objects.get(pk=request.pk)


def letters(world: World, request: ApprovalRequest) -> list[Communication]:
    """What was written to those who decide, the first one first; readable in test mode."""
    with world.scope():
        about = Communication.objects.filter(cause__startswith=f"approval:{request.pk}:")
        return list(about.order_by("created_at", "pk"))


def tokens_in(letter: Communication) -> dict[str, str]:
    """The token of each link of a letter, by the word in its address."""
    return dict(_LINK.findall(letter.content))
