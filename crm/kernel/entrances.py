"""What an entrance needs to open a scope: who the tenant is, and what time it is there.

The kernel knows no organisation table; `crm.organisations` tells it, at start, how to find a tenant's clock.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from crm.kernel.actors import Actor
from crm.kernel.clock import database_now
from crm.kernel.tenancy.scope import NO_WAY, Scope, Tenant, Via, open_scope

_clock_of: Callable[[Tenant], datetime] | None = None
_all_tenants: Callable[[], Iterable[Tenant]] | None = None


def register_tenants(*, clock: Callable[[Tenant], datetime], everyone: Callable[[], Iterable[Tenant]]) -> None:
    """Say how to read a tenant's business time (raises NotFound), and who all the tenants are."""
    global _clock_of, _all_tenants
    _clock_of, _all_tenants = clock, everyone


def business_time(tenant: Tenant) -> datetime:
    return _clock_of(tenant) if _clock_of else database_now()


def all_tenants() -> list[Tenant]:
    return list(_all_tenants()) if _all_tenants else []


@contextmanager
def scope_for(tenant: Tenant, actor: Actor, request_id: str = "", via: Via = NO_WAY) -> Iterator[Scope]:
    """Open the scope of `tenant`, at its business time, for the task base, the command base and signed links."""
    opened = Scope(tenant=tenant, actor=actor, now=business_time(tenant), request_id=request_id, via=via)
    with open_scope(opened) as scope:
        yield scope
