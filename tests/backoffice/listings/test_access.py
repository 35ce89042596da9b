"""Who may speak S3 about which listing, and how it refuses (s3, rows 9, 10, 28, 29; where-they-meet.md)."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from crm.organisations.services import issue_key, revoke_key
from tests.backoffice.listings.wire import DELETED, JOHN, UNKNOWN, add, done, numbers, path, refusal
from tests.cast import Api, Cast, World
from tests.dialects.traces import written

VERBS = ["get", "post", "put", "delete"]


def _call(api: Api, verb: str, address: str) -> Any:
    return api.get(address, email=JOHN["email"]) if verb == "get" else api.form(verb, address, **JOHN)


def _revoked(world: World) -> str:
    with world.scope():
        issued = issue_key(name="old")
        revoke_key(key_id=issued.key.id)
    return issued.text


BAD_KEYS: dict[str, Callable[[World], str | None]] = {
    "none": lambda _: None,
    "malformed": lambda _: "Your_API_Key",
    "unknown": lambda _: f"sk_live_abcdefgh_{'A' * 43}",
    "revoked": _revoked,
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("kind", BAD_KEYS)
def test_a_bad_key_is_403(acme: World, verb: str, kind: str) -> None:
    """Row 9: missing, malformed or unknown; no 401 is documented."""
    api = Api(BAD_KEYS[kind](acme))
    before = written(acme)
    answer = _call(api, verb, path(acme))
    assert refusal(answer, 403)
    assert "WWW-Authenticate" not in answer
    assert written(acme) == before


@pytest.mark.parametrize("header", ["X-API-Key", "api_key"])
def test_only_the_bearer_header_is_a_credential(acme: World, header: str) -> None:
    """Row 9: the document names one header."""
    assert refusal(_call(Api(acme.secret_key, header=header), "get", path(acme)), 403)


def test_a_publishable_key_is_403(acme: World) -> None:
    """where-they-meet.md, "Who speaks": publishable keys open nothing here."""
    for verb in VERBS:
        assert refusal(_call(Api(acme.publishable_key), verb, path(acme)), 403)


@pytest.mark.parametrize(
    ("permission", "reads", "writes"), [("read", 200, 403), ("write", 403, 201), ("crm:listings:write", 403, 403)]
)
def test_a_key_does_what_its_permissions_say(acme: World, permission: str, reads: int, writes: int) -> None:
    """where-they-meet.md, "Who speaks": people are `auth:members` on every surface."""
    add(acme, email=JOHN["email"])
    api = acme.key_with(permission)
    assert _call(api, "get", path(acme)).status_code == reads
    assert api.form("post", path(acme), email="new@example.com").status_code == writes


CLOSED: dict[str, Callable[[Cast], str]] = {
    "another organisation's": lambda cast: path(cast.rival),
    "of the other mode": lambda cast: path(cast.rehearsal),
    "unknown": lambda _: f"/crm/{UNKNOWN}",
    "not a number": lambda _: "/crm/newsletter",
    "zero": lambda _: "/crm/0",
    "negative": lambda _: "/crm/-1",
    "with a letter": lambda cast: f"{path(cast.acme)}x",
    "in other digits": lambda _: "/crm/%D9%A1",
    "too large for a key": lambda _: f"/crm/{2**63}",
    "of 5,000 digits": lambda _: f"/crm/{'9' * 5000}",
    "with a NUL": lambda _: "/crm/1%00",
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("kind", CLOSED)
def test_every_listing_that_is_not_the_keys_answers_alike(cast: Cast, verb: str, kind: str) -> None:
    """Row 10: 403 for all of them; whether it exists is not told."""
    expected = _call(cast.acme.api, verb, f"/crm/{UNKNOWN - 1}")
    before = [written(world) for world in (cast.acme, cast.rehearsal, cast.rival)]
    answer = _call(cast.acme.api, verb, CLOSED[kind](cast))
    assert refusal(expected, 403)
    assert (answer.status_code, answer.content) == (403, expected.content)
    assert [written(world) for world in (cast.acme, cast.rehearsal, cast.rival)] == before


def test_each_mode_and_organisation_sees_its_own(cast: Cast) -> None:
    """where-they-meet.md, "Who speaks": the same address may stand in each of them."""
    mine = [add(world, **JOHN) for world in (cast.acme, cast.rehearsal, cast.rival)]
    assert len(set(mine)) == 3
    for world, number in zip((cast.acme, cast.rehearsal, cast.rival), mine, strict=True):
        assert numbers(world, email=JOHN["email"]) == [number]
        assert numbers(world, id=number) == [number]
    assert numbers(cast.acme, id=mine[1]) == numbers(cast.acme, id=mine[2]) == []
    assert refusal(cast.acme.api.form("delete", path(cast.acme), id=mine[2]), 404)
    done(cast.rival.api.form("delete", path(cast.rival), id=mine[2]), 202, DELETED)


@pytest.mark.parametrize("address", ["/crm", "/crm/", "/crm/{}/", "/crm/{}/contacts", "/crm//{}"])
def test_a_wrong_address_is_404_in_this_apis_shape(acme: World, address: str) -> None:
    """s3: no slash at the end; what is no listing's address at all is nowhere."""
    for api in (acme.api, Api(None)):
        assert refusal(_call(api, "get", address.format(acme.listing.pk)), 404)


@pytest.mark.parametrize("verb", ["PATCH", "OPTIONS", "TRACE"])
def test_a_wrong_verb_is_405_with_the_right_ones(acme: World, verb: str) -> None:
    """where-they-meet.md, "Limits, headers, verbs": before credentials are looked at."""
    for api in (acme.api, Api(None)):
        answer = api.client.generic(verb, path(acme))
        assert refusal(answer, 405)
        assert {name.strip() for name in answer["Allow"].split(",")} == {"GET", "HEAD", "POST", "PUT", "DELETE"}


@pytest.mark.parametrize("body", ['{"email": ', " " * (2 * 1024 * 1024 + 1)])
@pytest.mark.parametrize("verb", ["post", "put", "delete"])
def test_a_listing_that_is_not_the_keys_is_told_before_a_bad_body(acme: World, verb: str, body: str) -> None:
    """where-they-meet.md, "Limits, headers, verbs": not permitted 403 comes before body 413/400."""
    assert refusal(acme.api.send(verb, f"/crm/{UNKNOWN}", body), 403)


@pytest.mark.parametrize("verb", ["post", "put"])
@pytest.mark.parametrize("body", ["[1]", '"a"', "5", "null"])
def test_json_that_is_no_object_is_refused(acme: World, verb: str, body: str) -> None:
    """Row 25: JSON is read, and what is malformed is 400."""
    assert refusal(acme.api.send(verb, path(acme), body), 400)


@pytest.mark.parametrize("size", [2 * 1024 * 1024, 2 * 1024 * 1024 + 1])
def test_two_megabytes_are_the_most(acme: World, size: int) -> None:
    """where-they-meet.md, "Limits, headers, verbs"."""
    answer = acme.api.post(path(acme), json.dumps(JOHN).ljust(size))
    assert answer.status_code == (413 if size > 2 * 1024 * 1024 else 201)


def test_a_fault_of_ours_says_that_an_error_occurred(api: Api, acme: World, settings: Any) -> None:
    """Row 28: `{"status":"error","message":"An error occurred…"}`, no detail."""
    settings.ROOT_URLCONF = "tests.dialects.trial_routes"
    assert refusal(api.post("/crm/trial/crash"), 500).startswith("An error occurred")


def test_refusals_are_short_sentences(acme: World) -> None:
    """Row 29: fixed short sentences of our own."""
    add(acme, **JOHN)
    messages = {
        refusal(acme.api.form("post", path(acme), **JOHN), 400),
        refusal(acme.api.form("post", path(acme), email="x"), 400),
        refusal(acme.api.form("put", path(acme), id=UNKNOWN), 404),
        refusal(acme.api.get(path(acme)), 400),
        refusal(Api(None).get(path(acme)), 403),
        refusal(acme.api.get(f"/crm/{UNKNOWN}", id=1), 403),
    }
    assert len(messages) == 6
    for message in messages:
        assert re.fullmatch(r"[A-Za-z].{5,150}\.", message), message


def test_plain_http_is_refused_once_https_is_demanded(acme: World, settings: Any) -> None:
    """where-they-meet.md, "Who speaks": 403 in this API's shape."""
    settings.HTTPS_ONLY = True
    for verb in VERBS:
        assert refusal(_call(acme.api, verb, path(acme)), 403)
    assert acme.api.client.get(path(acme), {"id": UNKNOWN}, secure=True).status_code == 404
