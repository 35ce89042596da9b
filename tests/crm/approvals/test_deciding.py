"""Who decides, in which order, and what follows (semantics §3.15)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from crm.approvals.errors import (
    AlreadyDecided,
    ApprovalNeeded,
    ApprovalNotFound,
    ApprovalOutdated,
    NotTheApprover,
    RecordLocked,
)
from crm.approvals.models import Decision
from crm.approvals.services import Step, define_delegation
from crm.kernel.clock import real_now
from crm.orders.models import Order
from crm.orders.services import place_order
from crm.organisations.models import Staff
from tests.builders import a_customer, a_product, an_order
from tests.cast import World
from tests.crm.acting import as_person, as_staff
from tests.crm.approvals.asked import MANAGERS, MEMBER, a_policy, a_request, again, as_member, decide, request_about
from tests.crm.orders.shop import change, delete, order_of, stock
from tests.dialects.traces import latest_events

pytestmark = pytest.mark.django_db


def test_an_order_without_a_policy_asks_nobody(acme: World) -> None:
    assert request_about(acme, an_order(acme)) is None


def test_a_yes_sends_the_order_to_work_and_a_no_cancels_it(acme: World) -> None:
    beans = a_product(acme, units_in_stock=10)
    a_policy(acme)
    for response, status, state, left in (
        ("accept", "processing", "approved", 7),
        ("reject", "cancelled", "rejected", 7),
    ):
        customer = a_customer(acme)
        request = request_about(acme, an_order(acme, customer, (beans, 3)))
        assert request is not None
        assert decide(as_member(acme, customer), request, response, "Fine by me").state == state
        assert order_of(acme, request.record_id).status == status
        assert stock(acme, beans) == [left]
        told = latest_events(acme, "approval.decided")[0].payload
        assert (told["state"], told["record_id"]) == (state, str(request.record_id))
    with acme.scope():
        assert {(one.response, one.comments, one.via) for one in Decision.objects.all()} == {
            ("accept", "Fine by me", "signed_in"), ("reject", "Fine by me", "signed_in"),
        }  # fmt: skip


def test_a_second_answer_is_told_that_it_is_decided(acme: World) -> None:
    customer = a_customer(acme)
    request = a_request(acme, customer_id=customer)
    decide(as_member(acme, customer), request)
    for response in ("accept", "reject"):
        with pytest.raises(AlreadyDecided):
            decide(as_member(acme, customer), request, response)
    assert order_of(acme, request.record_id).status == "processing"


def test_somebody_elses_request_is_none(acme: World, rival: World) -> None:
    request = a_request(acme)
    for scope in (as_member(acme, uuid4()), as_member(rival, request.contact_id)):
        with pytest.raises(ApprovalNotFound):
            decide(scope, request)
    with pytest.raises(NotTheApprover):
        decide(as_staff(acme, "owner"), request)
    assert again(acme, request).is_pending


def test_while_it_waits_an_order_can_only_be_cancelled(acme: World) -> None:
    request = a_request(acme)
    for values in ({"status": "processing"}, {"notes": "Hurry"}, {"quantity": 5}, {"discount": 1}):
        with pytest.raises(RecordLocked):
            change(acme, request.record_id, **values)
    change(acme, request.record_id, status="cancelled")
    assert (again(acme, request).state, again(acme, request).reason) == ("recalled", "cancelled")
    with pytest.raises(AlreadyDecided):
        decide(as_member(acme, request.contact_id), request)


def test_a_deleted_order_takes_its_request_back(acme: World) -> None:
    request = a_request(acme)
    delete(acme, request.record_id)
    assert (again(acme, request).state, again(acme, request).reason) == ("recalled", "deleted")


def test_only_what_the_figure_says_needs_approval(acme: World) -> None:
    a_policy(acme, fact="total", more_than=50)
    beans, customer = a_product(acme), a_customer(acme)
    assert request_about(acme, an_order(acme, customer, (beans, 5))) is None
    assert request_about(acme, an_order(acme, customer, (beans, 6))) is not None


@pytest.mark.parametrize("values", [{"status": "processing"}, {"status": "delivered"}])
def test_an_order_that_needs_approval_does_not_begin_beyond_pending(acme: World, values: dict[str, Any]) -> None:
    a_policy(acme)
    with pytest.raises(ApprovalNeeded):
        an_order(acme, **values)
    an_order(acme, status="cancelled")


def test_what_grows_beyond_the_limit_is_asked_about(acme: World) -> None:
    a_policy(acme, fact="total", more_than=50)
    order_id = an_order(acme, a_customer(acme), (a_product(acme), 2))
    with pytest.raises(ApprovalNeeded):
        change(acme, order_id, quantity=6, status="shipped")
    change(acme, order_id, quantity=6)
    request = request_about(acme, order_id)
    assert request is not None
    assert request.is_pending


def test_steps_are_asked_one_after_the_other(acme: World) -> None:
    request = a_request(acme, MANAGERS, MEMBER)
    with pytest.raises(NotTheApprover):
        decide(as_member(acme, request.contact_id), request)
    assert decide(as_staff(acme, "manager"), request).is_pending
    assert again(acme, request).at == 1
    assert decide(as_member(acme, request.contact_id), request).state == "approved"


def test_a_no_at_any_step_is_the_end(acme: World) -> None:
    request = a_request(acme, MANAGERS, MEMBER)
    assert decide(as_staff(acme, "manager"), request, "reject").state == "rejected"
    assert order_of(acme, request.record_id).status == "cancelled"


def test_nobody_approves_what_they_asked_for(acme: World) -> None:
    a_policy(acme, MANAGERS)
    customer, beans = a_customer(acme), a_product(acme)
    with as_staff(acme, "manager"):
        order = place_order(customer_id=customer, items=[{"product_id": beans, "quantity": 1}])
    request = request_about(acme, order.pk)
    assert request is not None
    with pytest.raises(NotTheApprover):
        decide(as_staff(acme, "manager"), request)
    # Nobody is left among the managers, so the owners decide.
    assert decide(as_staff(acme, "owner"), request).state == "approved"


def test_all_of_them_are_needed_where_the_step_says_so(acme: World, another_manager: Callable[[World], Staff]) -> None:
    second = another_manager(acme)
    request = a_request(acme, Step(approver="role", role="manager", needs="all", sla_hours=24))
    assert decide(as_staff(acme, "manager"), request).is_pending
    with pytest.raises(AlreadyDecided):
        decide(as_staff(acme, "manager"), request)
    assert decide(as_person(acme, second), request).state == "approved"


@pytest.mark.parametrize(("days", "may"), [((0, 0), True), ((-3, -1), False), ((1, 2), False)])
def test_a_deputy_decides_on_the_days_that_are_theirs(acme: World, days: tuple[int, int], may: bool) -> None:
    today = real_now().date()
    first, last = (today + timedelta(days=number) for number in days)
    manager, agent = acme.staff["manager"], acme.staff["agent"]
    with acme.scope():
        define_delegation(staff_id=manager.pk, deputy_id=agent.pk, first_day=first, last_day=last)
    request = a_request(acme, MANAGERS)
    if not may:
        with pytest.raises(NotTheApprover):
            decide(as_staff(acme, "agent"), request)
        return
    decide(as_staff(acme, "agent"), request)
    with acme.scope():
        assert Decision.objects.get().in_stead_of == manager.pk


def test_what_changed_meanwhile_is_taken_back(acme: World) -> None:
    request = a_request(acme)
    with acme.scope():
        # Past every service, as a repair by hand would.
        Order.objects.filter(pk=request.record_id).update(status="processing")
    with pytest.raises(ApprovalOutdated):
        decide(as_member(acme, request.contact_id), request)
    assert (again(acme, request).state, again(acme, request).reason) == ("recalled", "changed")
    assert order_of(acme, request.record_id).status == "processing"
