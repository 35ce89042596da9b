"""A second worker beside the test's own: another thread, with a database connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def elsewhere(work: Callable[[], T]) -> T:
    """What `work()` returns or raises there. Only what is committed can be seen there, so use `committed_cast`."""

    def and_hang_up() -> T:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        return other.submit(and_hang_up).result(timeout=20)
