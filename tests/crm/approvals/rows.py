"""A row bearing a mark, for each page of approvals."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from crm.approvals.services import define_delegation
from crm.kernel.clock import now
from crm.organisations.services import add_staff
from tests.cast import World
from tests.crm.approvals.asked import a_policy, a_waiting_request


def a_request_of(world: World, mark: str) -> Any:
    return a_waiting_request(world, reference=mark).pk


def a_policy_of(world: World, mark: str) -> Any:
    """Far from anything that another row does."""
    return a_policy(world, name=mark, fact="items", more_than=900_000).pk


def a_delegation_of(world: World, mark: str) -> Any:
    """Bears no mark: staff are the organisation's, and rightly seen in both modes."""
    day = now().date() + timedelta(days=1)
    with world.scope():
        away = add_staff(email=f"{uuid4()}@example.com", role="agent", name="Somebody")
        return define_delegation(
            staff_id=away.pk, deputy_id=world.staff["owner"].pk, first_day=day, last_day=day
        ).pk  # fmt: skip
