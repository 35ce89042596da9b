"""Pages and their totals.

Counting a million rows costs more than everything else a list does, so totals are exact up to 10,000 and above that
remembered for half a minute (spec/performance.md, "To reach").
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet

from crm.kernel.errors import Invalid
from crm.kernel.tenancy import current_scope
from crm.web.dialects import Dialect

EXACT_UP_TO = 10_000
REMEMBERED_SECONDS = 30
# PostgreSQL's own limit for OFFSET is higher; no list here is.
LAST_PAGE = 10_000_000


@dataclass(frozen=True, slots=True)
class Window:
    """Which page was asked for: `number` from 1, `size` rows."""

    number: int
    size: int

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size


def window_of(parameters: Mapping[str, Any], dialect: Dialect) -> Window:
    """The page asked for; a page or size that is no positive whole number raises Invalid on its parameter."""
    number = _whole(parameters, dialect.page_parameter, 1, LAST_PAGE)
    largest = LAST_PAGE if dialect.cuts_size else dialect.largest_size
    size = _whole(parameters, dialect.size_parameter, dialect.default_size, largest)
    return Window(number, min(size, dialect.largest_size))


def _whole(parameters: Mapping[str, Any], name: str, default: int, largest: int) -> int:
    text = str(parameters.get(name, "")).strip()
    if not text and name not in parameters:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 12 and 1 <= int(text) <= largest):
        reason = f"Must be a whole number from 1 to {largest}." if largest < LAST_PAGE else "Must be a positive number."
        raise Invalid(reason, field=name)
    return int(text)


def total_of(queryset: QuerySet[Any], question: str) -> int:
    """How many rows match: exact up to 10,000, above that at most half a minute old.

    `question` names what was asked, the same for every page of one list; it is remembered by tenant.
    """
    tenant = current_scope().tenant
    key = f"total:{hashlib.sha256(f'{tenant.organisation_id}{tenant.mode}{question}'.encode()).hexdigest()}"
    remembered: int | None = cache.get(key)
    if remembered is not None:
        return remembered
    total = queryset.order_by()[: EXACT_UP_TO + 1].count()
    if total > EXACT_UP_TO:
        total = queryset.order_by().count()
        cache.set(key, total, REMEMBERED_SECONDS)
    return total
