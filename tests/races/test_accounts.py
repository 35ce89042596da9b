"""Billing accounts opened at once: one of them is primary, and nobody has more than they may."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError

from crm.contacts.models import Customer
from crm.orders.errors import TooManyAccounts
from crm.orders.models import MOST_ACCOUNTS, BillingAccount
from crm.orders.services import accounts, open_account
from tests.builders import a_customer, an_account
from tests.cast import Cast, World
from tests.races.together import raised, succeeded, together

pytestmark = pytest.mark.xdist_group("races")

CALLERS = 6
ROUNDS = 6


def opening(world: World, contact_id: UUID, *, is_primary: bool = False) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            return open_account(contact_id=contact_id, name="Home", currency="EUR", is_primary=is_primary)

    return work


def all_primary(world: World) -> list[Any]:
    """Several accounts of somebody, each of which is to be primary; what came of it."""
    person = a_customer(world)
    outcomes = together(*[opening(world, person, is_primary=True)] * CALLERS)
    with world.scope():
        assert BillingAccount.objects.filter(customer_id=person, is_primary=True).count() == 1
    return outcomes


def the_last_place(world: World) -> tuple[list[Any], int]:
    """Several accounts of somebody who may have one more; what came of it, and how many they have."""
    person = a_customer(world)
    for _ in range(MOST_ACCOUNTS - 1):
        an_account(world, person)
    outcomes = together(*[opening(world, person)] * CALLERS)
    with world.scope():
        return outcomes, BillingAccount.objects.filter(customer_id=person).count()


def test_one_is_primary_whoever_comes_last(committed_cast: Cast) -> None:
    for _ in range(ROUNDS):
        assert succeeded(all_primary(committed_cast.acme)) == CALLERS


def test_the_last_place_is_taken_once(committed_cast: Cast) -> None:
    for _ in range(ROUNDS):
        outcomes, number = the_last_place(committed_cast.acme)
        assert (succeeded(outcomes), raised(outcomes, TooManyAccounts)) == (1, CALLERS - 1), outcomes
        assert number == MOST_ACCOUNTS


def unlocked(id_: UUID) -> Customer:
    return Customer.objects.get(pk=id_)


def test_without_the_lock_the_database_refuses_a_second_primary(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "ordering_customer", unlocked)
    assert any(raised(all_primary(committed_cast.acme), IntegrityError) for _ in range(ROUNDS))


def test_without_the_lock_there_are_too_many(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "ordering_customer", unlocked)
    assert any(the_last_place(committed_cast.acme)[1] > MOST_ACCOUNTS for _ in range(ROUNDS))
