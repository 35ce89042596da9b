"""Keys: UUIDv7, so that new rows sit side by side in every index."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A new key. Its first 48 bits are the real time in milliseconds, whatever the business clock says."""
    return uuid7()
