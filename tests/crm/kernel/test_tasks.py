"""Tasks of one organisation and mode, asked for in a transaction and run after it (reliability O2, O5)."""

from contextlib import suppress as ignoring
from typing import Any

import pytest
from celery import shared_task
from django.db import transaction

from crm.kernel.actors import Actor, ActorKind
from crm.kernel.audit import events_of_scope, tasks_of_scope
from crm.kernel.due import State
from crm.kernel.entrances import scope_for
from crm.kernel.models import QueuedTask
from crm.kernel.tasks import ScopedTask, headers_of
from crm.kernel.tenancy import NoScope, current_scope
from crm.messaging.models import Suppression
from crm.messaging.services import suppress
from tests.cast import World

ADDRESS = "ann@example.com"


class Refusal(Exception):
    pass


@shared_task(base=ScopedTask, name="tests.blacklist")
def blacklist(address: str, *, then_fail: bool = False) -> None:
    suppress(channel="email", address=address)
    if then_fail:
        raise Refusal


def deliver(row: QueuedTask) -> Any:
    """As a worker does when the relay's message arrives."""
    return blacklist.apply(task_id=str(row.pk), headers=headers_of(row)).result


def addresses(world: World) -> list[str]:
    with world.scope():
        return list(Suppression.objects.values_list("address", flat=True))


def queued(world: World, **arguments: Any) -> QueuedTask:
    with world.scope():
        return blacklist.queue(**{"address": ADDRESS, **arguments})


def test_asking_for_a_task_writes_a_row_and_does_not_start_it(acme: World) -> None:
    row = queued(acme)
    assert (row.name, row.arguments, row.state) == ("tests.blacklist", {"address": ADDRESS}, State.DUE)
    assert (row.tenant, row.actor_kind, row.actor_id) == (acme.tenant, "job", "test")
    assert addresses(acme) == []


def test_a_task_asked_for_in_a_transaction_that_fails_was_never_asked_for(acme: World) -> None:
    with acme.scope():
        with ignoring(Refusal), transaction.atomic():
            blacklist.queue(address=ADDRESS)
            raise Refusal
        assert not tasks_of_scope().exists()


def test_a_task_is_asked_for_inside_a_scope_only(db: Any) -> None:
    with pytest.raises(NoScope):
        blacklist.queue(address=ADDRESS)


@pytest.mark.parametrize("send", [blacklist.delay, blacklist.apply_async, blacklist.s(address=ADDRESS).delay])
def test_a_message_without_a_row_is_refused(send: Any) -> None:
    with pytest.raises(RuntimeError, match=r"tests\.blacklist\.queue"):
        send()


def test_a_task_runs_and_its_row_is_done(acme: World) -> None:
    row = queued(acme)
    assert deliver(row) is True
    assert addresses(acme) == [ADDRESS]
    row.refresh_from_db()
    assert row.state == State.DONE


def test_a_message_that_arrives_twice_has_one_effect(acme: World) -> None:
    row = queued(acme)
    deliver(row)
    with acme.scope():
        Suppression.objects.all().delete()
    assert deliver(row) is False
    assert addresses(acme) == []


def test_a_task_acts_in_the_tenant_it_was_asked_in(acme: World, rehearsal: World, rival: World) -> None:
    deliver(queued(rehearsal))
    assert (addresses(rehearsal), addresses(acme), addresses(rival)) == ([ADDRESS], [], [])


def test_a_task_acts_in_the_name_of_who_asked(acme: World) -> None:
    owner = Actor(ActorKind.STAFF, str(acme.staff["owner"].id))
    with scope_for(acme.tenant, owner):
        row = blacklist.queue(address=ADDRESS)
    deliver(row)
    with acme.scope():
        event = events_of_scope().filter(name="address.suppressed").get()
    assert (event.actor_kind, event.actor_id) == ("staff", owner.id)


def test_no_scope_is_left_open_behind_a_task(acme: World) -> None:
    deliver(queued(acme))
    with pytest.raises(NoScope):
        current_scope()


def test_effect_and_done_are_one_transaction(acme: World) -> None:
    row = queued(acme, then_fail=True)
    assert deliver(row) is False
    assert addresses(acme) == []
    row.refresh_from_db()
    assert (row.state, row.attempts) == (State.DUE, 1)
    assert "Refusal" in row.last_error


def test_a_task_that_cannot_be_marked_done_has_had_no_effect(acme: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose_the_database(row: QueuedTask) -> None:
        raise Refusal

    row = queued(acme)
    monkeypatch.setattr(QueuedTask, "finish", lose_the_database)
    assert deliver(row) is False
    assert addresses(acme) == []


def test_a_task_with_other_arguments_than_its_function_fails_visibly(acme: World) -> None:
    row = queued(acme, shoe=42)
    assert deliver(row) is False
    row.refresh_from_db()
    assert "TypeError" in row.last_error


def test_the_headers_carry_ids_only(acme: World) -> None:
    assert headers_of(queued(acme)) == {
        "scope": {"organisation": str(acme.organisation.id), "mode": "live", "actor_kind": "job", "actor_id": "test"}
    }
