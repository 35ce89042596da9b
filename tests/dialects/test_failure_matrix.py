"""Every way to fail, in every dialect: status, envelope, and nothing left behind (design.md §9)."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.urls import resolve

from config.urls import SURFACES
from tests.builders import a_customer, a_lead, a_product
from tests.cast import World
from tests.dialects import trial_routes
from tests.dialects.traces import written
from tests.dialects.ways import MEMBERS, WAYS, Way

FREE, TAKEN = "john@example.com", "Taken@example.com"
UNKNOWN_KEY = f"sk_live_abcdefgh_{'A' * 43}"
LEAKS = (
    trial_routes.SECRET,
    "Traceback",
    "RuntimeError",
    "OperationalError",
    "10.0.0.7",
    "psycopg",
    "SELECT",
    "INSERT",
    ".py",
)


def _blackout(verb: str, kind: type[Exception]) -> Any:
    """The database goes away at the first statement that begins with `verb`."""

    def lose(execute: Any, sql: Any, *arguments: Any) -> Any:
        if str(sql).lstrip().startswith(verb):
            raise kind("connection to server at 10.0.0.7 was lost")
        return execute(sql, *arguments)

    return connection.execute_wrapper(lose)


def _post(way: Way, world: World, body: Any = None, key: str | None = "own", **options: Any) -> Any:
    api = way.api(getattr(world, way.key) if key == "own" else key)
    return getattr(api, way.verb)(way.path(world), way.body(FREE) if body is None else body, **options)


def _wrongly(way: Way, world: World) -> Any:
    return getattr(way.api(getattr(world, way.key)), way.wrong_verb)(way.path(world), {})


def _crash(way: Way, world: World) -> Any:
    return way.api(world.secret_key).post(f"{way.prefix}/trial/crash", {"name": "John Doe", "email": FREE})


CELLS: dict[str, Callable[[Way, World], Any]] = {
    "no key": lambda way, world: _post(way, world, key=None),
    "malformed key": lambda way, world: _post(way, world, key="YOUR_ACCESS_TOKEN"),
    "unknown key": lambda way, world: _post(way, world, key=UNKNOWN_KEY),
    "a key for other doors": lambda way, world: _post(way, world, key=getattr(world, way.other_key)),
    "wrong path": lambda way, world: way.api(world.secret_key).post(f"{way.prefix}/no/such/place", {}),
    "wrong verb": lambda way, world: _wrongly(way, world),
    "malformed body": lambda way, world: _post(way, world, '{"name": '),
    "unsupported body type": lambda way, world: _post(way, world, json.dumps(way.body(FREE)), content_type="text/csv"),
    "unknown field": lambda way, world: _post(way, world, {**way.body(FREE), "shoe": 44}),
    "duplicate": lambda way, world: _post(way, world, way.body(TAKEN)),
    "too large a body": lambda way, world: _post(way, world, json.dumps(way.body(FREE)).ljust(2 * 1024 * 1024 + 1)),
    "unacceptable Accept": lambda way, world: _post(way, world, headers={"Accept": "text/csv"}),
    "crash": _crash,
    "database unavailable": _post,
    "connection closed": _post,
    "database lost while writing": _post,
    "missing record": lambda way, world: way.api(getattr(world, way.key)).get(way.missing(world)),
}
LOST: dict[str, tuple[str, type[Exception]]] = {
    "database unavailable": ("", OperationalError),
    "connection closed": ("", InterfaceError),
    "database lost while writing": ("INSERT", OperationalError),
}

# What a dialect calls it: status, then S0's code, S2's exception, S4's sentence where its document has one (s4 §1).
# S1 and S3 have no words of their own.
SENTENCE_400, SENTENCE_401, SENTENCE_404 = (
    "Invalid request parameters", "Invalid or missing API key", "Resource not found",
)  # fmt: skip
EXPECTED: dict[str, dict[str, tuple[int, str]]] = {
    "no key": {
        "v1": (401, "UNAUTHORIZED"), "services": (401, ""), "self-service": (401, "UNAUTHORIZED"),
        "listings": (403, ""), "dev": (401, SENTENCE_401),
    },
    "a key for other doors": {
        "v1": (403, "FORBIDDEN"), "services": (403, ""), "self-service": (403, "FORBIDDEN"), "listings": (403, ""),
        "dev": (403, ""),
    },
    "wrong path": {
        "v1": (404, "NOT_FOUND"), "services": (404, ""), "self-service": (404, "NOTFOUND"), "listings": (404, ""),
        "dev": (404, SENTENCE_404),
    },
    "wrong verb": {
        "v1": (405, "METHOD_NOT_ALLOWED"), "services": (405, ""), "self-service": (405, "METHODNOTALLOWED"),
        "listings": (405, ""), "dev": (405, ""),
    },
    "malformed body": {
        "v1": (400, "INVALID_REQUEST"), "services": (400, ""), "self-service": (400, "INVALIDPARAMETER"),
        "listings": (400, ""), "dev": (400, SENTENCE_400),
    },
    "unsupported body type": {
        "v1": (400, "INVALID_REQUEST"), "services": (415, ""), "self-service": (400, "INVALIDPARAMETER"),
        "listings": (400, ""), "dev": (415, ""),
    },
    "unknown field": {
        "v1": (400, "INVALID_REQUEST"), "services": (400, ""), "self-service": (200, ""), "listings": (201, ""),
        "dev": (400, SENTENCE_400),
    },
    "duplicate": {
        "v1": (400, "INVALID_REQUEST"), "services": (400, ""), "self-service": (400, "DUPLICATE"),
        "listings": (400, ""), "dev": (409, "Resource already exists"),
    },
    "too large a body": {
        "v1": (413, "PAYLOAD_TOO_LARGE"), "services": (413, ""), "self-service": (413, "PAYLOADTOOLARGE"),
        "listings": (413, ""), "dev": (413, ""),
    },
    "unacceptable Accept": {
        "v1": (406, "INVALID_REQUEST"), "services": (406, ""), "self-service": (406, "INVALIDPARAMETER"),
        "listings": (406, ""), "dev": (406, ""),
    },
    "crash": {
        "v1": (500, "INTERNAL_ERROR"), "services": (500, ""), "self-service": (500, "INTERNALSERVER"),
        "listings": (500, ""), "dev": (500, ""),
    },
    "database unavailable": {
        "v1": (503, "SERVICE_UNAVAILABLE"), "services": (503, ""), "self-service": (503, "SERVICEUNAVAILABLE"),
        "listings": (503, ""), "dev": (503, ""),
    },
}  # fmt: skip
EXPECTED["malformed key"] = EXPECTED["unknown key"] = EXPECTED["no key"]
# S2 has records for members only, and an application's key is none.
EXPECTED["missing record"] = EXPECTED["wrong path"] | {"self-service": (401, "UNAUTHORIZED")}
EXPECTED["connection closed"] = EXPECTED["database lost while writing"] = EXPECTED["database unavailable"]


@pytest.fixture
def world(acme: World, settings: Any) -> World:
    settings.ROOT_URLCONF = "tests.dialects.trial_routes"
    a_customer(acme, email="taken@example.com")
    a_lead(acme, email="taken@example.com")
    a_product(acme, sku=TAKEN)
    MEMBERS[acme.secret_key] = a_customer(acme)
    # In a listing too, so that the same address is a duplicate there.
    assert acme.api.post(f"/crm/{acme.listing.pk}", {"email": "taken@example.com"}).status_code == 201
    return acme


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
@pytest.mark.parametrize("cell", CELLS)
def test_a_failure_is_told_in_the_dialects_own_shape(world: World, cell: str, way: Way) -> None:
    status, word = EXPECTED[cell][way.name]
    before = written(world)
    with _blackout(*LOST[cell]) if cell in LOST else nullcontext():
        answer = CELLS[cell](way, world)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/json"), answer.content
    assert (answer["Cache-Control"], bool(answer["X-Request-Id"])) == ("no-store", True)
    assert not [leak for leak in LEAKS if leak.encode() in answer.content]
    if status < 300:
        assert written(world) != before
    else:
        way.check(status, answer.json(), word)
        assert written(world) == before
    assert ("Retry-After" in answer) is (status == 503)
    assert ("WWW-Authenticate" in answer) is (status == 401)
    assert ("Allow" in answer) is (status == 405)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_without_a_fault_the_same_request_is_taken(world: World, way: Way) -> None:
    """Else a cell above might be refused for another reason than its own."""
    before = written(world)
    assert _post(way, world).status_code == way.taken
    assert written(world)[way.makes] == before[way.makes] + (way.verb == "post")
    assert written(world) != before


@pytest.mark.parametrize(
    "way", [way for way in WAYS if way.name in ("v1", "services", "dev")], ids=lambda way: way.name
)
def test_an_unknown_field_is_named(world: World, way: Way) -> None:
    assert b'"field":"shoe"' in CELLS["unknown field"](way, world).content


def test_the_matrix_has_every_dialect_and_every_failure() -> None:
    assert set(CELLS) == set(EXPECTED)
    assert {way.name for way in WAYS} == set(SURFACES)
    assert all(set(row) == set(SURFACES) for row in EXPECTED.values())


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_a_dialect_is_tried_on_its_own_routes(world: World, way: Way) -> None:
    """Only the crash is a route of the tests: nothing in the product crashes on demand."""
    view = resolve(way.path(world), urlconf="config.urls")
    assert view.func.cls.dialect.name == way.name
