"""How many rows there are, without counting a million of them each time somebody asks.

Counting a million rows costs more than everything else a list does, so totals are exact up to 10,000 and above that
remembered for half a minute (spec/performance.md, "To reach").
"""

import hashlib
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet

from crm.kernel.tenancy import Selector, current_scope

EXACT_UP_TO = 10_000
REMEMBERED_SECONDS = 30


def total_of(rows: QuerySet[Any] | Selector, question: str) -> int:
    """How many rows match: exact up to 10,000, above that at most half a minute old.

    `question` names what was asked, the same for every page of one list; it is remembered by tenant.
    """
    remembered: int | None = cache.get(_key(question))
    if remembered is not None:
        return remembered
    queryset = rows() if callable(rows) else rows
    total = queryset.order_by()[: EXACT_UP_TO + 1].count()
    return total if total <= EXACT_UP_TO else counted(queryset, question)


def number_of(rows: Selector, question: str, *, at_most: int, exact_up_to: int) -> int:
    """The same for who only needs to know whether they are more than `at_most`."""
    key = _key(question)
    number: int | None = cache.get(key)
    if number is None:
        number = rows().order_by()[:at_most].count()
        if number > exact_up_to:
            cache.set(key, number, REMEMBERED_SECONDS)
    return number


def counted(queryset: QuerySet[Any], question: str) -> int:
    """The same where it is known to be more than 10,000."""
    key = _key(question)
    total: int | None = cache.get(key)
    if total is None:
        total = queryset.order_by().count()
        cache.set(key, total, REMEMBERED_SECONDS)
    return total


def _key(question: str) -> str:
    tenant = current_scope().tenant
    return f"total:{hashlib.sha256(f'{tenant.organisation_id}{tenant.mode}{question}'.encode()).hexdigest()}"
