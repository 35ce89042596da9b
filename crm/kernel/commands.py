"""The base of management commands that work on one organisation: the fourth entrance of a scope."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from django.core.management.base import BaseCommand

from crm.kernel.actors import job_actor
from crm.kernel.entrances import scope_for
from crm.kernel.tenancy.scope import Scope, Tenant


class ScopedCommand(BaseCommand):
    """Opens scopes one after the other; the command's name is the actor of what it does."""

    actor_name: ClassVar[str]

    @contextmanager
    def scope(self, tenant: Tenant) -> Iterator[Scope]:
        with scope_for(tenant, job_actor(f"command:{self.actor_name}")) as scope:
            yield scope
