"""Who guessed too often: counted at the sign-in page too, shown in their own place, and let in again by staff."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from crm.contacts.services import MEMBER_GUESSES
from crm.kernel.guesses import TooManyGuesses
from crm.kernel.models import Counter
from crm.organisations.services import ADDRESS_GUESSES, STAFF_GUESSES
from tests.backoffice.admin.test_budgets import listing, statements
from tests.backoffice.admin.trail import actor_of, staff_actor, written
from tests.backoffice.services.wire import login
from tests.cast import PASSWORD, Cast, World
from tests.dialects.traces import latest_events
from tests.members import a_member, authenticate

LOCKOUTS, UNLOCK, SIGN_IN = "/admin/lockouts/", "/admin/lockouts/unlock/", "/admin/login/?next=/admin/"
ANN = "ann@example.com"


def staff_lockout(world: World, role: str = "agent") -> str:
    """Lock a member of staff out; the key of the lockout."""
    email = world.staff[role].user.email
    for _ in range(STAFF_GUESSES.most):
        STAFF_GUESSES.count(email)
    return STAFF_GUESSES.key(email)


def member_lockout(world: World, email: str = ANN) -> str:
    identity = f"{world.organisation.pk}:{world.mode}:{email}"
    for _ in range(MEMBER_GUESSES.most):
        MEMBER_GUESSES.count(identity)
    return MEMBER_GUESSES.key(identity)


def shown(browser: Client) -> set[str]:
    return {lockout.key for lockout in browser.get(LOCKOUTS).context["lockouts"]}


def sign_in(email: str, password: str = PASSWORD, address: str = "127.0.0.1") -> Any:
    browser = Client(REMOTE_ADDR=address, raise_request_exception=False)
    return browser.post(SIGN_IN, {"username": email, "password": password})


def complaint_of(answer: Any) -> str:
    (said,) = answer.context["form"].non_field_errors()
    return str(said)


def minutes_pass(minutes: int) -> None:
    Counter.objects.update(expires_at=F("expires_at") - timedelta(minutes=minutes))


# The sign-in page


def test_five_wrong_passwords_at_the_page_lock_the_right_one_out(acme: World) -> None:
    email = acme.staff["agent"].user.email
    for _ in range(5):
        assert complaint_of(sign_in(email, "wrong")).startswith("Please enter the correct")
    locked = sign_in(email)
    assert complaint_of(locked) == "Too many tries. Try again in 15 minutes."
    assert "Too many tries. Try again in 15 minutes." in locked.content.decode()
    assert "_auth_user_id" not in locked.client.session
    minutes_pass(14)
    assert complaint_of(sign_in(email)) == "Too many tries. Try again in 1 minute."
    minutes_pass(2)
    assert sign_in(email).status_code == 302


def test_guesses_at_the_page_and_at_the_api_are_one_count(acme: World) -> None:
    email = acme.staff["agent"].user.email
    for _ in range(3):
        sign_in(email.upper(), "wrong")
    for _ in range(2):
        login(acme, password="wrong")
    assert login(acme).status_code == 429
    assert complaint_of(sign_in(email)).startswith("Too many tries")


def test_nobodys_address_is_counted_like_everybodys(acme: World) -> None:
    said = [complaint_of(sign_in("nobody@acme.example", "wrong")) for _ in range(6)]
    assert (len(set(said[:5])), said[5].startswith("Too many tries")) == (1, True)


def test_a_right_password_at_the_page_forgets_the_wrong_ones(acme: World) -> None:
    email = acme.staff["agent"].user.email
    for _ in range(4):
        sign_in(email, "wrong")
    assert sign_in(email).status_code == 302
    assert not Counter.objects.filter(key=STAFF_GUESSES.key(email)).exists()


def test_an_address_from_which_too_much_is_tried_is_locked_at_the_page(acme: World) -> None:
    for _ in range(ADDRESS_GUESSES.most):
        ADDRESS_GUESSES.count("192.0.2.66")
    email = acme.staff["agent"].user.email
    assert complaint_of(sign_in(email, address="192.0.2.66")).startswith("Too many tries")
    assert sign_in(email, address="192.0.2.67").status_code == 302


@pytest.mark.parametrize("given", [{}, {"username": "x"}, {"password": "x"}, {"username": " ", "password": "x"}])
def test_a_form_half_filled_in_is_no_guess(acme: World, given: dict[str, str]) -> None:
    assert Client().post(SIGN_IN, given).status_code == 200
    assert not Counter.objects.filter(key__startswith="guess:").exists()


# The page of lockouts


def test_the_lockouts_of_this_place_are_shown(cast: Cast) -> None:
    acme = cast.acme
    member = a_member(acme, ANN)
    ours = {staff_lockout(acme), member_lockout(acme), member_lockout(acme, "nobody@example.com")}
    member_lockout(cast.rival)
    staff_lockout(cast.rival)
    tested = member_lockout(cast.rehearsal)
    assert shown(acme.browser_of("owner")) == ours
    assert shown(cast.rehearsal.browser_of("owner")) == {tested, STAFF_GUESSES.key("agent@acme.example")}
    page = acme.browser_of("agent").get(LOCKOUTS).content.decode()
    for word in (ANN, "Ann Lee", f"/admin/contacts/contact/{member.id}/change/", "agent@acme.example", "nobody"):
        assert word in page


def test_fewer_guesses_and_older_ones_are_no_lockout(acme: World) -> None:
    for _ in range(STAFF_GUESSES.most - 1):
        STAFF_GUESSES.count("agent@acme.example")
    assert shown(acme.browser_of("owner")) == set()
    member_lockout(acme)
    minutes_pass(16)
    browser = acme.browser_of("owner")
    assert shown(browser) == set()
    assert "Nobody is locked out." in browser.get(LOCKOUTS).content.decode()


def test_unlocking_staff_lets_them_in_at_once_and_is_recorded(acme: World) -> None:
    key = staff_lockout(acme)
    assert login(acme).status_code == 429
    browser = acme.browser_of("manager")
    assert browser.post(UNLOCK, {"key": key}).headers["Location"] == LOCKOUTS
    assert shown(browser) == set()
    assert login(acme).status_code == 200
    event = latest_events(acme, "sign_in.unlocked")[0]
    assert actor_of(event) == staff_actor(acme, "manager")
    assert (event.payload["subject_kind"], event.payload["subject"]) == ("staff", str(acme.staff["agent"].pk))
    assert "agent@acme.example" not in str(event.payload)


def test_unlocking_a_member_lets_them_in_at_once(acme: World) -> None:
    member = a_member(acme, ANN)
    for _ in range(5):
        authenticate(acme, ANN, "wrong")
    assert authenticate(acme, ANN).status_code == 429
    browser = acme.browser_of("owner")
    (key,) = shown(browser)
    browser.post(UNLOCK, {"key": key})
    assert authenticate(acme, ANN).status_code == 200
    assert latest_events(acme, "sign_in.unlocked")[0].payload["subject"] == member.id


def test_unlocking_nobodys_address_names_nobody(acme: World) -> None:
    acme.browser_of("owner").post(UNLOCK, {"key": member_lockout(acme, "nobody@example.com")})
    assert latest_events(acme, "sign_in.unlocked")[0].payload["subject"] == ""


@pytest.mark.parametrize("origin", ["rival", "rehearsal"])
def test_a_foreign_lockout_looks_like_none_and_stays(cast: Cast, origin: str) -> None:
    foreign, before = member_lockout(getattr(cast, origin)), written()
    browser = cast.acme.browser_of("owner")
    for key in (foreign, staff_lockout(cast.rival), ADDRESS_GUESSES.key("127.0.0.1"), "guess:member:", "", "\0"):
        assert browser.post(UNLOCK, {"key": key}).status_code == 404
    assert written() == before
    with pytest.raises(TooManyGuesses):
        MEMBER_GUESSES.count(foreign.removeprefix("guess:member:"))


def test_looking_unlocks_nothing(acme: World) -> None:
    key = staff_lockout(acme)
    browser = acme.browser_of("owner")
    assert browser.get(UNLOCK, {"key": key}).status_code == 405
    assert shown(browser) == {key}


@pytest.mark.parametrize(("role", "reads"), [("agent", True), ("analyst", False)])
def test_who_may_not_write_sessions_unlocks_nobody(acme: World, role: str, reads: bool) -> None:
    key, browser = staff_lockout(acme, "manager"), acme.browser_of(role)
    answer = browser.get(LOCKOUTS)
    assert answer.status_code == (200 if reads else 403)
    assert "Unlock" not in answer.content.decode()
    assert browser.post(UNLOCK, {"key": key}).status_code == 403
    assert login(acme, "manager").status_code == 429


def test_without_the_token_of_the_page_nothing_is_unlocked(acme: World) -> None:
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(acme.staff["owner"].user)
    assert browser.post(UNLOCK, {"key": staff_lockout(acme)}).status_code == 403


def test_whoever_has_not_signed_in_is_led_to_the_sign_in_page(acme: World) -> None:
    for answer in (Client().get(LOCKOUTS), Client().post(UNLOCK, {"key": staff_lockout(acme)})):
        assert answer.headers["Location"].startswith("/admin/login/")


def test_many_lockouts_cost_what_one_costs(acme: World) -> None:
    member_lockout(acme)
    browser = acme.browser_of("owner")
    few = statements(browser, LOCKOUTS)
    for number in range(9):
        member_lockout(acme, f"n{number}@example.com")
    many = statements(browser, LOCKOUTS)
    assert len(many) == len(few) <= 12, listing(many)
