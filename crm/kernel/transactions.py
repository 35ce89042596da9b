"""One transaction for an effect, however many services it takes."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connection
from django.db.transaction import Atomic

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Spoilt(RuntimeError):
    """A fault in our own code: nothing of the effect is kept."""


class OneTransaction(Atomic):
    """A block that what is inside joins without a savepoint of its own; each of those costs two statements."""

    def __init__(self) -> None:
        blocks = connection.atomic_blocks
        joins = bool(blocks) and isinstance(blocks[-1], OneTransaction)
        super().__init__(using=None, savepoint=not joins, durable=False)

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        """Django undoes silently what a swallowed failure has spoilt; here it is told. Raises Spoilt."""
        spoilt = exc_type is None and connection.needs_rollback
        super().__exit__(exc_type, exc_value, traceback)
        if spoilt:
            raise Spoilt("A service swallowed what another one raised, outside a block of its own.")


def atomic(service: Callable[_P, _T]) -> Callable[_P, _T]:
    """Run a service in a transaction, or in the one of the request or service that calls it: all of it or nothing.

    A service that catches what another raises, and goes on, opens `transaction.atomic()` around the call.
    """

    @wraps(service)
    def inside(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        with OneTransaction():
            return service(*args, **kwargs)

    return inside
