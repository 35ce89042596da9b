"""The manager that raises: outside a scope there is no queryset at all, so no list of guarded methods to forget."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models
from django.db.models import sql

from crm.kernel.tenancy.scope import ForeignRow, Tenant, current_scope

_T = TypeVar("_T", bound=models.Model)


class ScopedQuery(sql.Query):
    """Remembers the tenant it was built for, and compiles for no other.

    Every way to run a query, and every way to use it as a subquery, asks for a compiler or changes the query's class;
    both are guarded, so a queryset built inside a scope and used outside raises instead of answering.
    """

    tenant: Tenant | None = None

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        self._demand_scope()
        return super().get_compiler(*args, **kwargs)

    def chain(self, klass: Any = None) -> Any:
        if klass is not None:
            self._demand_scope()
        return super().chain(klass)

    def _demand_scope(self) -> None:
        tenant = current_scope().tenant
        if self.tenant is not None and self.tenant != tenant:
            raise ForeignRow("A query of one scope was used in another.")


class ScopedQuerySet(models.QuerySet[_T]):
    def bulk_create(self, objs: Iterable[_T], *args: Any, **kwargs: Any) -> list[_T]:
        rows = list(objs)
        for row in rows:
            row.claim()  # type: ignore[attr-defined]
        return super().bulk_create(rows, *args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        if not {"organisation", "organisation_id", "mode"}.isdisjoint(kwargs):
            raise ForeignRow("A row does not change its organisation or mode.")
        return super().update(**kwargs)


class ScopedManager(models.Manager[_T]):
    """`objects` of every tenant model: only the rows of the open scope, and NoScope when none is open."""

    def get_queryset(self) -> ScopedQuerySet[_T]:
        tenant = current_scope().tenant
        query = ScopedQuery(self.model)
        query.tenant = tenant
        queryset: ScopedQuerySet[_T] = ScopedQuerySet(self.model, query=query, using=self._db)
        return queryset.filter(organisation_id=tenant.organisation_id, mode=tenant.mode)

    def filter(self, *args: Any, **kwargs: Any) -> ScopedQuerySet[_T]:
        return self.get_queryset().filter(*args, **kwargs)

    def bulk_create(self, objs: Iterable[_T], *args: Any, **kwargs: Any) -> list[_T]:
        return self.get_queryset().bulk_create(objs, *args, **kwargs)

    def for_update(self, *, skip_locked: bool = False) -> ScopedQuerySet[_T]:
        """Rows locked until the transaction ends; joined rows are not locked with them. `skip_locked`: rows that
        another transaction holds are passed over, not waited for.
        """
        return self.get_queryset().select_for_update(of=("self",), skip_locked=skip_locked)


def anchored(queryset: ScopedQuerySet[_T], path: str) -> ScopedQuerySet[_T]:
    """`queryset` with the tenant named on the joined table at `path` (`contact__`) too.

    The join says as much; but only so may PostgreSQL begin with an index of that table.
    """
    if not path:
        return queryset
    tenant = current_scope().tenant
    return queryset.filter(**{f"{path}organisation_id": tenant.organisation_id, f"{path}mode": tenant.mode})
