"""How codes are asked for: what is named when it is wrong, looking somebody up, and signing in without a password."""

from typing import Any

import pytest

from tests.cast import World
from tests.members import BASE, a_member, app, member_from
from tests.selfservice.v1.test_codes import PHONE, somebody
from tests.selfservice.v1.test_sign_in import refused
from tests.signing_in import VALIDATE, code_sent, last_message, show

LOOK_UP = f"{BASE}/contacts/validate"
AUTHENTICATE = f"{BASE}/contacts/authenticate"


@pytest.mark.parametrize(
    ("body", "error", "parameters"),
    [
        ({}, "MANDATORYPARAMETER", ["credentials"]),
        ({"credentials": []}, "INVALIDPARAMETER", ["credentials"]),
        ({"credentials": [{"name": "SHOE_SIZE", "value": "38"}]}, "INVALIDPARAMETER", ["credentials.0.name"]),
        ({"credentials": [{"name": "EMAIL", "value": "x"}]}, "INVALIDPARAMETER", ["credentials.0.value"]),
        ({"credentials": [{"name": "PHONE", "value": "12"}]}, "INVALIDPARAMETER", ["credentials.0.value"]),
        ({"credentials": [{"name": "BIRTHDATE", "value": "28.2.1990"}]}, "INVALIDPARAMETER", ["credentials.0.value"]),
        ({"credentials": [{"name": "AUTH_OTP", "value": "x"}]}, "INVALIDPARAMETER", ["credentials"]),
        (
            {"credentials": [{"name": "CARD", "value": "x"}], "send_method": "PIGEON"},
            "INVALIDPARAMETER",
            ["send_method"],
        ),
        ({"credentials": [{"name": "CARD", "value": "x"}], "method": "PIGEON"}, "INVALIDPARAMETER", ["method"]),
    ],
)
def test_what_is_wrong_with_a_request_is_named(
    rehearsal: World, body: dict[str, Any], error: str, parameters: list[str]
) -> None:
    assert refused(app(rehearsal).post(f"{BASE}/contacts/otp", body), 400, error) == parameters


@pytest.mark.parametrize(
    ("body", "parameters"),
    [({"auth_otp": "x"}, ["code"]), ({"code": "123456"}, ["auth_otp"])],
)
def test_a_code_needs_to_be_named(rehearsal: World, body: dict[str, Any], parameters: list[str]) -> None:
    assert refused(app(rehearsal).post(VALIDATE, body), 400, "MANDATORYPARAMETER") == parameters


def test_the_documents_placeholders_open_nothing(rehearsal: World) -> None:
    body = {"credentials": [{"name": "AUTH_OTP", "value": "12345"}], "code": "123456789"}
    refused(app(rehearsal).post(VALIDATE, body), 401, "INVALIDCREDENTIALS")


def test_looking_somebody_up_sends_nothing(rehearsal: World) -> None:
    somebody(rehearsal)
    known, unknown = ([{"name": "EMAIL", "value": value}] for value in ("sofia@gmail.com", "nobody@gmail.com"))
    answer = app(rehearsal).post(LOOK_UP, {"credentials": known})
    assert (answer.status_code, answer.content) == (200, b"")
    assert refused(app(rehearsal).post(LOOK_UP, {"credentials": unknown}), 400, "INVALIDPARAMETER") == ["credentials"]
    assert last_message(rehearsal) is None
    assert set(app(rehearsal).post(LOOK_UP, {"credentials": known, "send_method": "SMS"}).json()) == {
        "obfuscated_value", "auth_otp",
    }  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        {"provider": "EMAIL", "username": "sofia@gmail.com"},
        {"provider": "EMAIL", "username": "sofia@gmail.com", "password": ""},
        {"provider": "PHONE", "phone_number": PHONE},
        {"provider": "PHONE", "phone_number": "99123834", "country_code": "CYP"},
        {"provider": "PHONE", "phone_number": "99123834", "country_code": "357"},
        {"provider": "PHONE", "phone": {"number": "99123834", "country_code": "CYP"}},
    ],
)
def test_signing_in_without_a_password_asks_for_a_code(rehearsal: World, body: dict[str, Any]) -> None:
    contact_id = somebody(rehearsal)
    answer = app(rehearsal).post(AUTHENTICATE, body)
    assert (answer.status_code, set(answer.json())) == (200, {"obfuscated_value", "auth_otp"})
    member = member_from(rehearsal, show(rehearsal, answer.json()["auth_otp"], code_sent(rehearsal)))
    assert member.id == str(contact_id)


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        ({"provider": "PHONE"}, ["phone_number"]),
        ({"provider": "EMAIL"}, ["username"]),
    ],
)
def test_an_identity_without_its_address_is_refused(rehearsal: World, body: Any, parameters: list[str]) -> None:
    assert refused(app(rehearsal).post(AUTHENTICATE, body), 400, "MANDATORYPARAMETER") == parameters


def test_a_country_that_is_none_is_named(rehearsal: World) -> None:
    body = {"provider": "PHONE", "phone_number": "99123834", "country_code": "Cyp!"}
    assert refused(app(rehearsal).post(AUTHENTICATE, body), 400, "INVALIDPARAMETER") == ["country_code"]


def test_nobody_is_looked_up_by_an_address_that_they_only_claim(rehearsal: World) -> None:
    member = a_member(rehearsal, "ann@example.com")
    member.api.put(member.path, {"email_address": "victim@example.com"})
    for email, status in (("ann@example.com", 200), ("victim@example.com", 400)):
        answer = app(rehearsal).post(LOOK_UP, {"credentials": [{"name": "EMAIL", "value": email}]})
        assert answer.status_code == status, email
