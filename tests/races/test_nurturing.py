"""Several who start nurturing at once. Each race has a twin with the guard switched off, which must do harm."""

from collections.abc import Callable
from typing import Any

import pytest

from crm.kernel.tenancy.query import ScopedManager
from crm.leads.models import LeadInteraction
from crm.messaging.models import Communication
from crm.nurturing.models import Enrolment, StepRun
from crm.nurturing.services import Started, run_due_steps, start_nurturing
from tests.builders import a_lead
from tests.cast import Cast, World
from tests.crm.messaging.letters import at
from tests.crm.nurturing.sequences import MAIL, NOON, a_sequence, enter
from tests.races.together import together

pytestmark = pytest.mark.xdist_group("races")

CALLERS, LEADS, ROUNDS = 8, 20, 5


def at_noon(world: World, service: Callable[[], Any]) -> Callable[[], Any]:
    def work() -> Any:
        with at(world, NOON):
            return service()

    return work


def figures(world: World) -> tuple[int, ...]:
    tables: tuple[Any, ...] = (Enrolment, StepRun, Communication, LeadInteraction)
    with world.scope():
        return tuple(table.objects.count() for table in tables)


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    def reading(self: Any, **_options: Any) -> Any:
        return self.get_queryset()

    monkeypatch.setattr(ScopedManager, "for_update", reading)


def test_eight_starts_at_once_are_one(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    a_sequence(acme, MAIL, is_default=True)
    for number in range(1, ROUNDS + 1):
        for _ in range(LEADS):
            a_lead(acme, score=50)
        outcomes = together(*[at_noon(acme, start_nurturing)] * CALLERS)
        started = [outcome for outcome in outcomes if isinstance(outcome, Started)]
        assert len(started) == CALLERS, outcomes
        assert sum(one.enrolled for one in started) == sum(one.steps_run for one in started) == LEADS
        assert figures(acme) == (number * LEADS,) * 4


def test_without_locks_they_disturb_each_other(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = committed_cast.acme
    a_sequence(acme, MAIL, is_default=True)
    without_locks(monkeypatch)
    harm = False
    for number in range(1, 4 * ROUNDS):
        for _ in range(LEADS):
            a_lead(acme, score=50)
        outcomes = together(*[at_noon(acme, start_nurturing)] * CALLERS)
        harm = not all(isinstance(outcome, Started) for outcome in outcomes) or figures(acme) != (number * LEADS,) * 4
        if harm:
            break
    assert harm


def test_eight_ticks_at_once_do_each_step_once(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    sequence = a_sequence(acme, MAIL)
    for number in range(1, ROUNDS + 1):
        enter(acme, sequence, *[a_lead(acme) for _ in range(LEADS)])
        outcomes = together(*[at_noon(acme, run_due_steps)] * CALLERS)
        assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes
        assert figures(acme) == (number * LEADS,) * 4


def test_without_locks_what_is_noted_is_noted_again(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = committed_cast.acme
    sequence = a_sequence(acme, MAIL)
    harm = False
    for number in range(1, 4 * ROUNDS):
        enter(acme, sequence, *[a_lead(acme) for _ in range(LEADS)])
        with monkeypatch.context() as patched:
            without_locks(patched)
            together(*[at_noon(acme, run_due_steps)] * CALLERS)
        harm = figures(acme) != (number * LEADS,) * 4
        if harm:
            break
    assert harm
