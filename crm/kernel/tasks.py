"""Celery's side of the work that is due.

`ScopedTask` is the base of every task of a domain app: `.queue(...)` writes a row in the caller's transaction, the
relay sends it once that is committed, and the worker runs it in the scope that travelled in the message's headers.
"""

from typing import Any, cast
from uuid import UUID

from celery import Task, shared_task
from django.db import transaction

from crm.kernel.actors import Actor, ActorKind, job_actor
from crm.kernel.due import State, attempt
from crm.kernel.entrances import scope_for
from crm.kernel.events import consumers_of, event_from
from crm.kernel.jobs import carry_on, note_tick
from crm.kernel.models import Event, Processed, QueuedTask
from crm.kernel.tenancy.scope import Tenant, current_scope


class ScopedTask(Task):
    """A task of one organisation and mode. Its function takes ids and plain values by keyword and calls a service.

    Its effect and "done" are one transaction, so it runs once however often its message arrives. It is tried five
    times, at growing distance, and is then a dead letter that staff can read and replay.
    """

    abstract = True

    def queue(self, **arguments: Any) -> QueuedTask:
        """Ask for the task, inside the transaction that makes it necessary; it starts after the commit."""
        return queue_task(self.name, **arguments)

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(f"Use {self.name}.queue(...): what is not in the database can be lost.")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        headers = cast(dict[str, Any], self.request.headers or {})
        scope = headers["scope"]
        tenant = Tenant(UUID(scope["organisation"]), scope["mode"])
        actor = Actor(ActorKind(scope["actor_kind"]), scope["actor_id"], job_actor(self.name).grants)

        def work(row: QueuedTask) -> None:
            with scope_for(tenant, actor):
                self.run(**row.arguments)

        return attempt(QueuedTask, UUID(self.request.id), work)


def queue_task(name: str, **arguments: Any) -> QueuedTask:
    """The same by the task's name, for a service that its own task calls."""
    scope = current_scope()
    return QueuedTask.objects.create(
        organisation_id=scope.tenant.organisation_id,
        mode=scope.tenant.mode,
        name=name,
        arguments=arguments,
        actor_kind=scope.actor.kind,
        actor_id=scope.actor.id,
    )


def headers_of(row: QueuedTask) -> dict[str, Any]:
    """The scope as it travels in a message."""
    return {
        "scope": {
            "organisation": str(row.organisation_id),
            "mode": row.mode,
            "actor_kind": row.actor_kind,
            "actor_id": row.actor_id,
        }
    }


class HeldElsewhere(Exception):
    """Another worker is at this event; it will finish, or leave it to the next sweep."""


@shared_task(name="kernel.deliver_event")
def deliver_event(event_id: str) -> None:
    deliver(UUID(event_id))


def deliver(event_id: UUID) -> bool:
    """Let every consumer of one event react, each in a transaction of its own with its receipt.

    True when all have reacted. Consumers that failed are tried again later; the others are not repeated.
    """
    row = Event.take_up(event_id)
    if row is None:
        return False
    failures: list[Exception] = []
    for consumer in consumers_of(row.name):
        try:
            _react(row, consumer)
        except HeldElsewhere:
            return False
        except Exception as error:
            failures.append(error)
    if failures:
        row.put_off(failures[0] if len(failures) == 1 else ExceptionGroup("Several consumers failed", failures))
        return False
    Event.objects.filter(pk=row.pk, state=State.DUE).update(state=State.DONE)
    return True


def _react(row: Event, consumer: str) -> None:
    """One consumer's effect and receipt in one transaction; nothing when the receipt is there already."""
    with transaction.atomic():
        if Event.hold(row.pk) is None:
            raise HeldElsewhere
        if Processed.objects.filter(consumer=consumer, event=row).exists():
            return
        Processed.objects.create(consumer=consumer, event=row)
        with scope_for(row.tenant, job_actor(consumer), row.request_id):
            consumers_of(row.name)[consumer](event_from(row))


@shared_task(name="kernel.run_job")
def run_job(run_id: str) -> None:
    carry_on(UUID(run_id))


@shared_task(name="kernel.tick")
def tick(job: str) -> None:
    note_tick(job)
