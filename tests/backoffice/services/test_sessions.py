"""S1's session check and sign-out, and from when on a token is dead (s1 §2; reliability A3)."""

from typing import Any

import pytest

from crm.contacts.services import update_customer
from crm.organisations.models import Session
from crm.organisations.services import change_staff, end_session
from tests.backoffice.admin.trail import last_event
from tests.backoffice.services.wire import (
    AUTH,
    CHECK,
    COOKIE,
    ME,
    MEMBERS,
    a_signed_in_member,
    check,
    data,
    error,
    login,
    refresh,
    signed_in_staff,
)
from tests.builders import a_customer
from tests.cast import Api, Cast, World

LOGOUT = f"{AUTH}/logout"


def test_a_good_token_is_told_that_it_is_good(acme: World) -> None:
    for visitor in (signed_in_staff(acme), a_signed_in_member(acme)):
        answer = visitor.api.get(CHECK)
        assert data(answer) == {"message": "The session is valid.", "data": {"valid": True}}
        assert int(answer["X-RateLimit-Limit"]) == 1_000


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_key_has_no_session(acme: World, method: str) -> None:
    path = CHECK if method == "get" else LOGOUT
    assert error(acme.api.send(method, path), 403)
    assert error(Api(acme.publishable_key).send(method, path), 401)
    assert error(Api(None).send(method, path), 401)


@pytest.mark.parametrize("who", ["staff", "member"])
def test_signing_out_is_done_when_it_is_answered(acme: World, who: str) -> None:
    visitor = signed_in_staff(acme) if who == "staff" else a_signed_in_member(acme)
    again = data(refresh(visitor.refresh_token))
    assert data(visitor.api.post(LOGOUT)) == {"message": "Signed out."}
    assert (check(visitor.token), check(again["accessToken"])) == (401, 401)
    assert refresh(again["refreshToken"]).status_code == 401
    assert visitor.api.post(LOGOUT).status_code == 401
    event = last_event(acme, "session", visitor.session.pk)
    assert (event.name, event.actor_kind, event.payload["because"]) == ("session.ended", who, "signed out")


def test_signing_out_takes_the_cookie_back(acme: World) -> None:
    answer = login(acme)
    browser = answer.client
    bearer = {"Authorization": f"Bearer {data(answer)['accessToken']}"}
    out = browser.post(LOGOUT, headers=bearer)
    assert (out.cookies[COOKIE].value, out.cookies[COOKIE]["path"], out.cookies[COOKIE]["max-age"]) == (
        "", "/auth/api", 0,
    )  # fmt: skip
    assert refresh(client=browser).status_code == 401


def test_signing_out_of_one_device_leaves_the_other(acme: World) -> None:
    one, other = signed_in_staff(acme), signed_in_staff(acme)
    one.api.post(LOGOUT)
    assert check(other.token) == 200


def test_a_role_rules_from_the_moment_it_changes(acme: World) -> None:
    agent, contact_id = signed_in_staff(acme), a_customer(acme)
    change = {"name": "Changed Name"}
    assert agent.api.patch(f"{MEMBERS}/{contact_id}", change).status_code == 200
    with acme.scope():
        change_staff(staff_id=agent.id, role="analyst")
    assert agent.api.patch(f"{MEMBERS}/{contact_id}", change).status_code == 403
    assert agent.api.get(f"{MEMBERS}/{contact_id}").status_code == 200
    with acme.scope():
        change_staff(staff_id=agent.id, role="manager")
    assert agent.api.patch(f"{MEMBERS}/{contact_id}", change).status_code == 200


def _user(acme: World) -> Any:
    user = acme.staff["agent"].user
    user.is_active = False
    user.save()


def _place(acme: World) -> Any:
    with acme.scope():
        change_staff(staff_id=acme.staff["agent"].pk, is_active=False)


def _organisation(acme: World) -> Any:
    acme.organisation.is_active = False
    acme.organisation.save()


def _by_staff(acme: World) -> Any:
    with acme.scope():
        for session in Session.objects.all():
            end_session(session_id=session.pk, because="ended in the back office")


@pytest.mark.parametrize("end", [_user, _place, _organisation, _by_staff])
def test_who_may_not_come_in_is_out_at_once(acme: World, end: Any) -> None:
    agent = signed_in_staff(acme)
    assert check(agent.token) == 200
    end(acme)
    for path in (CHECK, MEMBERS, "/v1/customers"):
        assert agent.api.get(path).status_code == 401


@pytest.mark.parametrize("status", ["inactive", "blocked"])
def test_a_member_who_is_deactivated_is_out_at_once(acme: World, status: str) -> None:
    member = a_signed_in_member(acme)
    with acme.scope():
        update_customer(contact_id=member.id, status=status)
    for path in (CHECK, ME, "/v1/customers/me"):
        assert member.api.get(path).status_code == 401


def test_a_member_of_an_organisation_out_of_use_is_out(acme: World) -> None:
    member = a_signed_in_member(acme)
    _organisation(acme)
    assert check(member.token) == 401


def test_a_session_reaches_its_own_organisation_and_mode_only(cast: Cast) -> None:
    worlds = (cast.acme, cast.rehearsal, cast.rival)
    people = [a_customer(world) for world in worlds]
    for number, world in enumerate(worlds):
        api = signed_in_staff(world).api
        seen = [api.get(f"{MEMBERS}/{contact_id}").status_code for contact_id in people]
        assert seen == [200 if other == number else 404 for other in range(3)]
