"""Every route, every verb, every kind of caller, made from the product's own table of addresses (reliability T2).

A cell asks: is the status the one that the route's grant says, does the answer hold a word of another place, and is
anything written where the caller is not at home?
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from crm.contacts.services import update_contact
from crm.web.checks import routes
from crm.web.grants import Audience, Grant
from crm.web.viewset import DialectViewSet
from tests.access.actors import CANARY, Actor
from tests.access.stage import SHARED, Stage, build_stage
from tests.cast import cast_for_a_test

pytestmark = pytest.mark.django_db
# What each part of an address stands for; a route with another one makes the test fail until it is named here.
PARTS = {
    "customer_id": "person", "contact_id": "person", "member_id": "person", "listing_id": "listing",
    "campaign_id": "campaign", "lead_id": "lead", "interaction_id": "interaction",
    "customer_interaction_id": "customer interaction", "merge_id": "merge", "lead_merge_id": "lead merge",
    "import_id": "import", "segment_id": "segment", "feedback_id": "feedback",
    "communication_id": "message", "notification_id": "notification",
    "approval_id": "approval", "serial_number": "device",
    "product_id": "product", "order_id": "order", "file_id": "file", "record_id": "order", "token": "token",
    "account_id": "account", "email_id": "email", "payment_method_id": "payment method",
}  # fmt: skip
ONE_IN_ALL = re.compile(r"<(?:\w+:)?(\w+)>")
UNSAFE = {"POST": "{}", "PUT": "{}", "PATCH": "{}", "DELETE": ""}
ASKED = {"listings": f"?last_name={SHARED}", "dev": "?limit=100", "services": "?limit=100"}
# Without a person's token these read the token of a mail from the body, and find none in an empty one.
BY_TOKEN_TOO = {"act"}
# Answers in figures, numbers and names of businesses alone; their own tests ask whose they are.
FIGURES = re.compile(
    r"/(reports/\w+|analytics/dashboard|customers/segments|health|score|demographics|test-clock"
    r"|check-access-token-session|approval_requests|preferences|industries|reward_offers|data_exports|v1/contacts"
    r"|unread-count|in-apps/stream)$"
)


@dataclass(frozen=True)
class Route:
    pattern: str
    verb: str
    action: str
    view: type[DialectViewSet]

    @property
    def grant(self) -> Grant:
        return self.view.grants[self.action]

    @property
    def dialect(self) -> str:
        return self.view.dialect.name

    @property
    def parts(self) -> list[str]:
        return ONE_IN_ALL.findall(self.pattern)

    def path(self, ids: dict[str, str]) -> str:
        path = "/" + ONE_IN_ALL.sub(lambda found: ids[PARTS[found[1]]], self.pattern)
        return path + (ASKED.get(self.dialect, "") if self.verb == "GET" else "")

    def __str__(self) -> str:
        return f"{self.verb} {self.pattern}"


def all_routes() -> Iterator[Route]:
    for pattern, view in routes():
        for verb, action in getattr(view, "actions", {}).items():
            if verb != "head":
                yield Route(pattern, verb.upper(), action, view.cls)


ROUTES = [route for route in all_routes() if not route.grant.is_public]
PUBLIC = [route for route in all_routes() if route.grant.is_public]


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stage]:
    """Once for all tests of this module: it takes longer than most of them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_stage(cast_for_a_test())
        transaction.set_rollback(True)


@pytest.fixture
def stage(built: Stage, db: None) -> Stage:
    """As it was built: `db` takes back what a test adds."""
    return built


def expected(route: Route, actor: Actor) -> int | None:
    """The status of a refusal before any record is looked for; None for who is let in."""
    is_listings = route.dialect == "listings"
    if route.action in BY_TOKEN_TOO and not actor.names_a_person:
        return 400
    if actor.audience is None:
        return 403 if is_listings else 401
    grant = route.grant
    if actor.audience not in grant.audiences:
        asks_for_a_member = actor.audience is Audience.PUBLISHABLE_KEY and Audience.MEMBER in grant.audiences
        return 401 if asks_for_a_member else 403
    if actor.only and grant.scope.rpartition(":")[2] not in actor.only and ":session:" not in grant.scope:
        return 403
    return None


def is_at_home(actor: Actor) -> bool:
    """Whether what the addresses name is theirs."""
    return actor.world == "acme" and actor.name != "other member"


def call(route: Route, actor: Actor, ids: dict[str, str]) -> Any:
    """The answer, with all of its text in `told`."""
    body = UNSAFE.get(route.verb)
    options = {} if body is None else {"data": body, "content_type": "application/json"}
    answer = getattr(actor.client(route.dialect), route.verb.lower())(route.path(ids), **options)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    answer.told = content.decode(errors="replace")
    return answer


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_nobody_reaches_what_is_not_theirs(stage: Stage, route: Route) -> None:
    for part in route.parts:
        assert part in PARTS, f"{part} of {route} is not known to the matrix"
    after = stage.traces()
    # Those who are at home go last: what they may do, they do.
    for actor in sorted(stage.actors, key=lambda actor: expected(route, actor) is None and is_at_home(actor)):
        cell, status = f"{route} by {actor.name}", expected(route, actor)
        answer, before, after = call(route, actor, stage.ids), after, stage.traces()
        assert answer.status_code < 500, f"{cell}: {answer.told}"
        if status is not None:
            assert answer.status_code == status, f"{cell}: {answer.status_code} {answer.told}"
            assert after == before, f"{cell} wrote something"
        for name in {"acme", "rehearsal", "rival"} - {actor.world}:
            assert CANARY[name].lower() not in answer.told.lower(), f"{cell} tells of {name}"
            assert after[name] == before[name], f"{cell} wrote in {name}"
        if status is not None:
            for name in CANARY:
                assert CANARY[name].lower() not in answer.told.lower(), f"{cell} tells of {name} in a refusal"
        elif route.parts and not is_at_home(actor):
            # A member's own id in the address is asked about first; of a file it is only known whose it is once found.
            # An application that looks for somebody else's customer finds nobody.
            asks_members = Audience.MEMBER in route.grant.audiences
            is_own_id = route.dialect == "self-service" and "contact_id" in route.parts and asks_members
            refusal = {403} if route.dialect == "listings" or is_own_id else {404}
            assert answer.status_code in refusal, f"{cell}: {answer.status_code} {answer.told}"


@pytest.mark.parametrize("route", [route for route in ROUTES if route.parts], ids=str)
def test_what_is_foreign_looks_like_what_never_was(stage: Stage, route: Route) -> None:
    for actor in stage.actors:
        if expected(route, actor) is None and not is_at_home(actor):
            foreign, unknown = (told_apart(call(route, actor, ids)) for ids in (stage.ids, stage.unknown))
            assert foreign == unknown, f"{route} by {actor.name}"


def told_apart(answer: Any) -> tuple[int, str, dict[str, str]]:
    """Everything by which a caller could tell two answers from each other, save for ids and counters of requests."""
    changing = {"X-Request-Id", "X-RateLimit-Remaining", "X-RateLimit-Reset"}
    headers = {name: value for name, value in answer.headers.items() if name not in changing}
    return answer.status_code, answer.told, headers


@pytest.mark.parametrize("route", PUBLIC, ids=str)
@pytest.mark.parametrize("body", ["{}", "[]", "", '{"refreshToken": "x"}', '{"email": {}, "password": []}'])
def test_what_is_open_to_all_refuses_nonsense_and_writes_nothing(stage: Stage, route: Route, body: str) -> None:
    before = stage.traces()
    for actor in stage.actors:
        client = actor.client(route.dialect)
        sent = {"data": body, "content_type": "application/json"} if route.verb != "GET" else {}
        answer = getattr(client, route.verb.lower())(route.path({"token": "nonsense"}), **sent)
        assert 400 <= answer.status_code < 500, f"{route} by {actor.name}: {answer.content!r}"
        assert not any(canary.lower() in answer.content.decode().lower() for canary in CANARY.values())
    assert stage.traces() == before


def test_those_who_are_at_home_are_told_what_the_others_are_not(stage: Stage) -> None:
    """Else the matrix would look for words that no answer ever holds."""
    owner, member = stage.actors[0], next(actor for actor in stage.actors if actor.name == "member")
    reads = [route for route in ROUTES if route.verb == "GET" and not FIGURES.search(route.pattern)]
    silent = []
    for route in reads:
        actor = member if route.grant.audiences == {Audience.MEMBER} else owner
        if CANARY["acme"].lower() not in call(route, actor, stage.ids).told.lower():
            silent.append(str(route))
    assert not silent, silent


def test_the_matrix_is_as_large_as_the_product(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    cells = len(ROUTES) * len(stage.actors)
    with capsys.disabled():
        print(f"\naccess matrix: {len(ROUTES)} routes x {len(stage.actors)} callers = {cells} cells")
    assert {route.dialect for route in ROUTES} == {"v1", "services", "self-service", "listings", "dev"}
    assert cells >= 400
    assert {str(route) for route in PUBLIC} == {
        "POST auth/api/login", "POST auth/api/get-new-access-token",
        *(f"POST self-service/v1/approval_requests/{word}" for word in ("accept", "reject")),
        *(f"GET self-service/v1/approval_requests/{word}/<str:token>" for word in ("accept", "reject")),
        *(f"POST self-service/v1/approval_requests/{word}/<str:token>/action" for word in ("accept", "reject")),
        "POST self-service/v1/contacts/change_password", "GET self-service/v1/contacts/verify_email/<str:token>",
    }  # fmt: skip


def test_a_single_changed_word_leaves_a_trace(stage: Stage) -> None:
    """Else the matrix would see no foreign write."""
    before = stage.traces()
    with stage.cast.rival.scope():
        update_contact(contact_id=UUID(stage.people["rival"].id), middle_name="Other")
    after = stage.traces()
    assert after["rival"] != before["rival"]
    assert (after["acme"], after["rehearsal"]) == (before["acme"], before["rehearsal"])
