"""Answers that are made while they are sent, when the request that asked for them is over."""

from collections.abc import Iterator

from crm.kernel.tenancy import current_scope, open_scope


def in_current_scope(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same chunks, each made inside the scope in which this was called: that of the request."""
    scope = current_scope()

    def in_scope() -> Iterator[bytes]:
        while True:
            with open_scope(scope):
                chunk = next(chunks, None)
            if chunk is None:
                return
            yield chunk

    return in_scope()
