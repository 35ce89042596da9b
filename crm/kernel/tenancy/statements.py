"""Questions compiled once: Django takes longer to build and compile a list's SQL than PostgreSQL to answer it.

A question is compiled for a stand-in tenant and for stand-in values; wherever these come up among the parameters of the
SQL, the open scope's tenant and the values that were asked for are put in when it is run. A question in which the
tenant does not come up is refused, so one that was compiled for nobody in particular answers nobody.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from django.db import DEFAULT_DB_ALIAS, connection

from crm.kernel.tenancy.query import ScopedQuerySet, anchored
from crm.kernel.tenancy.scope import Scope, ScopeError, Tenant, current_scope, standing_in

# Each page of a list is a statement of its own; the first pages are the ones that are asked for.
REMEMBERED = 1_000


class NotTheTenants(ScopeError):
    """A question does not name the tenant whose rows it asks for."""


class ValuesNotAsked(ScopeError):
    """A value does not come up in a question that was asked with it: its statement would answer for a stand-in."""


# A function of a module, not a lambda, or a frozen object, that depends on the open tenant and on values, never on the
# time or the actor. It passes the values on as they are.
Selector = Callable[..., ScopedQuerySet[Any]]
Value = UUID | int | str
# Values that nobody asks with; numbers, below 2**62, are for columns that are bigint.
_STAND_INS: dict[type, Callable[[], Value]] = {
    UUID: uuid4, int: lambda: uuid4().int >> 66, str: lambda: uuid4().hex,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """Which rows to read; `order` and the window as for a queryset."""

    rows: Selector
    values: tuple[Value, ...] = field(default=(), compare=False)
    order: tuple[str, ...] = ()
    start: int = 0
    stop: int | None = None

    def __call__(self) -> ScopedQuerySet[Any]:
        """As a selector, for who filters or counts."""
        return self.queryset()

    def queryset(self) -> ScopedQuerySet[Any]:
        return _cut(self.rows(*self.values), self.order, self.start, self.stop)


def page_of(
    rows: Selector | ScopedQuerySet[Any], order: tuple[str, ...], start: int, stop: int
) -> Question | ScopedQuerySet[Any]:
    """The rows from `start` to `stop` in that order: a question of a selector, else a queryset."""
    if isinstance(rows, ScopedQuerySet):
        return _cut(rows, order, start, stop)
    if isinstance(rows, Question):
        return replace(rows, order=order, start=start, stop=stop)
    return Question(rows, order=order, start=start, stop=stop)


def queryset_of(rows: Selector | ScopedQuerySet[Any]) -> ScopedQuerySet[Any]:
    return rows if isinstance(rows, ScopedQuerySet) else rows()


def _cut(rows: ScopedQuerySet[Any], order: tuple[str, ...], start: int, stop: int | None) -> ScopedQuerySet[Any]:
    """In order and cut, with the tenant named on the tables that the order joins."""
    for relation in {path.lstrip("-").rpartition("__")[0] for path in order} - {""}:
        rows = anchored(rows, f"{relation}__")
    return (rows.order_by(*order) if order else rows)[start:stop]


def answers_to(question: Question, columns: tuple[str, ...]) -> Iterable[tuple[Any, ...]]:
    """The rows of a question in the open scope, as `.values_list(*columns)` gives them; one statement."""
    return _statement(question, tuple(map(type, question.values)), columns).run(question.values)


@lru_cache(maxsize=REMEMBERED)
def _statement(question: Question, kinds: tuple[type, ...], columns: tuple[str, ...]) -> "_Statement":
    return _Statement(question, kinds, columns)


class _Statement:
    def __init__(self, question: Question, kinds: tuple[type, ...], columns: tuple[str, ...]) -> None:
        tenant = Tenant(uuid4(), uuid4().hex)
        stand_ins = tuple(_STAND_INS[kind]() for kind in kinds)
        # A moment or an actor that a selector asked for would be remembered with the statement: there are none.
        nobody: Any = None
        with standing_in(Scope(tenant=tenant, actor=nobody, now=nobody)):
            query = replace(question, values=stand_ins).queryset().values_list(*columns).query
            self._compiler = query.get_compiler(DEFAULT_DB_ALIAS)
            self._sql, self._params = self._compiler.as_sql()
        # A parameter in one of these places is put in from (organisation, mode, values …) at every run; many values may
        # stand together in one array (crm/kernel/value_lists.py).
        own: dict[Any, int] = {value: source for source, value in enumerate((*tenant, *stand_ins))}
        params = list(enumerate(self._params))
        arrays = [(place, value) for place, value in params if isinstance(value, list)]
        self._places = [(place, own[value]) for place, value in params if not isinstance(value, list) and value in own]
        self._arrays = [(place, [own[value] for value in values]) for place, values in arrays if values[0] in own]
        found = {source for _place, source in self._places}.union(*(sources for _place, sources in self._arrays))
        if {0, 1} - found:
            raise NotTheTenants(f"{question.rows} asks for rows of no tenant in particular.")
        if len(found) < len(own):
            raise ValuesNotAsked(f"{question.rows} does not ask for the values it is given, as they are.")

    def run(self, values: tuple[Value, ...]) -> Iterable[tuple[Any, ...]]:
        given = (*current_scope().tenant, *values)
        params = list(self._params)
        for place, source in self._places:
            params[place] = given[source]
        for place, sources in self._arrays:
            params[place] = [given[source] for source in sources]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, params)
            rows = cursor.fetchall()
        answers: Iterable[tuple[Any, ...]] = self._compiler.results_iter(results=[rows])
        return answers
