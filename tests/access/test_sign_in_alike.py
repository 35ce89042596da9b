"""Who guesses at a sign-in learns nothing about whether an address is known (reliability A7, T14)."""

import re
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.organisations.services import add_staff
from tests.cast import PASSWORD, World
from tests.members import a_member, authenticate

KNOWN, TRIES_EACH = 40, 5
PAIRS = KNOWN * TRIES_EACH
# What two runs of one program on a machine that others share may differ by, in seconds.
JITTER = 0.0005
CHANGING = {"X-Request-Id", "X-RateLimit-Remaining", "X-RateLimit-Reset"}


def of_members(world: World, email: str, address: str) -> Any:
    return authenticate(world, email, "not the password", address=address)


def of_staff(world: World, email: str, address: str) -> Any:
    client = Client(REMOTE_ADDR=address)
    return client.post("/auth/api/login", {"email": email, "password": "no"}, content_type="application/json")


def known_members(world: World) -> None:
    for number in range(KNOWN):
        a_member(world, f"known{number:02}@example.com")


def known_staff(world: World) -> None:
    with world.scope():
        for number in range(KNOWN):
            add_staff(email=f"known{number:02}@example.com", role="agent", name="", password=PASSWORD)


def told(answer: Any) -> tuple[int, int, dict[str, str]]:
    headers = {name: value for name, value in answer.headers.items() if name not in CHANGING}
    return answer.status_code, len(answer.content), headers


WAYS = [pytest.param(known_members, of_members, id="members"), pytest.param(known_staff, of_staff, id="staff")]


@pytest.mark.parametrize(("prepare", "guess"), WAYS)
def test_known_and_unknown_addresses_are_answered_alike(
    acme: World, prepare: Callable[[World], None], guess: Callable[[World, str, str], Any]
) -> None:
    prepare(acme)
    seen: dict[str, list[Any]] = {"known": [], "other": []}
    took: dict[str, list[float]] = {"known": [], "other": []}
    for pair in range(PAIRS):
        address = f"192.0.2.{pair // 40}"
        for kind in ("known", "other") if pair % 2 else ("other", "known"):
            started = time.perf_counter()
            answer = guess(acme, f"{kind}{pair % KNOWN:02}@example.com", address)
            took[kind].append(time.perf_counter() - started)
            seen[kind].append(told(answer))
    assert seen["known"] == seen["other"]
    assert {status for status, _length, _headers in seen["known"]} == {401}
    difference = abs(_middle(took["known"]) - _middle(took["other"]))
    halves = abs(_middle(took["other"][::2]) - _middle(took["other"][1::2]))
    assert difference <= 3 * halves + JITTER, f"{difference * 1e6:.0f} µs apart, halves {halves * 1e6:.0f} µs"


@pytest.mark.parametrize(("prepare", "guess"), WAYS)
def test_they_cost_the_same_statements(
    acme: World, prepare: Callable[[World], None], guess: Callable[[World, str, str], Any]
) -> None:
    prepare(acme)
    guess(acme, "first@example.com", "192.0.2.9")
    asked = []
    for email in ("known01@example.com", "other01@example.com"):
        with CaptureQueriesContext(connection) as captured:
            guess(acme, email, "192.0.2.9")
        asked.append([re.sub(r"'[^']*'", "?", query["sql"]) for query in captured.captured_queries])
    assert asked[0] == asked[1]


def _middle(times: list[float]) -> float:
    """The median of the quicker half: what others on the machine do only ever adds."""
    return statistics.median(sorted(times)[: len(times) // 2])
