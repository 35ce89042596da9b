"""Guessers at one-time codes, and callers who show one at the same moment (reliability A6, T14)."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from crm.contacts.errors import CodesTooOften, WrongCode
from crm.contacts.models import Customer, OnceCode, PassCode
from crm.contacts.services import (
    Credential,
    ask_for_code,
    checked_registration,
    count_asking,
    define_pass_code,
    register_member,
    use_code,
)
from crm.contacts.services import once_codes as code_services
from crm.kernel.models import Counter
from crm.organisations.models import Session
from crm.organisations.services import Device
from tests.builders import a_customer
from tests.cast import Cast, World
from tests.members import BASE
from tests.proofs import times
from tests.races.together import raised, succeeded, together
from tests.signing_in import work_off

pytestmark = [pytest.mark.xdist_group("races"), pytest.mark.proof]

CALLERS, ROUNDS = 32, times(30, 4)
GUESSERS, HOURS = 64, times(24, 3)
PHONE = "+35799123834"
BY_PHONE = [Credential("PHONE", "35799123834")]
CODE = "246810"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> str:
    """The code that every request gets: drawn as ever, but known here."""
    monkeypatch.setattr(code_services.secrets, "randbelow", lambda _most: int(CODE))
    return CODE


def a_code(world: World) -> UUID:
    with world.scope():
        auth_otp = ask_for_code(credentials=BY_PHONE, channel="sms").auth_otp
    work_off("once_code.asked")
    return auth_otp


def showing(world: World, auth_otp: UUID, code: str) -> Any:
    def work() -> Any:
        with world.scope():
            return use_code(code=code, device=Device(), once_code_id=auth_otp)

    return work


def test_of_many_who_show_the_code_at_once_one_comes_in(committed_cast: Cast, told: str) -> None:
    world = committed_cast.rehearsal
    a_customer(world, phone=PHONE)
    for _ in range(ROUNDS):
        auth_otp = a_code(world)
        before = Session.objects.count()
        outcomes = together(*[showing(world, auth_otp, told)] * CALLERS)
        assert (succeeded(outcomes), raised(outcomes, WrongCode)) == (1, CALLERS - 1), outcomes
        assert Session.objects.count() == before + 1


def test_without_the_condition_several_come_in(
    committed_cast: Cast, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_services, "_take", lambda _row: True)
    world = committed_cast.rehearsal
    a_customer(world, phone=PHONE)
    assert succeeded(together(*[showing(world, a_code(world), told)] * CALLERS)) > 1


def tries_of(world: World, auth_otp: UUID) -> int:
    with world.scope():
        return 5 - OnceCode.objects.get(pk=auth_otp).tries_left


def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every guess that was compared with a code, wherever it came from."""
    compared: list[str] = []
    digest_of = code_services._digest

    def counting(row: OnceCode, code: str) -> str:
        if code != CODE:
            compared.append(code)
        return digest_of(row, code)

    monkeypatch.setattr(code_services, "_digest", counting)
    return compared


def test_five_guesses_are_looked_at_however_many_come_at_once(
    committed_cast: Cast, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = committed_cast.rehearsal
    a_customer(world, phone=PHONE)
    auth_otp = a_code(world)
    compared = looked_at(monkeypatch)
    outcomes = together(*[showing(world, auth_otp, f"{number:06}") for number in range(GUESSERS)])
    assert raised(outcomes, WrongCode) == GUESSERS
    assert (len(compared), tries_of(world, auth_otp)) == (5, 5)
    with pytest.raises(WrongCode):
        showing(world, auth_otp, told)()


def test_without_counting_first_every_guess_is_looked_at(
    committed_cast: Cast, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = committed_cast.rehearsal
    a_customer(world, phone=PHONE)
    auth_otp = a_code(world)
    monkeypatch.setattr(code_services, "_spend_try", lambda _row: None)
    compared = looked_at(monkeypatch)
    together(*[showing(world, auth_otp, f"{number:06}") for number in range(GUESSERS)])
    assert len(compared) == GUESSERS


def test_in_live_mode_a_guesser_has_ten_codes_and_fifty_tries_a_day(
    committed_cast: Cast, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over HTTP, from as many addresses as a forged header can name, asking anew as soon as an hour is over."""
    world = committed_cast.acme
    a_customer(world, phone=PHONE)
    compared = looked_at(monkeypatch)
    asked = 0
    for hour in range(HOURS):
        for number in range(6):
            headers = {"api_key": world.publishable_key, "X-Forwarded-For": f"198.51.{hour}.{number}"}
            client = Client(headers=headers, raise_request_exception=False)
            body = {"credentials": [{"name": "PHONE", "value": PHONE}]}
            answer = client.post(f"{BASE}/contacts/otp", body, content_type="application/json")
            assert answer.status_code in (200, 429)
            if answer.status_code == 200:
                asked += 1
                work_off("once_code.asked")
                guess_at(world, answer.json()["auth_otp"], hour)
            forget(":between:")
        forget(":hour:", ":from:", ":all:", ":sent-hour:", "guess:address")
    assert asked == 10
    assert len(compared) == 50
    with world.scope():
        assert OnceCode.objects.exclude(digest="").count() == 10


def guess_at(world: World, auth_otp: str, hour: int) -> None:
    def guess(number: int) -> Any:
        headers = {"api_key": world.publishable_key, "X-Forwarded-For": f"203.0.113.{number}"}
        client = Client(headers=headers, raise_request_exception=False)
        body = {"auth_otp": auth_otp, "code": f"{number:06}"}
        answer = client.post(f"{BASE}/contacts/validate-otp", body, content_type="application/json")
        assert answer.status_code in (401, 429)

    together(*[lambda number=number: guess(number) for number in range(8)])


def forget(*parts: str) -> None:
    """As if the time of these counts were over."""
    for part in parts:
        Counter.objects.filter(key__contains=part).delete()


def test_of_many_who_ask_at_once_one_is_heard(committed_cast: Cast) -> None:
    world = committed_cast.acme

    def work() -> None:
        with world.scope():
            count_asking(credentials=BY_PHONE, device=Device(address="192.0.2.1"))

    outcomes = together(*[work] * CALLERS)
    assert (succeeded(outcomes), raised(outcomes, CodesTooOften)) == (1, CALLERS - 1)


def test_two_requests_at_once_leave_one_code(committed_cast: Cast) -> None:
    world = committed_cast.rehearsal
    a_customer(world, phone=PHONE)

    def work() -> None:
        with world.scope():
            ask_for_code(credentials=BY_PHONE, channel="sms")

    assert succeeded(together(*[work] * 8)) == 8
    with world.scope():
        assert OnceCode.objects.filter(ended_at=None).count() == 1


def test_without_the_name_held_several_codes_are_left(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_services, "hold_names", lambda *_names: None)
    world = committed_cast.rehearsal
    a_customer(world, phone=PHONE)

    def work() -> None:
        with world.scope():
            ask_for_code(credentials=BY_PHONE, channel="sms")

    left = 1
    for _ in range(20):
        together(*[work] * 8)
        with world.scope():
            left = max(left, OnceCode.objects.filter(ended_at=None).count())
    assert left > 1


def registering(world: World, number: int) -> Any:
    def work() -> Any:
        with world.scope():
            registration = checked_registration(
                first_name="Ann", last_name="Lee", email=f"{number}@example.com", pass_code="ONE"
            )
            return register_member(password="a password of theirs", registration=registration)

    return work


def test_a_pass_for_one_lets_one_of_many_register(committed_cast: Cast) -> None:
    world = committed_cast.rehearsal
    with world.scope():
        define_pass_code(code="one", most_uses=1)
    outcomes = together(*[registering(world, number) for number in range(4)])
    assert succeeded(outcomes) == 1, outcomes
    with world.scope():
        assert (Customer.objects.count(), PassCode.objects.get().uses) == (1, 1)


def test_without_counting_the_use_many_register(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.contacts.services.registering.use_pass_code", lambda **_values: None)
    world = committed_cast.rehearsal
    with world.scope():
        define_pass_code(code="one", most_uses=1)
    assert succeeded(together(*[registering(world, number) for number in range(4)])) > 1
