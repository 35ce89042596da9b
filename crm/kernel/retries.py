"""Whole transactions tried again when PostgreSQL asks for it (reliability L4)."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError

from crm.kernel.transactions import OneTransaction

_T = TypeVar("_T")

SERIALIZATION_FAILURE, DEADLOCK, LOCK_NOT_AVAILABLE = "40001", "40P01", "55P03"
RETRIED = {SERIALIZATION_FAILURE, DEADLOCK, LOCK_NOT_AVAILABLE}
MOST_RETRIES = 3


def in_transaction(work: Callable[[], _T]) -> _T:
    """`work()` in one transaction, tried up to three times more when it lost against another.

    The last failure is raised; a surface answers it with 503 and Retry-After.
    """
    for retry in range(MOST_RETRIES + 1):
        try:
            with OneTransaction():
                return work()
        except OperationalError as error:
            if sqlstate_of(error) not in RETRIED or retry == MOST_RETRIES:
                raise
            time.sleep(random.uniform(0.01, 0.05) * 2**retry)
    raise AssertionError("unreachable")


def sqlstate_of(error: BaseException) -> str | None:
    """PostgreSQL's five-character code of a database error, or None when the server never answered."""
    code: str | None = getattr(error.__cause__, "sqlstate", None)
    return code
