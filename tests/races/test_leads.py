"""Several at one lead, or at the next lead. Each race has a twin with the guard switched off, which must do harm."""

from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from crm.contacts.models import Contact
from crm.leads.errors import AlreadyConverted, LeadEmailTaken
from crm.leads.models import FollowUp, Lead
from crm.leads.services import capture_lead, conversion, convert_lead, follow_ups, process_follow_ups, rotation
from crm.leads.services.rotation import join_rotation
from crm.organisations.roles import Role
from tests.builders import a_lead
from tests.cast import Cast, World
from tests.races.together import raised, succeeded, together

pytestmark = pytest.mark.xdist_group("races")

CALLERS, ROUNDS = 8, 5


def converting(world: World, lead_id: UUID) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            return convert_lead(lead_id=lead_id)

    return work


def unlocked(lead_id: UUID) -> Lead:
    return Lead.objects.get(pk=lead_id)


def test_a_lead_is_converted_by_one_of_many(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for _ in range(ROUNDS):
        outcomes = together(*[converting(acme, a_lead(acme))] * CALLERS)
        assert (succeeded(outcomes), raised(outcomes, AlreadyConverted)) == (1, CALLERS - 1), outcomes


def test_without_the_lock_several_convert_it(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion, "locked_lead", unlocked)
    acme = committed_cast.acme
    assert any(succeeded(together(*[converting(acme, a_lead(acme))] * CALLERS)) > 1 for _ in range(10 * ROUNDS))


def test_a_conversion_and_a_new_customer_of_one_address_are_one_person(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for number in range(ROUNDS):
        lead = a_lead(acme, email=f"both{number}@example.com")

        def creating(email: str = f"both{number}@example.com") -> Any:
            return acme.api.post("/dev/crm/customers", {"name": "Both", "email": email})

        outcomes = together(converting(acme, lead), creating)
        assert not isinstance(outcomes[0], Exception), outcomes
        with acme.scope():
            assert Contact.objects.filter(email_key=f"both{number}@example.com").count() == 1


def capturing(world: World, number: int) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            return capture_lead(name=f"Lead {number}", email=f"race{number}@example.com").assigned_to_id

    return work


def shares(acme: World, round_: int) -> Counter[Any]:
    return Counter(together(*[capturing(acme, 100 * round_ + number) for number in range(CALLERS)]))


def test_leads_that_come_at_once_are_shared_out_evenly(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    with acme.scope():
        for role in (Role.AGENT, Role.MANAGER):
            join_rotation(staff_id=acme.staff[role].pk)
    for round_ in range(ROUNDS):
        assert sorted(shares(acme, round_).values()) == [CALLERS // 2, CALLERS // 2]


def test_without_waiting_for_each_other_somebody_gets_more(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "hold_names", lambda *_names: None)
    acme = committed_cast.acme
    with acme.scope():
        for role in (Role.AGENT, Role.MANAGER):
            join_rotation(staff_id=acme.staff[role].pk)
    assert any(sorted(shares(acme, round_).values()) != [CALLERS // 2] * 2 for round_ in range(10 * ROUNDS))


def test_an_address_goes_to_one_lead(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    outcomes = together(*[capturing(acme, 1)] * CALLERS)
    assert raised(outcomes, LeadEmailTaken) == CALLERS - 1


def processing(world: World) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            return process_follow_ups().created

    return work


def idle_leads(world: World) -> None:
    from datetime import timedelta

    from crm.kernel.clock import now

    for _ in range(5):
        a_lead(world)
    with world.scope():
        Lead.objects.update(updated_at=now() - timedelta(days=3))


def test_schedulers_at_once_make_each_follow_up_once(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    idle_leads(acme)
    outcomes = together(*[processing(acme)] * CALLERS)
    assert sorted(outcomes) == [0] * (CALLERS - 1) + [5]
    with acme.scope():
        assert FollowUp.objects.count() == 5


def test_without_waiting_for_each_other_schedulers_get_in_each_others_way(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_ups, "hold_names", lambda *_names: None)
    monkeypatch.setattr(follow_ups, "_while_free", lambda rows, _lead: rows)
    acme = committed_cast.acme
    harmed, tries = False, 10 * ROUNDS
    while not harmed and tries:
        tries -= 1
        with acme.scope():
            FollowUp.objects.all().delete()
            Lead.objects.all().delete()
        idle_leads(acme)
        outcomes = together(*[processing(acme)] * CALLERS)
        harmed = harmed or succeeded(outcomes) < CALLERS or sum(outcomes) > 5
    assert harmed
