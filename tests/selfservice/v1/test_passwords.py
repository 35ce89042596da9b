"""Forgotten and changed passwords, addresses that are shown to be theirs, ways to sign in that are added (s2 §B3)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from crm.contacts.models import Contact, Identity, SignInLink
from crm.contacts.services import update_customer
from crm.kernel.clock import now
from crm.messaging.models import Communication
from crm.organisations.models import Session
from crm.organisations.services import move_test_clock
from tests.builders import a_customer
from tests.cast import World
from tests.members import BASE, PASSWORD, Member, a_member, app, authenticate, member_from, registration
from tests.selfservice.v1.test_sign_in import refused
from tests.signing_in import code_sent, last_message, link_sent, show, work_off

FORGOT, CHANGE = f"{BASE}/contacts/forgot_password", f"{BASE}/contacts/change_password"
RESEND, VERIFY = f"{BASE}/contacts/request_email_verification", f"{BASE}/contacts/verify_email"
ANOTHER = "another password of theirs 8"
ANYBODY = Client(raise_request_exception=False)


def forgotten(world: World, email: str = "ann@example.com") -> str:
    assert app(world).post(FORGOT, {"username": email}).status_code == 200
    return link_sent(world, email)


def change(token: str, password: str = ANOTHER) -> Any:
    return ANYBODY.post(CHANGE, {"token": token, "password": password}, content_type="application/json")


def verify(token: str) -> Any:
    return ANYBODY.get(f"{VERIFY}/{token}")


# Forgotten


def test_a_forgotten_password_is_chosen_anew_by_the_link(rehearsal: World) -> None:
    member = a_member(rehearsal)
    answer = change(forgotten(rehearsal))
    assert (answer.status_code, answer.content) == (200, b"")
    refused(authenticate(rehearsal, "ann@example.com"), 401, "INVALIDCREDENTIALS")
    again = member_from(rehearsal, authenticate(rehearsal, "ann@example.com", ANOTHER))
    assert again.id == member.id
    refused(member.api.get(member.path), 401, "UNAUTHORIZED")
    refused(member.refresh(), 401, "UNAUTHORIZED")


def test_the_link_leads_to_a_page_that_does_the_same(rehearsal: World) -> None:
    a_member(rehearsal)
    token = forgotten(rehearsal)
    page = ANYBODY.get(f"/portal/password/{token}")
    assert page.status_code == 200
    assert b'type="password"' in page.content
    weak = ANYBODY.post(f"/portal/password/{token}", {"password": "1234"})
    assert (weak.status_code, b'role="alert"' in weak.content) == (400, True)
    assert ANYBODY.post(f"/portal/password/{token}", {"password": ANOTHER}).status_code == 200
    assert ANYBODY.get(f"/portal/password/{token}").status_code == 400
    assert ANYBODY.get("/portal/password/nonsense").status_code == 404
    member_from(rehearsal, authenticate(rehearsal, "ann@example.com", ANOTHER))


def test_whom_staff_wrote_down_may_choose_a_password_like_that(rehearsal: World) -> None:
    contact_id = a_customer(rehearsal, email="ann@example.com")
    change(forgotten(rehearsal))
    assert member_from(rehearsal, authenticate(rehearsal, "ann@example.com", ANOTHER)).id == str(contact_id)


def test_the_link_is_good_once(rehearsal: World) -> None:
    a_member(rehearsal)
    token = forgotten(rehearsal)
    assert change(token).status_code == 200
    assert refused(change(token, PASSWORD), 400, "INVALIDPARAMETER") == ["token"]


def test_a_bad_password_does_not_use_up_the_link(rehearsal: World) -> None:
    a_member(rehearsal)
    token = forgotten(rehearsal)
    assert refused(change(token, "1234"), 400, "INVALIDPARAMETER") == ["password"]
    assert change(token).status_code == 200


def test_after_half_an_hour_the_link_is_over(rehearsal: World) -> None:
    a_member(rehearsal)
    token = forgotten(rehearsal)
    with rehearsal.scope():
        move_test_clock(to=now() + timedelta(minutes=31))
    refused(change(token), 400, "INVALIDPARAMETER")


@pytest.mark.parametrize("token", ["x", "ABCTKN123456798VGP2020", "a.b", "é"])
def test_what_is_no_link_of_ours_changes_nothing(rehearsal: World, token: str) -> None:
    a_member(rehearsal)
    assert refused(change(token), 400, "INVALIDPARAMETER") == ["token"]


def test_a_link_whose_secret_was_altered_is_none(rehearsal: World) -> None:
    a_member(rehearsal)
    token = forgotten(rehearsal)
    at = token.index(".") - 3
    refused(change(token[:at] + ("0" if token[at] != "0" else "1") + token[at + 1 :]), 400, "INVALIDPARAMETER")
    assert change(token).status_code == 200


def test_a_link_to_show_an_address_changes_no_password(rehearsal: World) -> None:
    a_member(rehearsal)
    app(rehearsal).post(RESEND, {"email_address": "ann@example.com"})
    refused(change(link_sent(rehearsal)), 400, "INVALIDPARAMETER")


def test_nobody_who_is_unknown_or_blocked_gets_a_link(rehearsal: World) -> None:
    member = a_member(rehearsal)
    with rehearsal.scope():
        update_customer(contact_id=member.id, status="blocked")  # type: ignore[arg-type]
    for email in ("ann@example.com", "nobody@example.com", "no address"):
        answer = app(rehearsal).post(FORGOT, {"username": email})
        assert (answer.status_code, answer.content) == (200, b"")
    assert last_message(rehearsal) is None


def test_in_live_mode_few_links_go_to_one_address(acme: World) -> None:
    a_member(acme)
    for _ in range(8):
        assert app(acme).post(FORGOT, {"username": "ann@example.com"}).status_code == 200
        work_off()
    with acme.scope():
        messages = list(Communication.objects.values_list("content", flat=True))
        assert len(messages) == 5
    assert all("[secret]" in content for content in messages)


# Changed while signed in


def test_a_changed_password_ends_all_other_sessions_at_once(rehearsal: World) -> None:
    member = a_member(rehearsal)
    other = member_from(rehearsal, authenticate(rehearsal, "ann@example.com"))
    answer = member.api.post(f"{member.path}/change_password", {"password": ANOTHER})
    assert (answer.status_code, answer.content) == (200, b"")
    assert member.api.get(member.path).status_code == 200
    refused(other.api.get(member.path), 401, "UNAUTHORIZED")
    refused(other.refresh(), 401, "UNAUTHORIZED")
    refused(authenticate(rehearsal, "ann@example.com"), 401, "INVALIDCREDENTIALS")
    member_from(rehearsal, authenticate(rehearsal, "ann@example.com", ANOTHER))


@pytest.mark.parametrize(("body", "error"), [({}, "MANDATORYPARAMETER"), ({"password": "1"}, "INVALIDPARAMETER")])
def test_a_bad_password_is_named(rehearsal: World, body: Any, error: str) -> None:
    member = a_member(rehearsal)
    assert refused(member.api.post(f"{member.path}/change_password", body), 400, error) == ["password"]


# Shown to be theirs


def unverified(world: World) -> Member:
    identity = registration()["identity"] | {"validation_required": "true"}
    answer = app(world).post(f"{BASE}/contacts/register", registration(identity=identity))
    assert answer.json()["contact"]["is_verified"] == "false"
    return member_from(world, answer)


def is_verified(world: World) -> bool:
    return bool(authenticate(world, "ann@example.com").json()["contact"]["is_verified"] == "true")


def test_an_address_is_shown_to_be_theirs_by_the_link(rehearsal: World) -> None:
    unverified(rehearsal)
    page = verify(link_sent(rehearsal))
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert is_verified(rehearsal)


def test_a_link_that_was_followed_by_a_scanner_is_good_for_its_reader(rehearsal: World) -> None:
    unverified(rehearsal)
    token = link_sent(rehearsal)
    assert ANYBODY.head(f"{VERIFY}/{token}").status_code == 200
    assert verify(token).status_code == 200
    assert is_verified(rehearsal)
    refused_page = verify("nonsense")
    assert (refused_page.status_code, refused_page["Content-Type"]) == (400, "text/html; charset=utf-8")
    with rehearsal.scope():
        move_test_clock(to=now() + timedelta(days=7, seconds=1))
    assert verify(token).status_code == 400


def test_another_mail_comes_when_asked_for(rehearsal: World) -> None:
    a_member(rehearsal)
    answer = app(rehearsal).post(RESEND, {"email_address": "Ann@example.com"})
    assert (answer.status_code, answer.content) == (200, b"")
    verify(link_sent(rehearsal))
    assert is_verified(rehearsal)
    app(rehearsal).post(RESEND, {"email_address": "ann@example.com"})
    app(rehearsal).post(RESEND, {"email_address": "nobody@example.com"})
    work_off()
    with rehearsal.scope():
        assert Communication.objects.count() == 1
        assert SignInLink.objects.count() == 3


def test_without_being_asked_no_mail_goes_out(rehearsal: World) -> None:
    a_member(rehearsal)
    assert last_message(rehearsal) is None


# Added


@pytest.mark.parametrize("path", ["credentials", "identities"])
def test_an_added_address_signs_in_once_the_link_was_followed(rehearsal: World, path: str) -> None:
    member = a_member(rehearsal)
    answer = member.api.post(f"{member.path}/{path}", {"username": "Work@example.com", "password": ANOTHER})
    assert answer.json() == {"id": member.id}
    refused(authenticate(rehearsal, "work@example.com", ANOTHER), 401, "INVALIDCREDENTIALS")
    assert verify(link_sent(rehearsal)).status_code == 200
    assert member_from(rehearsal, authenticate(rehearsal, "work@example.com", ANOTHER)).id == member.id
    assert member_from(rehearsal, authenticate(rehearsal, "ann@example.com")).id == member.id
    with rehearsal.scope():
        assert Contact.objects.get().email == "ann@example.com"


def test_an_address_that_is_only_asked_for_is_kept_from_nobody(rehearsal: World) -> None:
    member = a_member(rehearsal)
    member.api.post(f"{member.path}/credentials", {"username": "victim@example.com", "password": ANOTHER})
    token = link_sent(rehearsal)
    victim = a_member(rehearsal, "victim@example.com")
    assert verify(token).status_code == 400
    assert member_from(rehearsal, authenticate(rehearsal, "victim@example.com")).id == victim.id


def test_an_address_that_somebody_signs_in_with_is_a_duplicate(rehearsal: World) -> None:
    member = a_member(rehearsal)
    a_member(rehearsal, "taken@example.com")
    answer = member.api.post(f"{member.path}/credentials", {"username": "Taken@example.com", "password": ANOTHER})
    assert refused(answer, 400, "DUPLICATE") == ["username"]


@pytest.mark.parametrize(
    ("body", "error", "parameters"),
    [
        ({}, "MANDATORYPARAMETER", ["username"]),
        ({"username": "b@example.com"}, "MANDATORYPARAMETER", ["password"]),
        ({"username": "b", "password": ANOTHER}, "INVALIDPARAMETER", ["username"]),
        ({"username": "b@example.com", "password": "1"}, "INVALIDPARAMETER", ["password"]),
        ({"provider": "PHONE"}, "MANDATORYPARAMETER", ["phone_number"]),
        ({"provider": "MAC_ADDRESS"}, "MANDATORYPARAMETER", ["mac_address"]),
        ({"provider": "GOOGLE"}, "MANDATORYPARAMETER", ["token"]),
        ({"provider": "PIGEON"}, "INVALIDPARAMETER", ["provider"]),
    ],
)
def test_what_is_wrong_with_an_identity_is_named(
    rehearsal: World, body: Any, error: str, parameters: list[str]
) -> None:
    member = a_member(rehearsal)
    assert refused(member.api.post(f"{member.path}/identities", body), 400, error) == parameters


def test_an_added_phone_signs_in_once_its_code_was_shown(rehearsal: World) -> None:
    member = a_member(rehearsal)
    body = {"provider": "PHONE", "phone_number": "+35799123834"}
    asked = member.api.post(f"{member.path}/identities", body).json()
    assert asked["obfuscated_value"] == "+35799***834"
    with rehearsal.scope():
        assert not Identity.objects.filter(provider="PHONE").exists()
    assert member_from(rehearsal, show(rehearsal, asked["auth_otp"], code_sent(rehearsal))).id == member.id
    with rehearsal.scope():
        assert Identity.objects.get(provider="PHONE").contact_id == Contact.objects.get().pk


def test_an_added_device_signs_in(rehearsal: World) -> None:
    member = a_member(rehearsal)
    device = {"provider": "MAC_ADDRESS", "mac_address": "01-23-45-67-89-ab"}
    refused(app(rehearsal).post(f"{BASE}/contacts/authenticate", device), 401, "INVALIDCREDENTIALS")
    assert member.api.post(f"{member.path}/identities", device).json() == {"id": member.id}
    answer = app(rehearsal).post(f"{BASE}/contacts/authenticate", device | {"mac_address": "01:23:45:67:89:AB"})
    assert member_from(rehearsal, answer).id == member.id
    with rehearsal.scope():
        update_customer(contact_id=member.id, status="inactive")  # type: ignore[arg-type]
    refused(app(rehearsal).post(f"{BASE}/contacts/authenticate", device), 401, "INVALIDCREDENTIALS")


@pytest.mark.parametrize(("mac", "error"), [("", "INVALIDPARAMETER"), ("01-23", "INVALIDPARAMETER")])
def test_what_is_no_device_is_named(rehearsal: World, mac: str, error: str) -> None:
    answer = app(rehearsal).post(f"{BASE}/contacts/authenticate", {"provider": "MAC_ADDRESS", "mac_address": mac})
    assert refused(answer, 400, error) == ["mac_address"]


def test_deactivation_and_a_new_password_leave_no_session_open(rehearsal: World) -> None:
    a_member(rehearsal)
    change(forgotten(rehearsal))
    assert not Session.objects.filter(ended_at=None).exists()
