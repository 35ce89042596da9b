"""The scope: which organisation, which mode, who acts, and what time it is for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.actors import Actor


class Mode(models.TextChoices):
    LIVE = "live", _("Live")
    TEST = "test", _("Test")


class Tenant(NamedTuple):
    """What every tenant row bears, and every index of theirs begins with."""

    organisation_id: UUID
    mode: str


@dataclass(frozen=True, slots=True)
class Via:
    """By which surface somebody came in, from which address and with what. Empty for the platform's own work, which
    goes on long after whoever asked for it has left.
    """

    surface: str = ""
    address: str = ""
    agent: str = ""


NO_WAY = Via()


@dataclass(frozen=True, slots=True)
class Scope:
    tenant: Tenant
    actor: Actor
    now: datetime
    request_id: str = ""
    via: Via = NO_WAY


class ScopeError(RuntimeError):
    """A fault in our own code, never the caller's: it must stop the work, and no surface may translate it kindly."""


class NoScope(ScopeError):
    """A tenant row was touched with no scope open."""


class NestedScope(ScopeError):
    """A scope was opened inside another one."""


class ForeignRow(ScopeError):
    """A row or query of one scope was used in another."""


_current: ContextVar[Scope | None] = ContextVar("scope", default=None)


@contextmanager
def open_scope(scope: Scope) -> Iterator[Scope]:
    """Open `scope` for the block. Only the entrances listed in docs/tenancy.md call this."""
    if _current.get() is not None:
        raise NestedScope("A scope is open already; scopes do not nest.")
    token = _current.set(scope)
    try:
        yield scope
    finally:
        _current.reset(token)


@contextmanager
def standing_in(scope: Scope) -> Iterator[None]:
    """Compile, never run, a statement for a tenant that does not exist; for this package alone."""
    token = _current.set(scope)
    try:
        yield
    finally:
        _current.reset(token)


def scope_or_none() -> Scope | None:
    return _current.get()


def current_scope() -> Scope:
    """The open scope; raises NoScope."""
    scope = _current.get()
    if scope is None:
        raise NoScope("No scope is open: tenant rows cannot be read or written here.")
    return scope
