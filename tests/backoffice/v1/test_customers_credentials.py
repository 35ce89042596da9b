"""Who may call S0's customers, and with which headers (s0 §2; where-they-meet.md, "Who speaks")."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from crm.kernel.clock import real_now
from crm.organisations.services import issue_key, revoke_key
from tests.backoffice.v1.wire import JOHN, data, error
from tests.builders import a_customer
from tests.cast import Api, Cast, World
from tests.dialects.traces import written

PATH = "/v1/customers"


def _get(**headers: str) -> Any:
    """A GET of the list with these headers; underscores stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client(headers=named, raise_request_exception=False).get(PATH)


def test_a_bearer_token_alone_is_enough(acme: World) -> None:
    assert _get(Authorization=f"Bearer {acme.secret_key}").status_code == 200


def test_an_x_api_key_alone_is_enough(acme: World) -> None:
    assert _get(X_API_Key=acme.secret_key).status_code == 200


def test_both_headers_with_the_same_key_are_accepted(acme: World) -> None:
    assert _get(Authorization=f"Bearer {acme.secret_key}", X_API_Key=acme.secret_key).status_code == 200


def test_both_headers_with_different_keys_are_refused_although_each_is_good(acme: World) -> None:
    with acme.scope():
        second = issue_key(name="second").text
    assert _get(X_API_Key=second).status_code == 200
    assert _get(Authorization=f"Bearer {acme.secret_key}", X_API_Key=second).status_code == 401
    assert _get(Authorization=f"Basic {acme.secret_key}", X_API_Key=acme.secret_key).status_code == 401
    assert _get(Authorization=f"Bearer {acme.secret_key}", X_API_Key="nonsense").status_code == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_the_scheme_is_read_in_any_case(acme: World, scheme: str) -> None:
    assert _get(Authorization=f"{scheme} {acme.secret_key}").status_code == 200


def _revoked(world: World) -> str:
    with world.scope():
        issued = issue_key(name="old")
        revoke_key(key_id=issued.key.id)
    return issued.text


def _expired(world: World) -> str:
    with world.scope():
        return issue_key(name="old", expires_at=real_now() - timedelta(seconds=1)).text


def _of_a_closed_organisation(world: World) -> str:
    world.organisation.is_active = False
    world.organisation.save()
    return world.secret_key


REFUSED: dict[str, Callable[[World], str]] = {
    "empty": lambda _: "",
    "nonsense": lambda _: "nonsense",
    "with a letter more": lambda world: f"{world.secret_key}x",
    "with a letter less": lambda world: world.secret_key[:-1],
    "of the other mode's name": lambda world: world.secret_key.replace("sk_live", "sk_test"),
    "with another secret": lambda world: f"{world.secret_key[:-1]}{'A' if world.secret_key[-1] != 'A' else 'B'}",
    "never issued": lambda _: f"sk_live_abcdefgh_{'A' * 43}",
    "very long": lambda _: "sk_live_" + "a" * 5000,
    "not ASCII": lambda _: "sk_live_abcdefgh_" + "é" * 43,
    "revoked": _revoked,
    "expired": _expired,
    "of a closed organisation": _of_a_closed_organisation,
}


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("header", ["Authorization", "X_API_Key"])
def test_every_key_that_is_no_good_is_refused_alike(acme: World, kind: str, header: str) -> None:
    key = REFUSED[kind](acme)
    answer = _get(**{header: f"Bearer {key}" if header == "Authorization" else key})
    assert (answer.status_code, answer.content) == (401, _get().content)
    assert error(answer, 401)["code"] == "UNAUTHORIZED"
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "value", ["{key}", "Basic {key}", "Token {key}", "Bearer", "Bearer {key} {key}", "{key} Bearer"]
)
def test_another_form_of_the_header_is_refused(acme: World, value: str) -> None:
    assert _get(Authorization=value.format(key=acme.secret_key)).status_code == 401


@pytest.mark.parametrize("parameter", ["api_key", "key", "access_token", "token"])
def test_a_key_in_the_query_is_no_credential(acme: World, parameter: str) -> None:
    assert Api(None).get(PATH, **{parameter: acme.secret_key}).status_code == 401


def test_the_self_service_header_is_no_credential_here(acme: World) -> None:
    assert _get(api_key=acme.secret_key).status_code == 401


def _everything(api: Api, contact_id: object) -> dict[str, Any]:
    """One call of every route, by verb."""
    return {
        "list": api.get(PATH),
        "get": api.get(f"{PATH}/{contact_id}"),
        "post": api.post(PATH, JOHN),
        "patch": api.patch(f"{PATH}/{contact_id}", {"name": "Changed"}),
        "delete": api.delete(f"{PATH}/{contact_id}"),
    }


@pytest.mark.parametrize(
    ("permissions", "reads", "writes"),
    [(("read",), True, False), (("auth:members:read",), True, False), (("write",), False, True),
     (("auth:members:write",), False, True), (("auth:members:read", "auth:members:write"), True, True),
     (("crm:listings:read", "crm:listings:write", "cluster:tiers:write"), False, False)],
)  # fmt: skip
def test_a_key_does_what_its_permissions_say(
    acme: World, permissions: tuple[str, ...], reads: bool, writes: bool
) -> None:
    contact_id, api = a_customer(acme), acme.key_with(*permissions)
    before = written(acme)
    answers = _everything(api, contact_id)
    allowed = {"list": reads, "get": reads, "post": writes, "patch": writes, "delete": writes}
    assert {verb: answer.status_code for verb, answer in answers.items() if answer.status_code == 403} == {
        verb: 403 for verb, allow in allowed.items() if not allow
    }
    assert {answer.status_code for verb, answer in answers.items() if allowed[verb]} <= {200, 201}
    assert (written(acme) == before) is not writes


def test_a_publishable_key_opens_nothing_here(acme: World) -> None:
    contact_id = a_customer(acme)
    for answer in _everything(Api(acme.publishable_key), contact_id).values():
        assert error(answer, 403)["code"] == "FORBIDDEN"
    assert Api(acme.publishable_key, header="X-API-Key").get(PATH).status_code == 403


def test_a_test_key_reads_and_writes_test_mode_only(cast: Cast) -> None:
    acme, rehearsal = cast.acme, cast.rehearsal
    live, before = a_customer(acme, name="Live"), written(acme)
    data(rehearsal.api.post(PATH, JOHN), 201)
    assert [row["name"] for row in rehearsal.api.get(PATH).json()["data"]] == ["John Doe"]
    for answer in (
        rehearsal.api.get(f"{PATH}/{live}"),
        rehearsal.api.patch(f"{PATH}/{live}", {"name": "Changed"}),
        rehearsal.api.delete(f"{PATH}/{live}"),
    ):
        assert answer.status_code == 404
    assert written(acme) == before
    assert [row["name"] for row in acme.api.get(PATH).json()["data"]] == ["Live"]


def test_plain_http_is_refused_once_https_is_demanded(acme: World, settings: Any) -> None:
    settings.HTTPS_ONLY = True
    contact_id, before = a_customer(acme), written(acme)
    for answer in (*_everything(acme.api, contact_id).values(), Api(None).get(PATH)):
        assert error(answer, 403)["code"] == "FORBIDDEN"
    assert written(acme) == before
    assert acme.api.client.get(PATH, secure=True).status_code == 200
