"""API keys: shown once and stored nowhere, rotated, revoked, and of the mode that is open."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from crm.kernel.clock import real_now
from crm.organisations.models import ApiKey
from crm.organisations.services import issue_key, revoke_key
from tests.backoffice.admin.forms import errors_of, fields_of, send
from tests.backoffice.admin.pages import address
from tests.backoffice.admin.trail import actor_of, last_event, names_of, staff_actor, written
from tests.cast import Api, World

LIST, ADD = address("organisations.ApiKey"), address("organisations.ApiKey", "add")
KEY = re.compile(r"[sp]k_(?:live|test)_[a-z0-9]{8}_[A-Za-z0-9_-]{43}")


def page_of(key: ApiKey, verb: str = "change") -> str:
    return address("organisations.ApiKey", verb, key.pk)


def a_key(world: World, **values: Any) -> ApiKey:
    with world.scope():
        return issue_key(**{"name": "shop", **values}).key


def text_on(answer: Any) -> str:
    """The one key on a page."""
    assert answer.status_code == 200
    (found,) = set(KEY.findall(answer.content.decode()))
    return found


def key_called(name: str) -> ApiKey:
    return ApiKey.objects.order_by("created_at").filter(name=name).last()  # type: ignore[return-value]


def status_with(text: str) -> int:
    return Api(text).get("/v1/customers").status_code


def whole_database() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = []
        for table in tables:
            cursor.execute(f'SELECT row::text FROM "{table}" row')
            rows += [row[0] for row in cursor.fetchall()]
    return "\n".join(rows)


def test_a_new_key_works_and_is_recorded(acme: World) -> None:
    text = text_on(send(acme.browser_of("owner"), ADD, name="shop"))
    assert text.startswith("sk_live_")
    assert status_with(text) == 200
    event = last_event(acme, "api_key", key_called("shop").pk)
    assert (event.name, actor_of(event)) == ("api_key.issued", staff_actor(acme, "owner"))
    assert text not in str(event.payload) + str(event.changes)


def test_the_text_is_shown_once_and_is_nowhere_afterwards(acme: World) -> None:
    browser = acme.browser_of("owner")
    answer = send(browser, ADD, name="shop")
    text = text_on(answer)
    secret = text[-43:]
    assert answer.content.decode().count(text) == 1
    kept = [whole_database(), str(browser.cookies), str(answer.headers)]
    kept += [str(session.get_decoded()) for session in Session.objects.all()]
    for path in (LIST, page_of(key_called("shop")), page_of(key_called("shop"), "history"), "/admin/", ADD):
        kept.append(browser.get(path).content.decode())
    assert [place[:60] for place in kept if secret in place] == []


def test_the_page_that_shows_a_key_is_kept_by_no_cache_and_reached_by_no_address(acme: World) -> None:
    browser = acme.browser_of("owner")
    answer = send(browser, ADD, name="shop")
    assert "no-store" in answer.headers["Cache-Control"]
    assert text_on(answer) not in answer.wsgi_request.get_full_path()
    assert not KEY.search(browser.get(answer.wsgi_request.get_full_path()).content.decode())


@pytest.mark.parametrize("button", ["_addanother", "_continue", "_popup"])
def test_whatever_button_was_pressed_the_key_is_shown(acme: World, button: str) -> None:
    text = text_on(send(acme.browser_of("owner"), ADD, name="shop", **{button: "1", "_save": None}))
    assert status_with(text) == 200


def test_a_publishable_key_and_its_permissions(acme: World) -> None:
    text = text_on(send(acme.browser_of("owner"), ADD, name="app", kind="publishable"))
    assert text.startswith("pk_live_")
    text = text_on(send(acme.browser_of("owner"), ADD, name="narrow", permissions=["auth:members:read"]))
    assert Api(text).get("/v1/customers").status_code == 200
    assert Api(text).post("/v1/customers", {"name": "Ann", "email": "a@example.com"}).status_code == 403


def test_a_key_belongs_to_the_mode_that_is_open(acme: World, rehearsal: World) -> None:
    text = text_on(send(rehearsal.browser_of("owner"), ADD, name="rehearse"))
    assert text.startswith("sk_test_")
    assert key_called("rehearse").mode == "test"
    assert "rehearse" not in acme.browser_of("owner").get(LIST).content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": ""}, "name"), ({"permissions": []}, "permissions"), ({"permissions": ["all"]}, "permissions"),
     ({"kind": "master"}, "kind"), ({"expires_at_0": "soon"}, "expires_at")],
)  # fmt: skip
def test_a_key_that_cannot_be_is_told_at_its_field_and_not_made(
    acme: World, changes: dict[str, Any], field: str
) -> None:
    browser, before = acme.browser_of("owner"), written()
    answer = send(browser, ADD, **{"name": "shop", **changes})
    assert list(errors_of(answer)) == [field]
    assert written() == before


def test_changing_a_key_is_recorded_and_shows_no_text(acme: World) -> None:
    key = a_key(acme)
    answer = send(acme.browser_of("owner"), page_of(key), name="till", permissions=["read"])
    assert answer.status_code == 302
    event = last_event(acme, "api_key", key.pk)
    assert event.changes == {"name": ["shop", "till"], "permissions": [["read", "write"], ["read"]]}
    assert "kind" not in fields_of(acme.browser_of("owner").get(page_of(key)), "apikey_form")


def test_rotating_gives_a_successor_and_the_old_key_a_day(acme: World) -> None:
    with acme.scope():
        issued = issue_key(name="shop", permissions=["read"])
    answer = acme.browser_of("owner").post(page_of(issued.key, "rotate"))
    text = text_on(answer)
    assert text != issued.text
    assert (status_with(text), status_with(issued.text)) == (200, 200)
    old, new = ApiKey.objects.get(pk=issued.key.pk), key_called("shop")
    assert timedelta(hours=23) < (old.expires_at or real_now()) - real_now() <= timedelta(hours=24)
    assert (new.permissions, new.expires_at) == (["read"], None)
    assert names_of(acme, "api_key", old.pk) == ["api_key.issued", "api_key.rotated"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_revoking_ends_a_key_at_once_and_again_changes_nothing(acme: World) -> None:
    with acme.scope():
        issued = issue_key(name="shop")
    browser = acme.browser_of("owner")
    assert browser.post(page_of(issued.key, "revoke")).headers["Location"] == page_of(issued.key)
    assert status_with(issued.text) == 401
    event, before = last_event(acme, "api_key", issued.key.pk), written()
    assert (event.name, actor_of(event)) == ("api_key.revoked", staff_actor(acme, "owner"))
    browser.post(page_of(issued.key, "revoke"))
    assert written() == before


def test_a_revoked_key_is_not_rotated_and_its_page_says_why(acme: World) -> None:
    key = a_key(acme)
    with acme.scope():
        revoke_key(key_id=key.pk)
    browser, before = acme.browser_of("owner"), written()
    page = browser.post(page_of(key, "rotate"), follow=True)
    assert "This key is revoked or expired." in page.content.decode()
    assert "This key is revoked: whoever uses it is refused." in page.content.decode()
    assert page_of(key, "rotate") not in page.content.decode()
    assert written() == before


@pytest.mark.parametrize("verb", ["rotate", "revoke"])
def test_looking_at_the_question_changes_nothing(acme: World, verb: str) -> None:
    with acme.scope():
        issued = issue_key(name="shop")
    browser, before = acme.browser_of("owner"), written()
    answer = browser.get(page_of(issued.key, verb))
    assert 'method="post"' in answer.content.decode()
    assert page_of(issued.key) in answer.content.decode()
    assert (written(), status_with(issued.text), ApiKey.objects.filter(name="shop").count()) == (before, 200, 1)


@pytest.mark.parametrize("verb", ["rotate", "revoke"])
def test_the_question_is_answered_only_with_the_token_of_the_page(acme: World, verb: str) -> None:
    key, browser = a_key(acme), Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(acme.staff["owner"].user)
    before = written()
    assert browser.post(page_of(key, verb)).status_code == 403
    assert written() == before
    token = browser.get(page_of(key, verb)).context["csrf_token"]
    assert browser.post(page_of(key, verb), {"csrfmiddlewaretoken": str(token)}).status_code in (200, 302)


@pytest.mark.parametrize("verb", ["rotate", "revoke"])
@pytest.mark.parametrize("role", ["agent", "analyst"])
def test_who_may_not_write_keys_neither_rotates_nor_revokes(acme: World, role: str, verb: str) -> None:
    key = a_key(acme)
    before = written()
    assert acme.browser_of(role).get(page_of(key, verb)).status_code in (403, 404)
    assert acme.browser_of(role).post(page_of(key, verb)).status_code in (403, 404)
    assert written() == before


@pytest.mark.parametrize("permission", ["write", "auth:organisation:write"])
def test_nobody_issues_a_key_that_may_do_more_than_they_may(acme: World, permission: str) -> None:
    send(acme.browser_of("manager"), ADD, name="climber", permissions=[permission])
    assert not ApiKey.objects.filter(name="climber").exists()
