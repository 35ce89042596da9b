"""What the audit trail says, and what else a page left behind."""

from typing import Any

from django.contrib.admin.models import LogEntry

from crm.kernel.audit import events_about
from crm.kernel.models import Event
from tests.cast import World


def row_of(world: World, model: Any, **named: Any) -> Any:
    with world.scope():
        return model.objects.get(**named)


def events_of(world: World, kind: str, key: Any) -> list[Event]:
    """What happened to one record, oldest first."""
    with world.scope():
        return list(events_about(kind, key).order_by("id"))


def names_of(world: World, kind: str, key: Any) -> list[str]:
    return [event.name for event in events_of(world, kind, key)]


def last_event(world: World, kind: str, key: Any) -> Event:
    return events_of(world, kind, key)[-1]


def actor_of(event: Event) -> tuple[str, str]:
    return event.actor_kind, event.actor_id


def staff_actor(world: World, role: str) -> tuple[str, str]:
    return "staff", str(world.staff[role].pk)


def written() -> tuple[int, int]:
    """How many events there are, of anybody, and how many rows in Django's own log, which stays empty."""
    return Event.objects.count(), LogEntry.objects.count()
