"""Buttons pressed twice at the same moment. Each race has a twin with the guard switched off, which must do harm."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from crm.kernel.retries import in_transaction
from crm.kernel.tenancy import ScopedManager
from crm.leads.models import Lead, LeadInteraction, WebForm, WebFormEntry
from crm.leads.services import confirm_entry, confirmations, define_web_form, send_web_form, visitors
from tests.cast import Cast, World
from tests.races.together import succeeded, together

pytestmark = pytest.mark.xdist_group("races")

CALLERS, ROUNDS = 8, 5


def a_form(world: World, **values: Any) -> UUID:
    with world.scope():
        return define_web_form(name="Contact", asks=["message"], **values).pk  # type: ignore[no-any-return]


def sending(world: World, form_id: UUID, **values: str) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            given = {"name": "Jane", "email": "jane@example.com", **values}
            in_transaction(lambda: send_web_form(form_id=form_id, values=given))

    return work


def confirming(world: World, entry_id: UUID) -> Callable[[], Any]:
    def work() -> Any:
        with world.scope():
            return confirm_entry(entry_id=entry_id)

    return work


def count(world: World, model: Any, **named: Any) -> int:
    with world.scope():
        return int(model.objects.filter(**named).count())


def unlocked(lead_id: UUID) -> Lead:
    return Lead.objects.get_queryset().get(pk=lead_id)


def test_a_form_sent_by_many_fingers_at_once_is_one_message(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    form_id = a_form(acme)
    for number in range(ROUNDS):
        outcomes = together(*[sending(acme, form_id, email=f"jane{number}@example.com")] * CALLERS)
        assert succeeded(outcomes) == CALLERS, outcomes
        assert count(acme, LeadInteraction, lead__email=f"jane{number}@example.com") == 1
    assert count(acme, Lead) == ROUNDS
    assert count(acme, WebForm, sent=ROUNDS) == 1


def test_without_the_lock_a_message_is_noted_twice(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "locked_lead", unlocked)
    acme = committed_cast.acme
    form_id = a_form(acme)
    harmed, tries = False, 10 * ROUNDS
    sending(acme, form_id)()
    while not harmed and tries:
        tries -= 1
        together(*[sending(acme, form_id, message=str(tries))] * CALLERS)
        harmed = count(acme, LeadInteraction, notes__endswith=f": {tries}") > 1
    assert harmed


def test_different_messages_at_once_are_one_lead(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    form_id = a_form(acme)
    outcomes = together(*[sending(acme, form_id, message=str(number)) for number in range(CALLERS)])
    assert succeeded(outcomes) == CALLERS, outcomes
    assert (count(acme, Lead), count(acme, LeadInteraction)) == (1, CALLERS)


def test_many_at_once_are_asked_once(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    form_id = a_form(acme, double_opt_in=True)
    for number in range(ROUNDS):
        together(*[sending(acme, form_id, email=f"jane{number}@example.com")] * CALLERS)
    assert count(acme, WebFormEntry) == ROUNDS


def test_without_waiting_for_each_other_they_are_asked_twice(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirmations, "hold_names", lambda *_names: None)
    acme = committed_cast.acme
    form_id = a_form(acme, double_opt_in=True)
    for number in range(10 * ROUNDS):
        together(*[sending(acme, form_id, email=f"jane{number}@example.com")] * CALLERS)
        if count(acme, WebFormEntry) > number + 1:
            return
    raise AssertionError("no harm was done")


def waiting(world: World, form_id: UUID, number: int) -> UUID:
    sending(world, form_id, email=f"jane{number}@example.com")()
    with world.scope():
        return WebFormEntry.objects.get_queryset().get(email_key=f"jane{number}@example.com").pk  # type: ignore[no-any-return]


def test_a_link_pressed_twice_at_once_confirms_once(committed_cast: Cast) -> None:
    acme = committed_cast.acme
    form_id = a_form(acme, double_opt_in=True)
    for number in range(ROUNDS):
        outcomes = together(*[confirming(acme, waiting(acme, form_id, number))] * CALLERS)
        assert sorted(outcomes) == [False] * (CALLERS - 1) + [True]
    assert (count(acme, Lead), count(acme, LeadInteraction)) == (ROUNDS, ROUNDS)


def test_without_the_lock_it_confirms_twice(committed_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = committed_cast.acme
    form_id = a_form(acme, double_opt_in=True)
    entries = [waiting(acme, form_id, number) for number in range(2 * ROUNDS)]
    monkeypatch.setattr(ScopedManager, "for_update", ScopedManager.get_queryset)
    assert any(together(*[confirming(acme, entry)] * CALLERS).count(True) > 1 for entry in entries)
