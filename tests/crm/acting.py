"""Scopes in the name of somebody in particular; `world.scope()` is the platform's own."""

from contextlib import AbstractContextManager

from crm.kernel.actors import Actor, ActorKind
from crm.kernel.entrances import scope_for
from crm.kernel.tenancy import Scope
from crm.organisations.models import Staff
from crm.organisations.roles import grants_of
from tests.cast import World


def as_staff(world: World, role: str) -> AbstractContextManager[Scope]:
    """`world`, with its staff member of that role at work."""
    return as_person(world, world.staff[role])


def as_person(world: World, staff: Staff) -> AbstractContextManager[Scope]:
    return scope_for(world.tenant, Actor(ActorKind.STAFF, str(staff.id), grants_of(staff.role)))


def as_key(world: World, *grants: str) -> AbstractContextManager[Scope]:
    """`world`, with a machine at work that may do what it was granted."""
    return scope_for(world.tenant, Actor(ActorKind.KEY, "key-1", frozenset(grants or ("read", "write"))))
