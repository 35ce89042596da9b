"""How often a caller may call: a fixed hour for each key or person, exact to the request (s0 §4, semantics §3.16)."""

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.cache import caches
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django_ratelimit import ALL
from django_ratelimit.core import _get_window, _make_cache_key, get_usage

from crm.kernel.errors import Throttled
from crm.web.authentication import Credentials
from crm.web.grants import Audience

WINDOW_SECONDS = 3600
HOURS_SHOWN = 24
GROUP = "requests"


@dataclass(frozen=True, slots=True)
class Usage:
    limit: int
    used: int
    resets_at: int

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.limit - self.used)),
            "X-RateLimit-Reset": str(self.resets_at),
        }

    def ensure_within(self) -> None:
        """Raises Throttled, naming the seconds to wait."""
        if self.used > self.limit:
            wait = max(1, self.resets_at - int(time.time()))
            raise Throttled(_("Rate limit exceeded. Try again in %(n)d seconds.") % {"n": wait}, retry_after=wait)


def count_request(request: HttpRequest, credentials: Credentials) -> Usage:
    """Count one request of this caller. In autocommit, before any transaction (crm/kernel/counters.py)."""
    counted_as = credentials.counted_as
    if credentials.audience is Audience.PUBLISHABLE_KEY:
        # Everybody may have this key: one of them must not use up the hour of all.
        counted_as = f"{counted_as}:{request.META.get('REMOTE_ADDR', '')}"
    return _usage(request, counted_as, credentials.caller.hourly_limit, increment=True)


def usage_of_key(request: HttpRequest, key_id: UUID, limit: int) -> Usage:
    """What a secret key has used of its present hour, without counting."""
    return _usage(request, f"{Audience.KEY}:{key_id}", limit, increment=False)


def used_in_a_day(key_id: UUID, limit: int) -> int:
    """What a secret key has used in its present hour and the twenty-three before it; in Redis, in the present hour.

    `limit` is what was granted then: after a change of plan the counts begin anew.
    """
    counted_as = f"{Audience.KEY}:{key_id}"
    end = _get_window(counted_as, WINDOW_SECONDS)
    ends = range(end, end - HOURS_SHOWN * WINDOW_SECONDS, -WINDOW_SECONDS)
    keys = [_make_cache_key(GROUP, hour, (limit, WINDOW_SECONDS), counted_as, ALL) for hour in ends]
    counters: Any = caches["counters"]
    return int(counters.total(keys))


def _usage(request: HttpRequest, counted_as: str, limit: int, *, increment: bool) -> Usage:
    usage = get_usage(
        request,
        group=GROUP,
        key=lambda _group, _request: counted_as,
        rate=(limit, WINDOW_SECONDS),
        increment=increment,
    )
    return Usage(limit, usage["count"], int(time.time()) + usage["time_left"])
