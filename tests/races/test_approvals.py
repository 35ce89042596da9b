"""Several who decide at the same moment: one decision, one effect. The twin without its guards must do harm."""

from typing import Any
from uuid import UUID

import pytest

from crm.approvals.errors import AlreadyDecided, ApprovalLinkSpent
from crm.approvals.links import read_link
from crm.approvals.models import ApprovalRequest, ApprovalState, Decision
from crm.approvals.services import decide_by_link, decide_signed_in, deciding, settling
from crm.kernel.actors import Actor, ActorKind
from crm.kernel.entrances import scope_for
from crm.kernel.models import Event
from tests.cast import Cast, World
from tests.crm.approvals.asked import a_request, again, letters, tokens_in
from tests.races.together import raised, succeeded, together

pytestmark = pytest.mark.xdist_group("races")
CALLERS, ROUNDS = 8, 6


def deciding_of(world: World, request: ApprovalRequest) -> Any:
    member = Actor(ActorKind.MEMBER, str(request.contact_id), frozenset({"auth:me:write"}))

    def work(response: str) -> Any:
        with scope_for(world.tenant, member):
            return decide_signed_in(approval_id=request.pk, response=response)

    return [lambda response=response: work(response) for response in ("accept", "reject") * (CALLERS // 2)]


def effects_of(world: World, request_id: UUID) -> int:
    with world.scope():
        return Event.objects.filter(name="approval.decided", subject_id=str(request_id)).count()


def test_of_many_answers_one_counts(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    request = a_request(acme)
    outcomes = together(*deciding_of(acme, request))
    assert (succeeded(outcomes), raised(outcomes, AlreadyDecided)) == (1, CALLERS - 1), outcomes
    assert effects_of(acme, request.pk) == 1
    with acme.scope():
        assert Decision.objects.count() == 1


def test_a_link_that_is_pressed_many_times_decides_once(committed_cast: Cast) -> None:
    world = committed_cast.rehearsal
    request = a_request(world)
    (letter,) = letters(world, request)
    link = read_link(tokens_in(letter)["accept"])

    def press() -> Any:
        with world.scope():
            return decide_by_link(token_id=link.link_id, digest=link.digest, response="accept")

    outcomes = together(*[press] * CALLERS)
    assert (succeeded(outcomes), raised(outcomes, ApprovalLinkSpent)) == (1, CALLERS - 1), outcomes
    assert (again(world, request).state, effects_of(world, request.pk)) == ("approved", 1)


def test_without_lock_and_condition_several_count(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def close_anyway(request: ApprovalRequest, state: str, reason: str = "") -> None:
        ApprovalRequest.objects.filter(pk=request.pk).update(state=state, decided_at="2026-01-01T00:00Z", due_at=None)

    class Nothing:
        """An order that nobody locks, and that nothing happens to."""

        def __getattr__(self, name: str) -> Any:
            return {"snapshot": lambda _id: request.snapshot}.get(name, lambda *_: None)

    monkeypatch.setattr(deciding, "_held", lambda pk: ApprovalRequest.objects.get(pk=pk))
    monkeypatch.setattr(deciding, "_write_down", lambda *_args: None)
    monkeypatch.setattr(settling, "_close", close_anyway)
    monkeypatch.setattr(deciding, "kind_called", lambda _key: Nothing())
    monkeypatch.setattr(settling, "kind_called", lambda _key: Nothing())
    acme = committed_cast.acme
    request = a_request(acme)
    for _ in range(ROUNDS):
        with acme.scope():
            ApprovalRequest.objects.update(state=ApprovalState.PENDING, decided_at=None, due_at="2027-01-01T00:00Z")
        together(*deciding_of(acme, request))
        if effects_of(acme, request.pk) > ROUNDS:
            return
    assert effects_of(acme, request.pk) > ROUNDS
