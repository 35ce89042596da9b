"""Passwords: hashed a few at a time, compared at the same cost for known and unknown people (reliability A5, A7)."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.kernel.errors import Invalid, Unavailable
from crm.kernel.tenancy import Mode, current_scope

SHORTEST, SHORTEST_IN_TEST_MODE, LONGEST = 8, 5, 128
PATIENCE_SECONDS = 2.0
# A hash takes a core for a while by design; one core is always left to those who do not sign in.
_ROOM = threading.BoundedSemaphore(max(1, (os.cpu_count() or 2) - 1))


class WeakPassword(Invalid):
    code = "weak_password"
    field = "password"
    message = _("Choose another password.")


def password_matches(given: str, encoded: str | None) -> bool:
    """Whether `given` is the password that `encoded` was made of; None and "" match nothing, at the same cost.

    Raises Unavailable when too many others are waiting.
    """
    with room_to_hash():
        matches = check_password(given[: LONGEST + 1], encoded or _nobodys())
    return matches and bool(encoded)


def encode_password(given: str) -> str:
    """The hash to keep. Raises Unavailable."""
    with room_to_hash():
        return make_password(given)


def ensure_good_password(given: str) -> None:
    """Long enough, and in live mode none of the commonest. Raises WeakPassword."""
    trying_out = current_scope().tenant.mode == Mode.TEST
    shortest = SHORTEST_IN_TEST_MODE if trying_out else SHORTEST
    if not shortest <= len(given) <= LONGEST:
        raise WeakPassword(f"A password has {shortest} to {LONGEST} characters.")
    if trying_out:
        return
    try:
        validate_password(given)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages)) from None


@cache
def _nobodys() -> str:
    """What a password is compared with where nobody has one, so that this takes as long."""
    return make_password("nobody has this password")


def prepare() -> None:
    """Make it now: the first unknown person of a process would else wait for two hashes, and be told apart by that."""
    _nobodys.cache_clear()
    _nobodys()


@contextmanager
def room_to_hash() -> Iterator[None]:
    """For whoever hashes by other means than these. Raises Unavailable when too many others are waiting."""
    if not _ROOM.acquire(timeout=PATIENCE_SECONDS):
        raise Unavailable
    try:
        yield
    finally:
        _ROOM.release()
