"""Registering: by password, by a code, with a pass, brought by somebody, all of it or nothing (s2 §B6)."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from crm.contacts.models import Contact, Customer, Identity, OnceCode, PassCode, Referral
from crm.contacts.services import define_pass_code, referral_code_of
from crm.kernel.clock import now
from tests.builders import a_customer, an_entry
from tests.cast import World
from tests.members import BASE, PASSWORD, a_member, app, authenticate, member_from, registration
from tests.selfservice.v1.test_sign_in import refused
from tests.signing_in import code_sent, last_message, show

REGISTER = f"{BASE}/contacts/register"
PHONE = "+35799123834"
BY_MAIL = {"provider": "EMAIL", "username": "ann@example.com"}
BY_PHONE = {"provider": "PHONE", "phone_number": "99123834", "country_code": "CYP"}


def register(world: World, identity: Any = BY_MAIL, **more: Any) -> Any:
    return app(world).post(REGISTER, {"first_name": "Ann", "last_name": "Lee", "identity": identity, **more})


def registered(world: World, identity: Any = BY_MAIL, **more: Any) -> Any:
    answer = register(world, identity, **more)
    assert answer.status_code == 200, answer.content
    return member_from(world, show(world, answer.json()["auth_otp"], code_sent(world)))


def nobody_was_registered(world: World) -> bool:
    with world.scope():
        return not (Contact.objects.exists() or Identity.objects.exists())


@pytest.mark.parametrize(("identity", "shown"), [(BY_MAIL, "an****@example.com"), (BY_PHONE, "+35799***834")])
def test_without_a_password_nobody_is_registered_before_the_code_was_shown(
    rehearsal: World, identity: Any, shown: str
) -> None:
    answer = register(rehearsal, identity)
    assert answer.json() == {"obfuscated_value": shown, "auth_otp": answer.json()["auth_otp"]}
    assert nobody_was_registered(rehearsal)
    member = member_from(rehearsal, show(rehearsal, answer.json()["auth_otp"], code_sent(rehearsal)))
    record = member.api.get(member.path).json()
    assert (record["first_name"], record["last_name"]) == ("Ann", "Lee")
    assert (record["email_address"], record["phone"]) in (("ann@example.com", ""), ("", PHONE))
    with rehearsal.scope():
        assert Customer.objects.get().contact.member.standing.tier.slug == "bronze"
        assert Identity.objects.get().verified_at is not None


@pytest.mark.parametrize("identity", [BY_MAIL, BY_PHONE])
def test_what_was_sent_waits_for_the_code(rehearsal: World, identity: Any) -> None:
    more = {
        "email_opt_out": "true", "sms_opt_out": "false", "consent_state": "ACCEPTED", "country_of_agreement": "CYP",
        "custom_fields": [{"key": "shoe", "value": 38.5}], "service_acceptance": "true",
    }  # fmt: skip
    member = registered(rehearsal, identity, **more)
    record = member.api.get(member.path).json()
    told = ("email_opt_out", "sms_opt_out", "consent_state", "country_of_agreement", "custom_fields")
    assert [record[name] for name in told] == [True, False, "ACCEPTED", "CYP", [{"key": "shoe", "value": 38.5}]]


def test_what_was_sent_is_not_kept_in_clear_nor_longer_than_needed(rehearsal: World) -> None:
    auth_otp = register(rehearsal, last_name="Unmistakable").json()["auth_otp"]
    with rehearsal.scope():
        waiting = OnceCode.objects.get().registration
    assert waiting
    assert "Unmistakable" not in waiting
    show(rehearsal, auth_otp, code_sent(rehearsal))
    with rehearsal.scope():
        assert OnceCode.objects.get().registration == ""


@pytest.mark.parametrize("identity", [BY_MAIL, BY_PHONE])
def test_somebody_who_is_known_is_simply_signed_in(rehearsal: World, identity: Any) -> None:
    contact_id = a_customer(rehearsal, name="Other Name", email="ann@example.com", phone=PHONE)
    member = registered(rehearsal, identity)
    assert member.id == str(contact_id)
    assert member.api.get(member.path).json()["first_name"] == "Other"


def test_whom_a_listing_knows_becomes_the_customer(rehearsal: World) -> None:
    an_entry(rehearsal, email="ann@example.com", first_name="Listed")
    member = registered(rehearsal)
    with rehearsal.scope():
        assert str(Contact.objects.get().pk) == member.id


def test_names_of_the_second_version_are_taken(rehearsal: World) -> None:
    phone = {"number": "99123834", "country_code": "CYP"}
    for identification in ({"provider": "PHONE", "phone": phone}, {"provider": "EMAIL", "email": "b@example.com"}):
        body = {"first_name": "Ann", "last_name": "Lee", "identification": identification}
        answer = app(rehearsal).post(REGISTER, body)
        assert show(rehearsal, answer.json()["auth_otp"], code_sent(rehearsal)).status_code == 200


@pytest.mark.parametrize("style", ["identity.{}", "identity[{}]"])
def test_a_form_will_do(rehearsal: World, style: str) -> None:
    fields = {style.format(name): value for name, value in registration()["identity"].items()}
    form = urlencode({"first_name": "Ann", "last_name": "Lee", "email_opt_out": "true", **fields})
    answer = app(rehearsal).post(REGISTER, form, content_type="application/x-www-form-urlencoded")
    member = member_from(rehearsal, answer)
    assert member.api.get(member.path).json()["email_opt_out"] is True


# Passes


def a_pass(world: World, **values: Any) -> PassCode:
    with world.scope():
        return define_pass_code(**{"code": "Summer26", **values})


@pytest.mark.parametrize("code", ["Summer26", " summer26 "])
def test_a_pass_lets_somebody_register(rehearsal: World, code: str) -> None:
    a_pass(rehearsal)
    member_from(rehearsal, app(rehearsal).post(REGISTER, registration(pass_code=code)))
    with rehearsal.scope():
        assert PassCode.objects.get().uses == 1


@pytest.mark.parametrize(
    ("values", "sent"),
    [
        ({}, {"pass_code": "Winter26"}),
        ({"is_active": False}, {"pass_code": "Summer26"}),
        ({"valid_until": now() - timedelta(minutes=1)}, {"pass_code": "Summer26"}),
        ({"pin": "1234"}, {"pass_code": "Summer26"}),
        ({"pin": "1234"}, {"pass_code": "Summer26", "pass_pin": "4321"}),
    ],
)
@pytest.mark.parametrize("identity", [registration()["identity"], BY_MAIL, BY_PHONE])
def test_with_a_bad_pass_nobody_is_registered(
    rehearsal: World, values: dict[str, Any], sent: dict[str, Any], identity: Any
) -> None:
    a_pass(rehearsal, **values)
    assert refused(register(rehearsal, identity, **sent), 400, "INVALIDPARAMETER") == ["pass_code"]
    assert nobody_was_registered(rehearsal)
    assert last_message(rehearsal) is None


def test_a_pass_for_one_is_used_up_by_one(rehearsal: World, rival: World) -> None:
    a_pass(rehearsal, most_uses=1, pin="1234")
    sent = {"pass_code": "Summer26", "pass_pin": "1234"}
    member_from(rehearsal, app(rehearsal).post(REGISTER, registration(**sent)))
    again = app(rehearsal).post(REGISTER, registration("b@example.com", **sent))
    assert refused(again, 400, "INVALIDPARAMETER") == ["pass_code"]
    assert refused(app(rival).post(REGISTER, registration(**sent)), 400, "INVALIDPARAMETER") == ["pass_code"]


def test_of_two_who_wait_with_the_last_pass_one_is_registered(rehearsal: World) -> None:
    a_pass(rehearsal, most_uses=1)
    waiting = []
    for email in ("a@example.com", "b@example.com"):
        answer = register(rehearsal, {"provider": "EMAIL", "username": email}, pass_code="Summer26")
        waiting.append((answer.json()["auth_otp"], code_sent(rehearsal, email)))
    assert show(rehearsal, *waiting[0]).status_code == 200
    assert refused(show(rehearsal, *waiting[1]), 400, "INVALIDPARAMETER") == ["pass_code"]
    with rehearsal.scope():
        assert Customer.objects.count() == 1


def test_a_registration_that_fails_leaves_its_pass(rehearsal: World) -> None:
    a_pass(rehearsal, most_uses=1)
    a_customer(rehearsal, email="ann@example.com")
    refused(app(rehearsal).post(REGISTER, registration(pass_code="Summer26")), 400, "DUPLICATE")
    with rehearsal.scope():
        assert PassCode.objects.get().uses == 0


# Brought by somebody


@pytest.mark.parametrize("identity", [registration()["identity"], BY_PHONE])
def test_who_brought_them_is_written_down(rehearsal: World, identity: Any) -> None:
    referrer = a_member(rehearsal, "referrer@example.com")
    code = referrer.api.get(referrer.path).json()["referral_code"]
    answer = register(rehearsal, identity, referral_code=code.lower()).json()
    body = answer if "contact" in answer else show(rehearsal, answer["auth_otp"], code_sent(rehearsal)).json()
    with rehearsal.scope():
        assert str(Referral.objects.get().referrer_id) == referrer.id
        assert str(Referral.objects.get().pk) == body["contact"]["id"]


def test_a_referral_code_of_elsewhere_is_nobodys(rehearsal: World, rival: World) -> None:
    stranger = referral_code_of(a_customer(rival))
    for code in (stranger, "x", "ABCDEFGH", "é"):
        refusal = app(rehearsal).post(REGISTER, registration(referral_code=code))
        assert refused(refusal, 400, "INVALIDPARAMETER") == ["referral_code"]


# What else is told


def test_a_password_is_not_set_for_who_signs_in_with_a_phone_alone(rehearsal: World) -> None:
    member = registered(rehearsal, BY_PHONE)
    answer = member.api.post(f"{member.path}/change_password", {"password": PASSWORD})
    assert refused(answer, 400, "INVALIDPARAMETER") == ["password"]


def test_who_registered_by_code_has_no_password(rehearsal: World) -> None:
    registered(rehearsal)
    refused(authenticate(rehearsal, "ann@example.com"), 401, "INVALIDCREDENTIALS")
