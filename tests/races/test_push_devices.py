"""Devices registered at once: one row for each, and no member has more than they may."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError

from crm.contacts.errors import TooManyDevices
from crm.contacts.models import Contact, PushDevice
from crm.contacts.services import push_devices, register_device
from tests.builders import a_customer, a_push_device
from tests.cast import Cast, World
from tests.races.together import raised, succeeded, together

pytestmark = pytest.mark.xdist_group("races")

CALLERS = 6
ROUNDS = 6


def registering(world: World, contact_id: UUID, serial_number: str) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            return register_device(
                contact_id=contact_id, serial_number=serial_number, registration_type="FCM", registration_token="t"
            )

    return work


def one_phone(world: World, number: int) -> list[Any]:
    """Several people register the same new phone at once."""
    people = [a_customer(world) for _ in range(CALLERS)]
    return together(*[registering(world, person, f"S-{number}") for person in people])


def test_one_phone_is_one_row_whoever_registers_it(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    for number in range(ROUNDS):
        assert succeeded(one_phone(acme, number)) == CALLERS
        with acme.scope():
            assert PushDevice.objects.filter(serial_number=f"S-{number}").count() == 1


def test_without_the_lock_on_its_name_the_database_refuses(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_devices, "hold_names", lambda *_names: None)
    assert any(raised(one_phone(committed_cast.acme, number), IntegrityError) for number in range(ROUNDS))


def the_last_place(world: World) -> tuple[list[Any], int]:
    """Several phones of one member who may have one more; what came of it, and how many they have."""
    person = a_customer(world)
    for number in range(push_devices.MOST_DEVICES - 1):
        a_push_device(world, person, f"{person.hex}-{number}")
    outcomes = together(*[registering(world, person, f"{person.hex}-new-{number}") for number in range(CALLERS)])
    with world.scope():
        return outcomes, PushDevice.objects.filter(contact_id=person).count()


def test_the_last_place_is_taken_once(committed_cast: Cast) -> None:
    for _ in range(ROUNDS):
        outcomes, number = the_last_place(committed_cast.acme)
        assert (succeeded(outcomes), raised(outcomes, TooManyDevices)) == (1, CALLERS - 1), outcomes
        assert number == push_devices.MOST_DEVICES


def test_without_the_lock_on_the_person_there_are_too_many(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_devices, "locked_contact", lambda id_: Contact.objects.get(pk=id_))
    found = [the_last_place(committed_cast.acme)[1] for _ in range(ROUNDS)]
    assert any(number > push_devices.MOST_DEVICES for number in found)
