"""S1 `POST /login`: who gets in, what they are told, and how often they may guess (s1 §2; reliability A5 to A7)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from crm.kernel.models import Counter
from crm.organisations.models import Organisation, Session, Staff, User
from crm.organisations.services import ADDRESS_GUESSES, STAFF_GUESSES, add_staff
from tests.backoffice.admin.trail import last_event, staff_actor
from tests.backoffice.services.wire import AUTH, COOKIE, check, complaints, data, email_of, error, login
from tests.cast import PASSWORD, Api, Cast, World

WRONG = "The e-mail address or the password is wrong."


def guesses_at(email: str) -> int:
    row = Counter.objects.filter(key=STAFF_GUESSES.key(email)).first()
    return row.n if row else 0


def minutes_pass(minutes: int) -> None:
    """All counters grow older by so many minutes."""
    Counter.objects.update(expires_at=F("expires_at") - timedelta(minutes=minutes))


def told(answer: Any) -> tuple[Any, ...]:
    """All that an answer tells, but for the request's own id."""
    headers = {name: value for name, value in answer.headers.items() if name != "X-Request-Id"}
    return answer.status_code, headers, answer.content


def test_staff_get_tokens_and_are_told_who_and_where_they_are(acme: World) -> None:
    body, agent = data(login(acme)), acme.staff["agent"]
    assert set(body) == {"accessToken", "refreshToken", "staff"}
    assert body["staff"] == {
        "id": str(agent.pk), "email": "agent@acme.example", "name": "Agent", "role": "agent", "mode": "live",
        "organisation": {"id": str(acme.organisation.pk), "name": "Acme", "slug": "acme"},
    }  # fmt: skip
    assert check(body["accessToken"]) == 200


def test_the_session_notes_device_and_address(acme: World) -> None:
    login(acme, address="192.0.2.44")
    session = Session.objects.get()
    assert (session.device, session.address, session.kind) == ("Firefox", "192.0.2.44", "staff")


@pytest.mark.parametrize("secure", [False, True])
def test_the_refresh_token_is_in_a_cookie_that_no_script_reads(acme: World, settings: Any, secure: bool) -> None:
    settings.HTTPS_ONLY = secure
    body = {"email": email_of(acme, "agent"), "password": PASSWORD}
    answer = Api(None).post(f"{AUTH}/login", body, secure=secure)
    cookie = answer.cookies[COOKIE]
    assert cookie.value == data(answer)["refreshToken"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/auth/api")
    assert (bool(cookie["secure"]), cookie["max-age"]) == (secure, 30 * 24 * 3600)


@pytest.mark.parametrize("email", ["AGENT@Acme.example", "  agent@acme.example "])
def test_an_address_may_be_written_as_one_likes(acme: World, email: str) -> None:
    assert login(acme, email=email).status_code == 200


def test_the_mode_is_live_unless_asked_otherwise(cast: Cast) -> None:
    token = data(login(cast.acme, mode="test"))["accessToken"]
    customer = cast.rehearsal.api.post("/v1/customers", {"name": "Reh", "email": "reh@example.com"}).json()["data"]
    assert Api(token).get(f"/v1/customers/{customer['id']}").status_code == 200
    assert Api(data(login(cast.acme))["accessToken"]).get(f"/v1/customers/{customer['id']}").status_code == 404


def test_who_works_in_two_organisations_says_which(cast: Cast) -> None:
    email = email_of(cast.acme, "agent")
    with cast.rival.scope():
        add_staff(email=email, role="analyst")
    assert set(complaints(login(cast.acme))) == {"organisation"}
    for slug, role in (("acme", "agent"), ("rival", "analyst")):
        staff = data(login(cast.acme, organisation=slug))["staff"]
        assert (staff["organisation"]["slug"], staff["role"]) == (slug, role)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"email": ""}, "email"), ({"password": ""}, "password"), ({"email": None}, "email"), ({"mode": "play"}, "mode"),
     ({"shoe": 44}, "shoe"), ({"organisation": "x" * 41}, "organisation"), ({"email": "x" * 255}, "email"),
     ({"email": "a\0b"}, "email"), ({"password": {}}, "password"), ({"email": "\ud800"}, "email")],
)  # fmt: skip
def test_what_cannot_be_read_is_told_at_its_field(acme: World, given: dict[str, Any], field: str) -> None:
    body = {"email": "agent@acme.example", "password": PASSWORD, **given}
    assert set(complaints(Api(None).post(f"{AUTH}/login", body))) == {field}
    assert guesses_at("agent@acme.example") == 0


def test_only_post_signs_in(acme: World) -> None:
    assert Api(None).get(f"{AUTH}/login").status_code == 405


def _user(acme: World) -> None:
    User.objects.filter(pk=acme.staff["agent"].user_id).update(is_active=False)


def _place(acme: World) -> None:
    Staff.objects.filter(pk=acme.staff["agent"].pk).update(is_active=False)


def _organisation(acme: World) -> None:
    Organisation.objects.filter(pk=acme.organisation.pk).update(is_active=False)


REFUSED: dict[str, tuple[Callable[[World], Any], dict[str, Any]]] = {
    "a wrong password": (lambda _: None, {"password": "wrong"}),
    "nobody's address": (lambda _: None, {"email": "nobody@acme.example"}),
    "no address": (lambda _: None, {"email": "nobody"}),
    "another's organisation": (lambda _: None, {"organisation": "rival"}),
    "no organisation": (lambda _: None, {"organisation": "nowhere"}),
    "a very long password": (lambda _: None, {"password": "x" * 100_000}),
    "a password with something after it": (lambda _: None, {"password": PASSWORD + " "}),
    "a deactivated user": (_user, {}),
    "somebody sent away": (_place, {}),
    "an organisation out of use": (_organisation, {}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_whoever_is_refused_is_told_the_same(cast: Cast, case: str) -> None:
    arrange, given = REFUSED[case]
    expected = login(cast.acme, email="unknown@nowhere.example", password="x")
    arrange(cast.acme)
    answer = login(cast.acme, **given)
    assert told(answer) == told(expected)
    assert error(answer, 401) == {"message": WRONG}
    assert not answer.cookies
    assert not Session.objects.exists()


@pytest.mark.parametrize("email", ["agent@acme.example", "nobody@acme.example"])
def test_guesses_are_counted_for_known_and_unknown_addresses_alike(acme: World, email: str) -> None:
    answers = [told(login(acme, email=email, password="wrong")) for _ in range(5)]
    assert (guesses_at(email), len({str(answer) for answer in answers})) == (5, 1)
    locked = login(acme, email=email.upper(), password="wrong")
    assert error(locked, 429) == {"message": "Too many tries. Please wait before the next one."}
    assert 14 * 60 < int(locked["Retry-After"]) <= 15 * 60


def test_five_wrong_passwords_lock_the_right_one_out_for_fifteen_minutes(acme: World) -> None:
    for _ in range(5):
        assert login(acme, password="wrong").status_code == 401
    assert login(acme).status_code == 429
    minutes_pass(14)
    assert login(acme).status_code == 429
    minutes_pass(2)
    assert login(acme).status_code == 200


def test_knocking_while_locked_out_does_not_make_it_longer(acme: World) -> None:
    for _ in range(5):
        login(acme, password="wrong")
    minutes_pass(10)
    assert int(login(acme)["Retry-After"]) <= 5 * 60


def test_a_right_password_forgets_the_wrong_ones(acme: World) -> None:
    for _ in range(4):
        login(acme, password="wrong")
    assert login(acme).status_code == 200
    assert guesses_at("agent@acme.example") == 0


def test_one_who_is_locked_out_locks_nobody_else_out(acme: World) -> None:
    for _ in range(6):
        login(acme, password="wrong")
    assert login(acme, "manager").status_code == 200


def test_an_address_from_which_too_much_is_tried_has_to_wait(acme: World) -> None:
    for _ in range(ADDRESS_GUESSES.most):
        ADDRESS_GUESSES.count("192.0.2.66")
    assert login(acme, address="192.0.2.66").status_code == 429
    assert login(acme, address="192.0.2.67").status_code == 200


def test_signing_in_is_recorded_and_tells_no_secret(acme: World) -> None:
    body = data(login(acme))
    event = last_event(acme, "staff", acme.staff["agent"].pk)
    assert (event.name, (event.actor_kind, event.actor_id)) == ("staff.signed_in", staff_actor(acme, "agent"))
    assert body["refreshToken"] not in str(event.payload)
    assert body["refreshToken"] not in str(Session.objects.values())
