"""S1 `POST /get-new-access-token`: each refresh token counts once, and whoever uses one twice ends the session."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from crm.contacts.services import update_customer
from crm.organisations.models import Organisation, Session, Staff, User
from tests.backoffice.services.wire import (
    AUTH,
    COOKIE,
    Visitor,
    a_signed_in_member,
    check,
    data,
    error,
    login,
    refresh,
    signed_in_staff,
)
from tests.cast import Api, World

PATH = f"{AUTH}/get-new-access-token"


def test_a_refresh_token_gives_new_tokens_and_a_new_cookie(acme: World) -> None:
    agent = signed_in_staff(acme)
    answer = refresh(agent.refresh_token)
    body = data(answer)
    assert set(body) == {"accessToken", "refreshToken"}
    assert body["refreshToken"] != agent.refresh_token
    assert answer.cookies[COOKIE].value == body["refreshToken"]
    assert (check(body["accessToken"]), check(agent.token)) == (200, 200)


def test_without_one_in_the_body_the_cookie_counts(acme: World) -> None:
    browser = login(acme).client
    before = browser.cookies[COOKIE].value
    for sent in ({}, {"refreshToken": ""}, {"refreshToken": None}):
        assert browser.post(PATH, sent, content_type="application/json").status_code == 200
    assert browser.post(PATH).status_code == 200
    assert browser.cookies[COOKIE].value != before


def test_the_body_counts_before_the_cookie(acme: World) -> None:
    browser, other = login(acme).client, signed_in_staff(acme, "manager")
    before = browser.cookies[COOKIE].value
    data(refresh(other.refresh_token, browser))
    assert refresh(before).status_code == 200


def test_a_member_refreshes_here_too(acme: World) -> None:
    member = a_signed_in_member(acme)
    assert check(data(refresh(member.refresh_token))["accessToken"]) == 200


def test_a_chain_of_refreshes_is_one_session(acme: World) -> None:
    token = signed_in_staff(acme).refresh_token
    for _ in range(3):
        token = data(refresh(token))["refreshToken"]
    assert Session.objects.count() == 1


def test_an_older_token_ends_the_session_for_everybody_who_has_one(acme: World) -> None:
    agent = signed_in_staff(acme)
    newer = data(refresh(agent.refresh_token))
    assert error(refresh(agent.refresh_token), 401)
    assert refresh(newer["refreshToken"]).status_code == 401
    assert (check(agent.token), check(newer["accessToken"])) == (401, 401)
    assert Session.objects.get().ended_because == "refresh token used twice"


def _used(agent: Visitor) -> str:
    refresh(agent.refresh_token)
    return agent.refresh_token


def _ended(agent: Visitor) -> str:
    agent.api.post(f"{AUTH}/logout")
    return agent.refresh_token


def _expired(agent: Visitor) -> str:
    Session.objects.filter(pk=agent.session.pk).update(expires_at=Now() - timedelta(seconds=1))
    return agent.refresh_token


BAD: dict[str, Callable[[Visitor], str]] = {
    "none": lambda _: "",
    "nonsense": lambda _: "nonsense",
    "an access token": lambda agent: agent.token,
    "with a letter changed": lambda agent: agent.refresh_token[:-1] + ("A" if agent.refresh_token[-1] != "A" else "B"),
    "cut": lambda agent: agent.refresh_token[:-1],
    "very long": lambda agent: agent.refresh_token * 1_000,
    "used": _used,
    "signed out": _ended,
    "expired": _expired,
}


@pytest.mark.parametrize("case", BAD)
def test_every_token_that_is_no_good_is_refused_alike(acme: World, case: str) -> None:
    expected = refresh()
    answer = refresh(BAD[case](signed_in_staff(acme)))
    assert (answer.status_code, answer.content) == (401, expected.content)
    assert error(answer, 401) == {"message": "Invalid or expired token."}
    assert not answer.cookies


def test_a_made_up_token_ends_no_session(acme: World) -> None:
    agent = signed_in_staff(acme)
    for case in ("nonsense", "with a letter changed", "cut"):
        refresh(BAD[case](agent))
    assert refresh(agent.refresh_token).status_code == 200


def test_only_post_refreshes_for_a_link_must_not(acme: World) -> None:
    browser = login(acme).client
    assert browser.get(PATH).status_code == 405
    assert refresh(client=browser).status_code == 200


def _update(model: Any, pk: Callable[[World, Visitor], Any]) -> Callable[[World, Visitor], Any]:
    return lambda world, visitor: model.objects.filter(pk=pk(world, visitor)).update(is_active=False)


STAFF_GONE = {
    "sent away": _update(Staff, lambda _, agent: agent.id),
    "deactivated": _update(User, lambda world, _: world.staff["agent"].user_id),
    "of an organisation out of use": _update(Organisation, lambda world, _: world.organisation.pk),
}


@pytest.mark.parametrize("case", STAFF_GONE)
def test_staff_who_may_not_come_in_any_more_get_no_new_token(acme: World, case: str) -> None:
    agent = signed_in_staff(acme)
    STAFF_GONE[case](acme, agent)
    assert error(refresh(agent.refresh_token), 401)
    assert check(agent.token) == 401


@pytest.mark.parametrize("status", ["inactive", "blocked"])
def test_a_member_who_is_not_active_gets_no_new_token(acme: World, status: str) -> None:
    member = a_signed_in_member(acme)
    with acme.scope():
        update_customer(contact_id=member.id, status=status)
    assert error(refresh(member.refresh_token), 401)
    assert check(member.token) == 401


def test_a_deleted_member_gets_no_new_token(acme: World) -> None:
    member = a_signed_in_member(acme)
    acme.api.delete(f"/v1/customers/{member.id}")
    assert refresh(member.refresh_token).status_code == 401


def test_a_body_that_cannot_be_read_is_told(acme: World) -> None:
    answer = Api(None).post(PATH, {"refreshToken": "x", "shoe": 44})
    assert error(answer, 400)["errors"][0]["field"] == "shoe"
    assert Client().post(PATH, "{", content_type="application/json").status_code == 400
