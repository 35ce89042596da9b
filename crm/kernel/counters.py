"""Counters that are exact under any number of callers: what limits and guesses are counted with.

The default store is one PostgreSQL statement for each count, on an unlogged table: after a crash of the server the
counts begin anew, and nothing else is lost. With CACHE_URL the hourly limits are counted in Redis instead, and here
while Redis does not answer (reliability A10). Counted in autocommit, before any transaction: inside one, the callers of
one key would queue for its row.
"""

import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.redis import RedisCache
from django.db import connection
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

_COUNT = """
INSERT INTO kernel_counter AS counter (key, n, expires_at)
VALUES (%(key)s, %(by)s, statement_timestamp() + %(lasts)s)
ON CONFLICT (key) DO UPDATE SET
    n = CASE WHEN counter.expires_at <= statement_timestamp() THEN 0 ELSE counter.n END + EXCLUDED.n,
    expires_at = CASE WHEN counter.expires_at <= statement_timestamp() OR counter.n + EXCLUDED.n = %(renew)s
                      THEN EXCLUDED.expires_at ELSE counter.expires_at END
RETURNING n, expires_at - statement_timestamp()
"""


def count(key: str, *, lasts: timedelta, by: int = 1, renew_at: int = -1) -> tuple[int, timedelta]:
    """Count once more; how often that makes, and how long the count still stands.

    It begins anew when `lasts` is over, and lasts that long again from the moment it reaches `renew_at`.
    """
    with connection.cursor() as cursor:
        parameters: dict[str, Any] = {"key": key, "by": by, "lasts": lasts, "renew": renew_at}
        cursor.execute(_COUNT, parameters)
        number, left = cursor.fetchone()
    return int(number), left


def counted(keys: Sequence[str]) -> int:
    """The sum of all these counts, over or not, as long as they are kept (crm/kernel/tidying.py)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(n), 0) FROM kernel_counter WHERE key = ANY(%s)", [list(keys)])
        row = cursor.fetchone()
    return int(row[0])


def standing(key: str) -> int:
    """How often it was counted, without counting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT n FROM kernel_counter WHERE key = %s AND expires_at > statement_timestamp()", [key])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


class CounterCache(BaseCache):
    """As much of a cache as django-ratelimit asks for: `add`, then `incr` when it was there, in a single statement."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._counted = threading.local()

    def add(self, key: str, value: Any, timeout: Any = None, version: int | None = None) -> bool:
        """Counts `value`, and says whether that was the first; what it made is kept for the `incr` that follows."""
        if not value:
            return False
        key = self.make_and_validate_key(key, version=version)
        number, _left = count(key, lasts=timedelta(seconds=self._seconds(timeout)), by=value)
        self._counted.last = (key, number)
        return bool(number == value)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        key = self.make_and_validate_key(key, version=version)
        counted, number = getattr(self._counted, "last", ("", 0))
        self._counted.last = ("", 0)
        return number if counted == key else count(key, lasts=timedelta(hours=1), by=delta)[0]

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return standing(self.make_and_validate_key(key, version=version)) or default

    def _seconds(self, timeout: Any) -> float:
        return float(timeout or self.default_timeout or 0)

    def total(self, keys: Sequence[str]) -> int:
        return counted([self.make_and_validate_key(key) for key in keys])


class RedisCounters(RedisCache):
    """The same in Redis, in one round trip; while Redis is away, in PostgreSQL."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._fallback = CounterCache("", {})
        self._counted = threading.local()

    def add(self, key: str, value: Any, timeout: Any = None, version: int | None = None) -> bool:
        if not value:
            return False
        made = self.make_and_validate_key(key, version=version)
        try:
            pipeline = self._cache.get_client(made, write=True).pipeline()
            pipeline.incrby(made, value)
            pipeline.expire(made, int(timeout or self.default_timeout or 0), nx=True)
            number = int(pipeline.execute()[0])
        except RedisError:
            log.warning("counters_fall_back_to_postgresql")
            self._counted.last = ("", 0)
            return self._fallback.add(key, value, timeout, version)
        self._counted.last = (made, number)
        return bool(number == value)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        counted, number = getattr(self._counted, "last", ("", 0))
        if counted == self.make_and_validate_key(key, version=version):
            self._counted.last = ("", 0)
            return int(number)
        return self._fallback.incr(key, delta, version)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        made = self.make_and_validate_key(key, version=version)
        try:
            return int(self._cache.get_client(made).get(made) or 0) or default
        except RedisError:
            return self._fallback.get(key, default, version)

    def total(self, keys: Sequence[str]) -> int:
        """Redis forgets an hour when it is over."""
        return sum(self.get(key, 0) for key in keys)
