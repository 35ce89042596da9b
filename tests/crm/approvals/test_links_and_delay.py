"""Decisions by the link of a mail, and what becomes of what nobody decides (semantics §3.15)."""

from datetime import date, timedelta
from typing import Any

import pytest

from crm.approvals.errors import ApprovalLinkSpent, BadPolicy
from crm.approvals.links import read_link
from crm.approvals.models import ApprovalRequest, ApprovalToken
from crm.approvals.services import chase_next, decide_by_link, define_delegation
from crm.kernel.clock import now
from tests.builders import a_customer, an_order
from tests.cast import World
from tests.crm.acting import as_staff
from tests.crm.approvals.asked import (
    HOUR,
    MANAGERS,
    MEMBER,
    a_policy,
    a_request,
    a_waiting_request,
    again,
    as_member,
    decide,
    letters,
    request_about,
    tokens_in,
)
from tests.crm.orders.shop import order_of

pytestmark = pytest.mark.django_db


def by_link(world: World, token: str, response: str = "accept") -> ApprovalRequest:
    link = read_link(token)
    with world.scope():
        return decide_by_link(token_id=link.link_id, digest=link.digest, response=response)


# By the link of a mail


def test_the_links_of_a_letter_decide_once(rehearsal: World) -> None:
    for response, state in (("accept", "approved"), ("reject", "rejected")):
        request = request_about(rehearsal, an_order(rehearsal, a_customer(rehearsal)))
        if request is None:
            a_policy(rehearsal)
            request = request_about(rehearsal, an_order(rehearsal, a_customer(rehearsal)))
        assert request is not None
        (letter,) = letters(rehearsal, request)
        tokens = tokens_in(letter)
        assert tokens.keys() == {"accept", "reject"}
        assert by_link(rehearsal, tokens[response], response).state == state
        for token in tokens.values():
            with pytest.raises(ApprovalLinkSpent):
                by_link(rehearsal, token, "reject")


def test_links_say_nothing_in_live_mode(acme: World) -> None:
    (letter,) = letters(acme, a_request(acme))
    assert tokens_in(letter) == {}
    assert "[secret]" in letter.content


def test_a_link_ends_after_seven_days_with_the_step_and_with_another_answer(rehearsal: World) -> None:
    request = a_request(rehearsal, MEMBER, MANAGERS)
    (letter,) = letters(rehearsal, request)
    token = tokens_in(letter)["accept"]
    with rehearsal.scope():
        made = ApprovalToken.objects.get()
        assert made.expires_at - made.created_at == timedelta(days=7)
        ApprovalToken.objects.update(expires_at=now())
    with pytest.raises(ApprovalLinkSpent):
        by_link(rehearsal, token)
    with rehearsal.scope():
        ApprovalToken.objects.update(expires_at=now() + HOUR)
    decide(as_member(rehearsal, request.contact_id), request)
    with pytest.raises(ApprovalLinkSpent):
        by_link(rehearsal, token)


# What nobody decides


def test_who_does_not_decide_is_reminded_then_the_owners_are_told_then_it_expires(acme: World) -> None:
    request = a_request(acme)
    for hours, overdue, written in ((73, "reminded", 2), (73, "escalated", 4)):
        _pass(acme, request, hours)
        assert (again(acme, request).overdue, len(letters(acme, request))) == (overdue, written)
    _pass(acme, request, 73)
    assert again(acme, request).state == "expired"
    assert order_of(acme, request.record_id).status == "cancelled"
    with acme.scope():
        assert chase_next() == 0


def test_an_owner_may_decide_once_they_were_told(acme: World) -> None:
    request = a_request(acme)
    for _ in range(2):
        _pass(acme, request, 73)
    assert decide(as_staff(acme, "owner"), request).state == "approved"


def test_nothing_is_chased_before_its_time(acme: World) -> None:
    a_request(acme)
    with acme.scope():
        assert chase_next() == 0


def test_a_request_about_what_is_gone_holds_up_no_other(acme: World) -> None:
    gone, other = a_waiting_request(acme), a_request(acme)
    with acme.scope():
        ApprovalRequest.objects.filter(pk=gone.pk).update(due_at=now() - 2 * HOUR)
        ApprovalRequest.objects.filter(pk=other.pk).update(due_at=now() - HOUR)
        assert [chase_next() for _ in range(3)] == [1, 1, 0]
    assert (again(acme, gone).state, again(acme, gone).reason) == ("recalled", "gone")
    assert again(acme, other).overdue == "reminded"


def _pass(world: World, request: ApprovalRequest, hours: int) -> None:
    """So much time goes by, and the job runs."""
    with world.scope():
        due = again_due(request)
        ApprovalRequest.objects.filter(pk=request.pk).update(due_at=due - timedelta(hours=hours))
        assert chase_next() == 1


def again_due(request: ApprovalRequest) -> Any:
    return ApprovalRequest.objects.values_list("due_at", flat=True).get(pk=request.pk)


def test_days_of_a_deputy_stand_in_order(acme: World) -> None:
    with acme.scope(), pytest.raises(BadPolicy):
        define_delegation(
            staff_id=acme.staff["owner"].pk, deputy_id=acme.staff["agent"].pk, first_day=date(2026, 2, 2),
            last_day=date(2026, 2, 1),
        )  # fmt: skip
