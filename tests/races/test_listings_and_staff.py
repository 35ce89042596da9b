"""Rules that no unique index holds: a phone within a listing, and the last owner."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from crm.campaigns.errors import AlreadyListed, PhoneOfAnother
from crm.campaigns.models import ListingEntry
from crm.campaigns.services import add_to_listing
from crm.campaigns.services import listings as listing_services
from crm.kernel.addresses import phone_from_digits
from crm.organisations.errors import LastOwner
from crm.organisations.models import Staff
from crm.organisations.roles import Role
from crm.organisations.services import add_staff, change_staff
from tests.cast import Cast, World
from tests.races.together import raised, succeeded, together

pytestmark = pytest.mark.xdist_group("races")

CALLERS = 8
ROUNDS = 5


def adding(world: World, number: int) -> Callable[[], Any]:
    values: Any = {"email": f"n{number}@example.com", "phone": phone_from_digits("35799123834")}

    def work() -> Any:
        with world.scope():
            return add_to_listing(listing=world.listing, values=values, ip_address=None)

    return work


def race_for_a_phone(acme: World) -> list[Any]:
    outcomes = together(*(adding(acme, number) for number in range(CALLERS)))
    with acme.scope():
        ListingEntry.objects.update(ended_at="2024-01-01T00:00:00Z")
    return outcomes


def test_one_of_many_gets_a_phone_into_a_listing(committed_cast: Cast) -> None:
    outcomes = race_for_a_phone(committed_cast.acme)
    refused = raised(outcomes, AlreadyListed) + raised(outcomes, PhoneOfAnother)
    assert (succeeded(outcomes), refused) == (1, CALLERS - 1), outcomes


def test_without_holding_the_name_several_do(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing_services, "hold_names", lambda *_names: None)
    assert any(succeeded(race_for_a_phone(committed_cast.acme)) > 1 for _ in range(ROUNDS))


@pytest.fixture
def slow_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """A moment's thought between reading the team and writing it, so that two services meet there."""
    monkeypatch.setattr("crm.organisations.services.staff._ensure_not_self", lambda _staff: time.sleep(0.05))


def two_owners_step_down(acme: World) -> tuple[list[Any], int]:
    first = acme.staff[Role.OWNER].id
    with acme.scope():
        second = Staff.objects.filter(organisation=acme.organisation, user__email="second@acme.example").first()
        second_id = second.pk if second else add_staff(email="second@acme.example", role=Role.OWNER).pk
        Staff.objects.filter(pk__in=[first, second_id]).update(role=Role.OWNER, is_active=True)

    def demote(staff_id: Any) -> Callable[[], Any]:
        def work() -> Any:
            with acme.scope():
                return change_staff(staff_id=staff_id, role=Role.AGENT)

        return work

    outcomes = together(demote(first), demote(second_id))
    owners = Staff.objects.filter(organisation=acme.organisation, role=Role.OWNER, is_active=True).count()
    Staff.objects.filter(pk__in=[first, second_id]).update(role=Role.OWNER)
    return outcomes, owners


def test_the_last_owner_stays(committed_cast: Cast, slow_service: None) -> None:
    for _ in range(ROUNDS):
        outcomes, owners = two_owners_step_down(committed_cast.acme)
        assert (raised(outcomes, LastOwner), owners) == (1, 1), outcomes


def test_without_the_lock_both_go(committed_cast: Cast, slow_service: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db.models import QuerySet

    monkeypatch.setattr(QuerySet, "select_for_update", lambda queryset, *_args, **_kwargs: queryset.all())
    assert any(two_owners_step_down(committed_cast.acme)[1] == 0 for _ in range(ROUNDS))
