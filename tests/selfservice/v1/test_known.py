"""S2 `GET /contacts`: whether somebody is known by an address or a phone; counted as every look-up is."""

from typing import Any

import pytest
from django.test import Client

from crm.contacts.services import delete_contact, look_ups, update_customer
from tests.builders import a_customer
from tests.cast import Cast, World
from tests.members import BASE, a_member, app
from tests.selfservice.v1.test_sign_in import refused
from tests.signing_in import last_message

pytestmark = pytest.mark.django_db
PATH, LOOK_UP = f"{BASE}/contacts", f"{BASE}/contacts/validate"
EMAIL, PHONE = "sofia@gmail.com", "+35799123834"


def exists(world: World, **query: Any) -> bool:
    answer = app(world).get(PATH, **query)
    assert answer.status_code == 200, answer.content
    assert set(answer.json()) == {"contact_exists"}
    return bool(answer.json()["contact_exists"])


def test_somebody_is_known_by_address_or_phone_or_both(acme: World) -> None:
    a_customer(acme, email=EMAIL, phone=PHONE)
    a_customer(acme, email="other@gmail.com", phone="+35799123835")
    assert exists(acme, email_address="SOFIA@gmail.com")
    assert exists(acme, phone=PHONE)
    assert exists(acme, phone="99123834", country_code="CYP")
    assert exists(acme, email_address=EMAIL, phone=PHONE)
    assert not exists(acme, email_address=EMAIL, phone="+35799123835")
    assert not exists(acme, email_address="nobody@gmail.com")
    assert not exists(acme, phone="+35799123836")
    assert last_message(acme) is None


def test_it_tells_what_looking_somebody_up_tells(acme: World) -> None:
    """Inactive, blocked and deleted people, a phone that two have, an address that is only claimed: nobody is meant."""
    people = {name: a_customer(acme, email=f"{name}@gmail.com") for name in ("active", "inactive", "blocked", "gone")}
    with acme.scope():
        for status in ("inactive", "blocked"):
            update_customer(contact_id=people[status], status=status)
        delete_contact(contact_id=people["gone"])
    for name in ("first", "second"):
        a_customer(acme, email=f"{name}@gmail.com", phone=PHONE)
    member = a_member(acme)
    member.api.put(member.path, {"email_address": "victim@gmail.com"})
    asked = {name: ("EMAIL", f"{name}@gmail.com") for name in (*people, "first", "victim")} | {"two": ("PHONE", PHONE)}
    for name, (kind, value) in asked.items():
        query = {"email_address" if kind == "EMAIL" else "phone": value}
        looked_up = app(acme).post(LOOK_UP, {"credentials": [{"name": kind, "value": value}]})
        assert exists(acme, **query) is (looked_up.status_code == 200) is (name in ("active", "first")), name


def test_nobody_is_known_elsewhere(cast: Cast) -> None:
    a_customer(cast.acme, email=EMAIL)
    assert [exists(world, email_address=EMAIL) for world in (cast.acme, cast.rehearsal, cast.rival)] == [
        True, False, False,
    ]  # fmt: skip


def test_questions_are_counted_together_with_look_ups_and_by_address(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(look_ups, "LOOK_UPS", look_ups.GuessLimit("look-up", 3, look_ups.LOOK_UPS.within))
    a_customer(cast.acme, email=EMAIL)
    app(cast.acme).post(LOOK_UP, {"credentials": [{"name": "EMAIL", "value": EMAIL}]})
    assert exists(cast.acme, email_address=EMAIL)
    assert not exists(cast.acme, email_address="nobody@gmail.com")
    for email in (EMAIL, "nobody@gmail.com"):
        answer = app(cast.acme).get(PATH, email_address=email)
        refused(answer, 429, "TOOMANYREQUESTS")
        assert int(answer.headers["Retry-After"]) > 0
    elsewhere = Client(headers={"api_key": cast.acme.publishable_key}, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.get(PATH, {"email_address": EMAIL}).json() == {"contact_exists": True}
    for _ in range(5):
        assert not exists(cast.rehearsal, email_address=EMAIL)


def test_without_counting_everybody_could_be_gone_through(acme: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(look_ups, "LOOK_UPS", look_ups.GuessLimit("look-up", 3, look_ups.LOOK_UPS.within))
    monkeypatch.setattr(look_ups.GuessLimit, "count", lambda *_of: None)
    for _ in range(5):
        assert not exists(acme, email_address=EMAIL)


@pytest.mark.parametrize(
    ("query", "error", "parameters"),
    [({}, "MANDATORYPARAMETER", ["email_address"]), ({"country_code": "CYP"}, "MANDATORYPARAMETER", ["email_address"]),
     ({"email_address": "x"}, "INVALIDPARAMETER", ["email_address"]),
     ({"email_address": ""}, "INVALIDPARAMETER", ["email_address"]),
     ({"phone": "12"}, "INVALIDPARAMETER", ["phone"]),
     ({"phone": "99123834", "country_code": "Cyp!"}, "INVALIDPARAMETER", ["country_code"])],
)  # fmt: skip
def test_what_is_wrong_is_named(acme: World, query: dict[str, str], error: str, parameters: list[str]) -> None:
    assert refused(app(acme).get(PATH, **query), 400, error) == parameters


def test_an_applications_key_is_needed(acme: World) -> None:
    assert Client().get(PATH, {"email_address": EMAIL}).status_code == 401
    assert a_member(acme).api.get(PATH, email_address=EMAIL).status_code == 403
