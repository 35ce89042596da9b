"""Several threads at the same moment, each on a connection of its own; and how to switch a database's guard off."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection


def together(*works: Callable[[], Any]) -> list[Any]:
    """What each of `works` returned, or the exception it raised; all begin at once."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return work()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def raised(outcomes: list[Any], kind: type[Exception]) -> int:
    return sum(isinstance(outcome, kind) for outcome in outcomes)


def succeeded(outcomes: list[Any]) -> int:
    return sum(not isinstance(outcome, Exception) for outcome in outcomes)


@contextmanager
def without_index(name: str, table: str) -> Iterator[None]:
    """The unique index or constraint `name` is gone for the block. The table is emptied before it comes back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
        definition = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM pg_constraint WHERE conname = %s", [name])
        is_constraint = cursor.fetchone()[0]
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}" if is_constraint else f"DROP INDEX {name}")
        try:
            yield
        finally:
            cursor.execute(f"TRUNCATE {table} CASCADE")
            cursor.execute(definition)
            if is_constraint:
                cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}")
