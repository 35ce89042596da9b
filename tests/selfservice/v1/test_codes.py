"""One-time codes: who gets one, what it opens, and how long it is good (s2 §B3, where-they-meet.md, "Once-codes")."""

import json
from datetime import timedelta
from typing import Any

import pytest

from crm.contacts.models import Identity, OnceCode
from crm.contacts.services import add_identity, keep_document, update_customer
from crm.kernel.clock import now
from crm.messaging.models import Communication
from crm.organisations.services import move_test_clock
from tests.builders import a_customer
from tests.cast import World
from tests.members import a_member, app, member_from
from tests.selfservice.v1.test_sign_in import refused
from tests.signing_in import VALIDATE, ask, code_sent, last_message, show, work_off

PHONE = "+35799123834"


def somebody(world: World, **values: Any) -> Any:
    return a_customer(world, **{"email": "sofia@gmail.com", "phone": PHONE, "date_of_birth": "1990-02-28", **values})


@pytest.mark.parametrize(
    ("credential", "channel", "shown"),
    [
        (("EMAIL", "Sofia@gmail.com"), "email", "so****@gmail.com"),
        (("PHONE", PHONE), "sms", "+35799***834"),
        (("PHONE", "35799123834"), "sms", "+35799***834"),
        (("BIRTH_DATE", "1990-02-28"), "sms", "+35799***834"),
        (("BIRTHDATE", "1990-02-28"), "sms", "+35799***834"),
    ],
)
def test_the_code_goes_to_who_is_meant_and_signs_them_in(
    rehearsal: World, credential: tuple[str, str], channel: str, shown: str
) -> None:
    contact_id = somebody(rehearsal)
    answer = ask(rehearsal, credential)
    assert (answer.status_code, set(answer.json())) == (200, {"obfuscated_value", "auth_otp"})
    assert answer.json()["obfuscated_value"] == shown
    message = last_message(rehearsal)
    assert message is not None
    assert (message.channel, message.contact_id) == (channel, contact_id)
    member = member_from(rehearsal, show(rehearsal, answer.json()["auth_otp"], code_sent(rehearsal)))
    assert member.id == str(contact_id)
    assert member.api.get(member.path).status_code == 200


def test_send_method_says_by_which_way(rehearsal: World) -> None:
    somebody(rehearsal)
    answer = ask(rehearsal, ("BIRTHDATE", "1990-02-28"), send_method="EMAIL")
    assert answer.json()["obfuscated_value"] == "so****@gmail.com"
    assert ask(rehearsal, ("BIRTHDATE", "1990-02-28"), method="SMS").json()["obfuscated_value"] == "+35799***834"


def test_documents_identify_whatever_their_spelling(rehearsal: World) -> None:
    contact_id = somebody(rehearsal)
    with rehearsal.scope():
        for kind in ("id", "passport", "statutory"):
            keep_document(contact_id=contact_id, kind=kind, number=f"{kind}-123 45")
    for name, number in (("ID_NUMBER", "ID12345"), ("PASSPORT", "passport 12345"), ("STATUTORY_ID", "statutory12345")):
        answer = ask(rehearsal, (name, number))
        assert member_from(rehearsal, show(rehearsal, answer.json()["auth_otp"], code_sent(rehearsal)))


def test_a_refresh_token_identifies_its_member(rehearsal: World) -> None:
    member = a_member(rehearsal, "ann@example.com")
    answer = ask(rehearsal, ("REFRESH_TOKEN", member.refresh_token), send_method="EMAIL")
    again = member_from(rehearsal, show(rehearsal, answer.json()["auth_otp"], code_sent(rehearsal)))
    assert again.id == member.id


def test_all_credentials_must_mean_the_same_one(rehearsal: World) -> None:
    somebody(rehearsal)
    a_customer(rehearsal, email="other@example.com", date_of_birth="1980-01-01")
    ask(rehearsal, ("EMAIL", "sofia@gmail.com"), ("BIRTHDATE", "1980-01-01"))
    assert last_message(rehearsal) is None


@pytest.mark.parametrize("name", ["CARD", "LOYALTY_IDENTIFIER", "GIFT_PASS"])
def test_what_nobody_holds_yet_means_nobody(rehearsal: World, name: str) -> None:
    somebody(rehearsal)
    assert ask(rehearsal, (name, "A1B2")).status_code == 200
    assert last_message(rehearsal) is None


def test_several_who_are_meant_get_nothing(rehearsal: World) -> None:
    for number in range(2):
        a_customer(rehearsal, email=f"{number}@example.com", phone=PHONE)
    assert ask(rehearsal, ("PHONE", PHONE)).status_code == 200
    assert last_message(rehearsal) is None


def test_who_signs_in_with_a_phone_comes_before_those_who_share_it(rehearsal: World) -> None:
    first, _second = (a_customer(rehearsal, email=f"{number}@example.com", phone=PHONE) for number in range(2))
    with rehearsal.scope():
        add_identity(contact_id=first, provider="PHONE", value=PHONE)
    answer = ask(rehearsal, ("PHONE", PHONE))
    assert member_from(rehearsal, show(rehearsal, answer.json()["auth_otp"], code_sent(rehearsal))).id == str(first)


def test_whoever_is_found_by_something_else_comes_in_though_another_signs_in_with_their_phone(rehearsal: World) -> None:
    first = somebody(rehearsal)
    second = a_customer(rehearsal, email="other@example.com", phone=PHONE)
    with rehearsal.scope():
        add_identity(contact_id=second, provider="PHONE", value=PHONE)
    answer = ask(rehearsal, ("BIRTHDATE", "1990-02-28"), send_method="SMS")
    assert member_from(rehearsal, show(rehearsal, answer.json()["auth_otp"], code_sent(rehearsal))).id == str(first)
    with rehearsal.scope():
        assert Identity.objects.get().contact_id == second


def test_an_address_that_a_member_claims_is_not_theirs_to_be_found_by(rehearsal: World) -> None:
    member = a_member(rehearsal, "ann@example.com")
    member.api.put(member.path, {"email_address": "victim@example.com"})
    ask(rehearsal, ("EMAIL", "victim@example.com"))
    assert last_message(rehearsal) is None
    ask(rehearsal, ("EMAIL", "ann@example.com"))
    assert last_message(rehearsal) is not None


@pytest.mark.parametrize("status", ["inactive", "blocked"])
def test_who_may_not_come_in_gets_nothing(rehearsal: World, status: str) -> None:
    somebody(rehearsal, status=status)
    ask(rehearsal, ("EMAIL", "sofia@gmail.com"))
    assert last_message(rehearsal) is None


def test_the_first_code_that_is_shown_proves_the_address(rehearsal: World) -> None:
    contact_id = somebody(rehearsal)
    answer = ask(rehearsal, ("PHONE", PHONE))
    body = show(rehearsal, answer.json()["auth_otp"], code_sent(rehearsal)).json()
    assert body["contact"]["is_verified"] == "true"
    with rehearsal.scope():
        identity = Identity.objects.get()
        assert (identity.provider, identity.value, identity.contact_id) == ("PHONE", PHONE, contact_id)
        assert identity.last_used_at is not None


def test_a_code_is_good_once(rehearsal: World) -> None:
    somebody(rehearsal)
    auth_otp, code = ask(rehearsal, ("PHONE", PHONE)).json()["auth_otp"], code_sent(rehearsal)
    assert show(rehearsal, auth_otp, code).status_code == 200
    refused(show(rehearsal, auth_otp, code), 401, "INVALIDCREDENTIALS")


def test_after_five_wrong_tries_the_right_code_is_no_good(rehearsal: World) -> None:
    somebody(rehearsal)
    auth_otp, code = ask(rehearsal, ("PHONE", PHONE)).json()["auth_otp"], code_sent(rehearsal)
    for number in range(5):
        refused(show(rehearsal, auth_otp, f"{(int(code) + 1 + number) % 10**6:06}"), 401, "INVALIDCREDENTIALS")
    refused(show(rehearsal, auth_otp, code), 401, "INVALIDCREDENTIALS")


def test_four_wrong_tries_do_no_harm(rehearsal: World) -> None:
    somebody(rehearsal)
    auth_otp, code = ask(rehearsal, ("PHONE", PHONE)).json()["auth_otp"], code_sent(rehearsal)
    for _ in range(4):
        show(rehearsal, auth_otp, "x")
    assert show(rehearsal, auth_otp, code).status_code == 200


def test_after_five_minutes_a_code_is_over(rehearsal: World) -> None:
    somebody(rehearsal)
    auth_otp, code = ask(rehearsal, ("PHONE", PHONE)).json()["auth_otp"], code_sent(rehearsal)
    with rehearsal.scope():
        move_test_clock(to=now() + timedelta(minutes=5, seconds=1))
    refused(show(rehearsal, auth_otp, code), 401, "OTPEXPIRED")


def test_a_new_code_kills_the_old(rehearsal: World) -> None:
    somebody(rehearsal)
    first, code = ask(rehearsal, ("PHONE", PHONE)).json()["auth_otp"], code_sent(rehearsal)
    second = ask(rehearsal, ("PHONE", PHONE)).json()["auth_otp"]
    newer = code_sent(rehearsal)
    refused(show(rehearsal, first, code), 401, "INVALIDCREDENTIALS")
    assert show(rehearsal, second, newer).status_code == 200


def test_a_code_of_one_person_opens_nothing_of_another(rehearsal: World) -> None:
    somebody(rehearsal)
    somebody(rehearsal, email="max@example.com", phone="+35799000000")
    ask(rehearsal, ("PHONE", PHONE))
    code = code_sent(rehearsal, PHONE)
    other = ask(rehearsal, ("PHONE", "+35799000000")).json()["auth_otp"]
    work_off()
    refused(show(rehearsal, other, code), 401, "INVALIDCREDENTIALS")


@pytest.mark.parametrize(
    "body",
    [
        {"credentials": [{"name": "PHONE", "value": PHONE}]},
        {"credentials": [{"name": "AUTH_OTP", "value": "<id>"}]},
        {"credentials": [{"name": "AUTH_OTP", "value": "<id>"}, {"name": "PHONE", "value": PHONE}]},
        {"auth_otp": "<id>", "remember_me": "true"},
    ],
)
def test_a_code_is_named_in_any_of_the_documents_ways(rehearsal: World, body: dict[str, Any]) -> None:
    somebody(rehearsal)
    auth_otp = ask(rehearsal, ("PHONE", PHONE)).json()["auth_otp"]
    body = json.loads(json.dumps(body).replace("<id>", auth_otp))
    path = VALIDATE if "remember_me" not in body else VALIDATE.replace("validate-otp", "validate_otp")
    assert app(rehearsal).post(path, {**body, "code": code_sent(rehearsal)}).status_code == 200


def test_another_persons_credentials_beside_the_id_are_refused(rehearsal: World) -> None:
    somebody(rehearsal)
    auth_otp = ask(rehearsal, ("PHONE", PHONE)).json()["auth_otp"]
    body = {"auth_otp": auth_otp, "credentials": [{"name": "PHONE", "value": "+35799000000"}]}
    refused(app(rehearsal).post(VALIDATE, {**body, "code": code_sent(rehearsal)}), 401, "INVALIDCREDENTIALS")


def test_who_was_blocked_since_the_code_was_sent_stays_outside(rehearsal: World) -> None:
    contact_id = somebody(rehearsal)
    auth_otp, code = ask(rehearsal, ("PHONE", PHONE)).json()["auth_otp"], code_sent(rehearsal)
    with rehearsal.scope():
        update_customer(contact_id=contact_id, status="blocked")
    refused(show(rehearsal, auth_otp, code), 401, "INVALIDCREDENTIALS")


def test_the_other_mode_and_another_organisation_know_nothing_of_a_code(
    rehearsal: World, acme: World, rival: World
) -> None:
    somebody(rehearsal)
    auth_otp, code = ask(rehearsal, ("PHONE", PHONE)).json()["auth_otp"], code_sent(rehearsal)
    for world in (acme, rival):
        refused(show(world, auth_otp, code), 401, "INVALIDCREDENTIALS")
    assert show(rehearsal, auth_otp, code).status_code == 200


def test_in_live_mode_the_code_is_nowhere_to_be_read(acme: World) -> None:
    somebody(acme)
    ask(acme, ("PHONE", PHONE))
    message = last_message(acme)
    assert message is not None
    assert message.content.startswith("[secret]")
    shown = acme.api.get("/notification/api/communications").json()["data"]["data"]
    assert [row["content"] for row in shown] == [message.content]


def test_in_test_mode_the_code_is_read_where_messages_are_listed(rehearsal: World) -> None:
    somebody(rehearsal)
    auth_otp = ask(rehearsal, ("PHONE", PHONE)).json()["auth_otp"]
    work_off()
    rows = rehearsal.api.get("/notification/api/communications", channel="sms").json()["data"]["data"]
    assert show(rehearsal, auth_otp, rows[0]["content"][:6]).status_code == 200


def test_between_two_codes_half_a_minute_goes_by_and_five_are_all_in_an_hour(acme: World) -> None:
    somebody(acme)
    assert ask(acme, ("PHONE", PHONE)).status_code == 200
    answer = ask(acme, ("PHONE", PHONE))
    refused(answer, 429, "TOOMANYREQUESTS")
    assert 1 <= int(answer.headers["Retry-After"]) <= 30


def test_of_several_ways_to_ask_for_one_person_no_more_codes_come(acme: World) -> None:
    somebody(acme)
    for number in range(1, 8):
        # Another set of credentials each time, so that what was asked is never the same.
        pairs = [("PHONE", PHONE), ("BIRTHDATE", "1990-02-28"), ("EMAIL", "sofia@gmail.com")]
        chosen = [pair for bit, pair in enumerate(pairs) if number >> bit & 1]
        assert ask(acme, *chosen, send_method="SMS").status_code == 200
    work_off()
    with acme.scope():
        assert Communication.objects.count() == 5
        assert OnceCode.objects.exclude(digest="").count() == 5


def test_in_test_mode_codes_are_asked_for_as_often_as_one_likes(rehearsal: World) -> None:
    somebody(rehearsal)
    assert {ask(rehearsal, ("PHONE", PHONE)).status_code for _ in range(12)} == {200}


def test_what_is_kept_of_a_code_opens_no_other_request(rehearsal: World) -> None:
    """Whoever may write into the table, but does not know the keys, moves nothing from one row to another."""
    somebody(rehearsal)
    somebody(rehearsal, email="max@example.com", phone="+35799000000")
    first = ask(rehearsal, ("PHONE", PHONE)).json()["auth_otp"]
    code = code_sent(rehearsal, PHONE)
    other = ask(rehearsal, ("PHONE", "+35799000000")).json()["auth_otp"]
    work_off()
    with rehearsal.scope():
        OnceCode.objects.filter(pk=other).update(digest=OnceCode.objects.get(pk=first).digest)
    refused(show(rehearsal, other, code), 401, "INVALIDCREDENTIALS")
    assert show(rehearsal, first, code).status_code == 200


def test_a_code_shows_nowhere_in_the_database(rehearsal: World) -> None:
    somebody(rehearsal)
    auth_otp, code = ask(rehearsal, ("PHONE", PHONE)).json()["auth_otp"], code_sent(rehearsal)
    with rehearsal.scope():
        kept = OnceCode.objects.filter(pk=auth_otp).values().get()
    assert not any(code in str(value) for name, value in kept.items() if name in ("digest", "asked", "registration"))
    assert len(kept["digest"]) == 64
