"""What is done with the registry: a person's rows read, or erased. One statement for each table, and as many again for
the events that speak of its rows; how much there is of a person changes nothing about that.
"""

from collections.abc import Callable, Iterator
from typing import Any

from crm.kernel.events import to_json
from crm.kernel.privacy.holdings import HOLDINGS, Holding
from crm.kernel.privacy.person import Person

# What an app does before anything is erased: its records of the person leave as they do when they are deleted.
Farewell = Callable[[Person], None]
_FAREWELLS: list[Farewell] = []

ROWS_AT_ONCE = 1_000


def on_farewell(farewell: Farewell) -> Farewell:
    """Register what an app does before its rows are erased; those of apps above come first."""
    _FAREWELLS.insert(0, farewell)
    return farewell


def say_farewell(person: Person) -> None:
    for farewell in _FAREWELLS:
        farewell(person)


def erase_rows(person: Person) -> dict[str, int]:
    """Apply every rule; how many rows of each table there were."""
    counts = {label: _erased(holding, person) for label, holding in HOLDINGS.items()}
    return {label: count for label, count in counts.items() if count}


def rows_of(person: Person) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """What people are given: for each table with something of theirs, its rows."""
    for label, holding in HOLDINGS.items():
        if any(rule.is_exported for rule in holding.fields.values()):
            yield label, _read(holding, person)


def _erased(holding: Holding, person: Person) -> int:
    if holding.instead is not None:
        return holding.instead(person)
    rows = holding.rows(person)
    if holding.goes:
        # Keys between tables are checked when the transaction ends; by then all that pointed here is gone as well.
        return int(rows._raw_delete(rows.db) or 0)
    column = holding.model._meta.get_field
    values = {
        name: rule.afterwards(column(name), person)
        for name, rule in holding.fields.items()
        if rule.afterwards is not None
    }
    return int(rows.update(**values)) if values else int(rows.count())


def _read(holding: Holding, person: Person) -> Iterator[dict[str, Any]]:
    names = [name for name, rule in holding.fields.items() if rule.is_exported]
    column = holding.model._meta.get_field
    for row in holding.rows(person).order_by("pk").iterator(chunk_size=ROWS_AT_ONCE):
        told = {
            name: holding.readings[name](row) if name in holding.readings else getattr(row, column(name).attname)
            for name in names
        }
        yield to_json(told)
