"""Registering, signing in, refreshing, signing out (s2 §B3, §B6)."""

from datetime import timedelta
from typing import Any

import pytest

from crm.contacts.models import Customer, Identity
from crm.contacts.services import update_customer
from crm.kernel.audit import events_about
from crm.kernel.models import Counter
from crm.organisations.models import Organisation, Session
from crm.organisations.services import define_merchant
from tests.builders import a_customer
from tests.cast import World
from tests.members import BASE, PASSWORD, a_member, app, authenticate, member_from, registration, with_header

REGISTER = f"{BASE}/contacts/register"
UNAUTHORIZED = "CRM.EXCEPTIONS.UNAUTHORIZEDEXCEPTION"
WRONG = "CRM.EXCEPTIONS.INVALIDCREDENTIALSEXCEPTION"


def refused(answer: Any, status: int, error: str) -> list[str]:
    body = answer.json()
    assert (answer.status_code, body["status"], body["error"]) == (status, status, f"CRM.EXCEPTIONS.{error}EXCEPTION")
    parameters: list[str] = body["parameters"]
    return parameters


def test_registering_answers_tokens_and_the_contact(acme: World) -> None:
    body = app(acme).post(REGISTER, registration()).json()
    assert set(body) == {"access_token", "refresh_token", "exp", "contact", "organisations"}
    assert body["exp"].isdigit()
    contact_id = body["contact"].pop("id")
    assert body["contact"] == {
        "title": "", "first_name": "Ann", "last_name": "Lee", "company_name": "", "avatar": "", "is_verified": "false",
    }  # fmt: skip
    assert body["organisations"][0] == {
        "external_id": "acme", "org_type": "SERVICE_OWNER", "org_relationship": "MERCHANT", "name": "Acme",
    }  # fmt: skip
    with acme.scope():
        customer = Customer.objects.get(pk=contact_id)
        assert customer.contact.member.standing.tier.slug == "bronze"


def test_merchants_of_the_network_are_told(acme: World, rival: World) -> None:
    for world, name in ((acme, "Corner shop"), (rival, "Elsewhere")):
        with world.scope():
            define_merchant(name=name, external_id="M-1", kind="VENUE", relationship="SUBSIDIARY")
    body = app(acme).post(REGISTER, registration()).json()
    assert body["organisations"][1:] == [
        {"external_id": "M-1", "org_type": "VENUE", "org_relationship": "SUBSIDIARY", "name": "Corner shop"}
    ]


def test_the_access_token_opens_ones_own_record(acme: World) -> None:
    member = a_member(acme)
    assert member.api.get(member.path).json()["email_address"] == "ann@example.com"


def test_what_is_sent_with_a_registration_is_kept(acme: World) -> None:
    more = {
        "email_opt_out": "true", "sms_opt_out": False, "consent_state": "ACCEPTED", "country_of_agreement": "CYP",
        "custom_fields": [{"key": "shoe", "value": 38}], "service_acceptance": "true", "an_extra": "ignored",
    }  # fmt: skip
    member = a_member(acme, **more)
    record = member.api.get(member.path).json()
    told = ("email_opt_out", "sms_opt_out", "consent_state", "country_of_agreement", "custom_fields")
    assert [record[name] for name in told] == [True, False, "ACCEPTED", "CYP", [{"key": "shoe", "value": 38}]]


def test_an_address_that_a_customer_has_is_a_duplicate(acme: World) -> None:
    a_customer(acme, email="ann@example.com")
    assert refused(app(acme).post(REGISTER, registration("Ann@Example.com")), 400, "DUPLICATE") == ["identity.username"]


@pytest.mark.parametrize(
    ("body", "error", "parameters"),
    [
        ({}, "MANDATORYPARAMETER", ["first_name", "last_name", "identity"]),
        (registration("nonsense"), "INVALIDPARAMETER", ["identity.username"]),
        (registration(password="1234"), "INVALIDPARAMETER", ["identity.password"]),
        (registration(password="12345678"), "INVALIDPARAMETER", ["identity.password"]),
        (registration(password="x" * 129), "INVALIDPARAMETER", ["identity.password"]),
        (registration(identity={"provider": "EMAIL"}), "MANDATORYPARAMETER", ["identity.username"]),
        (registration(identity={"provider": "PHONE"}), "MANDATORYPARAMETER", ["identity.phone_number"]),
        (registration(referral_code="ABC"), "INVALIDPARAMETER", ["referral_code"]),
        (registration(country_of_agreement="XXX"), "INVALIDPARAMETER", ["country_of_agreement"]),
        (registration(identity={"provider": "FACEBOOK", "token": "x"}), "INVALIDPARAMETER", ["identity.provider"]),
        (registration(pass_code="ABC"), "INVALIDPARAMETER", ["pass_code"]),
        (registration(consent_state="MAYBE"), "INVALIDPARAMETER", ["consent_state"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_registration_is_named_and_nobody_is_registered(
    acme: World, body: dict[str, Any], error: str, parameters: list[str]
) -> None:
    assert refused(app(acme).post(REGISTER, body), 400, error) == parameters
    with acme.scope():
        assert not Customer.objects.exists()
        assert not Identity.objects.exists()
    assert not Session.objects.exists()


def test_a_registration_sent_twice_registers_once_and_tells_no_tokens_again(acme: World) -> None:
    first, second = (app(acme).post(REGISTER, registration(), headers={"Idempotency-Key": "one"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.headers["Idempotent-Replayed"] == "true"
    told = first.json() | {"access_token": None, "refresh_token": None}
    assert second.json() == told
    assert Session.objects.count() == 1


def test_signing_in_takes_the_address_in_any_case(acme: World) -> None:
    member = a_member(acme)
    again = member_from(acme, authenticate(acme, "ANN@example.com"))
    assert again.id == member.id
    assert again.api.get(again.path).status_code == 200


@pytest.mark.parametrize("case", ["unknown", "wrong password", "no password kept", "inactive", "blocked", "deleted"])
def test_who_cannot_come_in_is_not_told_why(acme: World, case: str) -> None:
    member = a_member(acme)
    email, password = "ann@example.com", PASSWORD
    with acme.scope():
        if case in ("inactive", "blocked"):
            update_customer(contact_id=Customer.objects.get().pk, status=case)
        if case == "no password kept":
            Identity.objects.update(password="")
    if case == "deleted":
        member.api.delete(member.path)
    if case == "unknown":
        email = "nobody@example.com"
    if case == "wrong password":
        password = "not the password"
    answer = authenticate(acme, email, password)
    assert answer.status_code == 401
    assert answer.json() == {
        "status": 401, "message": "The e-mail address or the password is wrong.", "error": WRONG, "parameters": [],
    }  # fmt: skip


def test_the_same_address_is_another_person_elsewhere(acme: World, rehearsal: World, rival: World) -> None:
    a_member(acme)
    for world in (rehearsal, rival):
        assert authenticate(world, "ann@example.com").status_code == 401
        assert a_member(world).api.get(a_member(world, "bob@example.com").path).status_code == 403


def test_after_five_wrong_guesses_the_right_password_waits_too(acme: World) -> None:
    a_member(acme)
    for _ in range(5):
        assert authenticate(acme, "ann@example.com", "wrong one").status_code == 401
    for password in ("wrong one", PASSWORD):
        answer = authenticate(acme, "ann@example.com", password)
        assert refused(answer, 429, "TOOMANYREQUESTS") == []
        assert 0 < int(answer.headers["Retry-After"]) <= 900
    counter = Counter.objects.get(key__contains="ann@example.com")
    counter.expires_at -= timedelta(minutes=16)
    counter.save()
    assert authenticate(acme, "ann@example.com").status_code == 200
    assert not Counter.objects.filter(key__contains="ann@example.com").exists()


def test_guesses_at_somebody_unknown_are_counted_alike(acme: World) -> None:
    found = [authenticate(acme, "nobody@example.com", "x" * 9).status_code for _ in range(7)]
    assert found == [401] * 5 + [429] * 2


def test_one_address_tries_a_hundred_times_at_most(acme: World) -> None:
    from crm.organisations.services import ADDRESS_GUESSES

    for _ in range(100):
        ADDRESS_GUESSES.count("192.0.2.7")
    assert authenticate(acme, "ann@example.com", address="192.0.2.7").status_code == 429
    assert authenticate(acme, "ann@example.com", address="192.0.2.8").status_code == 401


@pytest.mark.parametrize("header", ["Authorization", "auth_token", "Bearer"])
def test_three_spellings_of_a_token_open(acme: World, header: str) -> None:
    member = a_member(acme)
    name, value = (
        ("Authorization", f"Bearer {member.access_token}") if header == "Bearer" else (header, member.access_token)
    )
    assert with_header(name, value).get(member.path).status_code == 200


def test_a_refresh_gives_new_tokens_and_the_used_one_ends_the_session(acme: World) -> None:
    member = a_member(acme)
    renewed = member_from(acme, member.refresh())
    assert renewed.refresh_token != member.refresh_token
    assert renewed.api.get(renewed.path).status_code == 200
    assert refused(member.refresh(), 401, "UNAUTHORIZED") == []
    for dead in (member.api.get(member.path), renewed.api.get(renewed.path), renewed.refresh()):
        assert dead.status_code == 401


def test_a_refresh_token_may_come_in_a_header(acme: World) -> None:
    member = a_member(acme)
    answer = app(acme).post(f"{BASE}/contacts/refresh", {}, headers={"refresh_token": member.refresh_token})
    assert answer.status_code == 200


@pytest.mark.parametrize("text", ["", "x", "rt_", "rt_" + "0" * 32 + "_" + "A" * 43 + "_" + "A" * 43])
def test_what_was_never_a_refresh_token_does_nothing(acme: World, text: str) -> None:
    member = a_member(acme)
    assert app(acme).post(f"{BASE}/contacts/refresh", {"refresh_token": text}).status_code == 401
    assert member.api.get(member.path).status_code == 200


def test_a_refresh_token_works_only_with_its_own_applications_key(acme: World, rehearsal: World, rival: World) -> None:
    member = a_member(acme)
    for world in (rehearsal, rival):
        answer = app(world).post(f"{BASE}/contacts/refresh", {"refresh_token": member.refresh_token})
        assert answer.status_code == 401
    assert member.refresh().status_code == 200


@pytest.mark.parametrize("change", ["inactive", "organisation", "session", "expired"])
def test_who_may_not_come_in_any_more_gets_no_new_tokens(acme: World, change: str) -> None:
    member = a_member(acme)
    if change == "inactive":
        with acme.scope():
            update_customer(contact_id=Customer.objects.get().pk, status="inactive")
    if change == "organisation":
        Organisation.objects.filter(slug="acme").update(is_active=False)
    if change == "session":
        member.api.post(f"{member.path}/sign_out")
    if change == "expired":
        session = Session.objects.get()
        session.expires_at -= timedelta(days=31)
        session.save()
    assert member.refresh().status_code == 401
    assert member.api.get(member.path).status_code == 401


def test_signing_out_ends_this_session_alone(acme: World) -> None:
    phone = a_member(acme)
    tablet = member_from(acme, authenticate(acme, "ann@example.com"))
    answer = phone.api.post(f"{phone.path}/sign_out")
    assert (answer.status_code, answer.content) == (200, b"")
    assert phone.api.get(phone.path).status_code == 401
    assert phone.refresh().status_code == 401
    assert tablet.api.get(tablet.path).status_code == 200


def test_signing_in_and_out_is_in_the_persons_story(acme: World) -> None:
    member = a_member(acme)
    member.api.post(f"{member.path}/sign_out")
    with acme.scope():
        assert "member.signed_in" in {event.name for event in events_about("contact", member.id)}
        assert events_about("session", Session.objects.get().pk).first().name == "session.ended"  # type: ignore[union-attr]


@pytest.mark.parametrize("route", ["register", "authenticate", "refresh"])
def test_only_an_applications_key_opens_what_comes_before_signing_in(acme: World, route: str) -> None:
    member = a_member(acme)
    path = f"{BASE}/contacts/{route}"
    assert with_header("api_key", "pk_live_nothing").post(path, {}, content_type="application/json").status_code == 401
    assert with_header("api_key", acme.secret_key).post(path, {}, content_type="application/json").status_code == 403
    assert member.api.post(path, {}).status_code == 403
