"""Who asks for codes and links learns nothing about whether somebody is known (reliability A7)."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.builders import a_customer
from tests.cast import World
from tests.members import BASE, a_member

PHONES = {"known": "+35799123834", "other": "+35799123835"}
MAILS = {"known": "known@example.com", "other": "other@example.com"}
CHANGING = {"X-Request-Id", "X-RateLimit-Remaining", "X-RateLimit-Reset"}


def credentials(name: str, values: dict[str, str], **more: Any) -> Any:
    return lambda who: {"credentials": [{"name": name, "value": values[who]}], **more}


def identity(provider: str, field: str, values: dict[str, str]) -> Any:
    return lambda who: {"provider": provider, field: values[who]}


def registration(provider: str, field: str, values: dict[str, str]) -> Any:
    names = {"first_name": "Ann", "last_name": "Lee"}
    return lambda who: names | {"identity": {"provider": provider, field: values[who]}}


WAYS: dict[str, tuple[str, Any]] = {
    "otp by mail": ("otp", credentials("EMAIL", MAILS)),
    "otp by phone": ("otp", credentials("PHONE", PHONES)),
    "otp by birthdate": ("otp", credentials("BIRTHDATE", {"known": "1990-02-28", "other": "1990-03-01"})),
    "otp of the other way": ("otp", credentials("EMAIL", MAILS, send_method="SMS")),
    "signing in by mail": ("authenticate", identity("EMAIL", "username", MAILS)),
    "signing in by phone": ("authenticate", identity("PHONE", "phone_number", PHONES)),
    "registering by mail": ("register", registration("EMAIL", "username", MAILS)),
    "registering by phone": ("register", registration("PHONE", "phone_number", PHONES)),
    "a forgotten password": ("forgot_password", lambda who: {"username": MAILS[who]}),
    "another mail": ("request_email_verification", lambda who: {"email_address": MAILS[who]}),
}


def call(world: World, path: str, body: Any) -> Any:
    client = Client(headers={"api_key": world.publishable_key}, raise_request_exception=False)
    return client.post(f"{BASE}/contacts/{path}", body, content_type="application/json")


def told(answer: Any) -> Any:
    headers = {name: value for name, value in answer.headers.items() if name not in CHANGING}
    names = sorted(answer.json()) if answer.content else []
    return answer.status_code, len(answer.content), names, headers


def statements(world: World, path: str, body: Any) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        call(world, path, body)
    shapes = (re.sub(r"'(?:[^']|'')*'", "?", query["sql"]) for query in captured.captured_queries)
    return [re.sub(r"\bNULL\b|\b[0-9a-f]{32}\b|::uuid|\?(?:::\w+)?", "?", re.sub(r"SAVEPOINT \S+", "SAVEPOINT", shape))
            for shape in shapes]  # fmt: skip


@pytest.fixture
def known(rehearsal: World, acme: World) -> None:
    """Somebody whom each mode knows, by the details alone in the one and signing in in the other."""
    a_customer(rehearsal, email=MAILS["known"], phone=PHONES["known"], date_of_birth="1990-02-28")
    member = a_member(acme, MAILS["known"])
    assert member


@pytest.mark.parametrize("way", WAYS)
def test_known_and_unknown_people_are_answered_alike(rehearsal: World, known: None, way: str) -> None:
    path, body = WAYS[way]
    seen = {who: told(call(rehearsal, path, body(who))) for who in ("known", "other")}
    assert seen["known"] == seen["other"]
    assert seen["known"][0] == 200


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("mode", ["rehearsal", "acme"])
def test_they_cost_the_same_statements(request: Any, known: None, mode: str, way: str) -> None:
    world = request.getfixturevalue(mode)
    path, body = WAYS[way]
    call(world, path, {"warm": "up"})
    assert statements(world, path, body("known")) == statements(world, path, body("other"))


@pytest.mark.parametrize("way", [way for way in WAYS if "otp" in way or "signing" in way or "registering" in way])
def test_a_guess_at_a_code_of_nobody_is_answered_alike(rehearsal: World, known: None, way: str) -> None:
    path, body = WAYS[way]
    seen = []
    for who in ("known", "other"):
        auth_otp = call(rehearsal, path, body(who)).json()["auth_otp"]
        tries = [call(rehearsal, "validate-otp", {"auth_otp": auth_otp, "code": "000000"}) for _ in range(7)]
        seen.append([told(answer) for answer in tries])
    assert seen[0] == seen[1]
    assert {answer[0] for answer in seen[0]} == {401}


@pytest.mark.parametrize("way", ["otp by birthdate", "otp of the other way"])
def test_where_nobody_is_found_the_address_is_made_up_once_and_for_all(rehearsal: World, way: str) -> None:
    path, body = WAYS[way]
    values = {call(rehearsal, path, body("other")).json()["obfuscated_value"] for _ in range(3)}
    assert len(values) == 1
    assert re.fullmatch(r"\+\d{5}\*{3}\d{3}", values.pop())
