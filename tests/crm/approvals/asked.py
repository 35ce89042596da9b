"""Orders that wait for somebody's word, and the links by which it is given."""

import re
from typing import Any
from uuid import UUID

from crm.approvals.models import ApprovalRequest, Policy
from crm.approvals.selectors import approval_of_record
from crm.approvals.services import Step, define_policy
from crm.messaging.models import Communication
from tests.builders import a_customer, an_order
from tests.cast import World

MEMBER = Step(approver="member", sla_hours=72)
_LINK = re.compile(r"approval_requests/(accept|reject)/([\w.:-]+)")


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
