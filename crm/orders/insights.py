"""What orders tell of customers, for segments and health; crm/insights/registry.py."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from statistics import median
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.insights.registry import (
    BuiltIn,
    FieldKind,
    SegmentEvent,
    SegmentField,
    register_built_ins,
    register_events,
    register_fields,
    register_part,
)
from crm.orders.models import OrderStatus
from crm.orders.selectors import counted_orders

GRANT = "crm:orders:read"
# After how many days without an order nothing is left of recency: at the earliest, and of who ordered once.
SHORTEST, OF_ONE_ORDER = Decimal(30), Decimal(90)
PERIOD = timedelta(days=90)


def recency(moments: Sequence[datetime], at: datetime) -> int:
    """How fresh the last of these orders is, the earliest first: 100 on its day, 0 after twice the usual time between
    two of them (semantics §3.6).
    """
    gaps = [_days(later - earlier) for earlier, later in pairwise(moments)]
    patience = max(SHORTEST, 2 * median(gaps)) if gaps else OF_ONE_ORDER
    return _whole(100 * max(Decimal(0), 1 - _days(at - moments[-1]) / patience))


def trend(moments: Sequence[datetime], at: datetime) -> int:
    """Whether there are more of these orders in the last 90 days than in the 90 before: 50 when as many (§3.6)."""
    now = sum(at - PERIOD < moment for moment in moments)
    before = sum(at - 2 * PERIOD < moment <= at - PERIOD for moment in moments)
    return _whole(min(max(50 + 50 * Decimal(now - before) / max(before, 1), Decimal(0)), Decimal(100)))


def _days(length: timedelta) -> Decimal:
    microsecond = timedelta(microseconds=1)
    return Decimal(length // microsecond) / Decimal(timedelta(days=1) // microsecond)


def _whole(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _of_each(
    part: Callable[[Sequence[datetime], datetime], int],
) -> Callable[[Collection[UUID], datetime], Mapping[UUID, int]]:
    """The part for any number of customers by one statement; whoever has ordered nothing by then is missing."""

    def values(contact_ids: Collection[UUID], at: datetime) -> Mapping[UUID, int]:
        rows = counted_orders().filter(customer_id__in=contact_ids, ordered_at__lte=at).order_by("ordered_at")
        moments: dict[UUID, list[datetime]] = defaultdict(list)
        for contact_id, moment in rows.values_list("customer_id", "ordered_at"):
            moments[contact_id].append(moment)
        return {contact_id: part(each, at) for contact_id, each in moments.items()}

    return values


def _statuses() -> Sequence[tuple[str, str]]:
    """Cancelled orders are none that a customer has made."""
    return [(value, str(label)) for value, label in OrderStatus.choices if value != OrderStatus.CANCELLED]


def _built_ins() -> Sequence[BuiltIn]:
    """Who never ordered has not lapsed, and has spent nothing (where-they-meet.md, "Programme defaults")."""
    last = "orders.last_at"
    return (
        BuiltIn("lapsed", _("Lapsed: 180 days without an order"), {"all": [
            {"field": last, "op": "set"}, {"field": last, "op": "not_within_last", "value": "180d"},
        ]}),
        BuiltIn("high_value", _("High value: the top quarter by spend"), {"all": [
            {"field": "orders.spent", "op": "top_percent", "value": 25},
        ]}),
    )  # fmt: skip


register_fields(
    SegmentField("orders.number", _("Orders"), FieldKind.NUMBER, "purchases__number", GRANT),
    SegmentField("orders.spent", _("Spent in all"), FieldKind.MONEY, "purchases__spent", GRANT),
    SegmentField("orders.first_at", _("First order"), FieldKind.MOMENT, "purchases__first_at", GRANT),
    SegmentField("orders.last_at", _("Last order"), FieldKind.MOMENT, "purchases__last_at", GRANT),
)
register_events(
    SegmentEvent(
        "order", _("Ordered"), counted_orders, contact="customer_id", at="ordered_at", grant=GRANT,
        attributes={
            "status": SegmentField("status", _("Status"), FieldKind.CHOICE, "status", GRANT, _statuses),
            "total": SegmentField("total", _("Total"), FieldKind.MONEY, "total", GRANT),
        },
    )
)  # fmt: skip
register_built_ins(_built_ins)
register_part("recency", _of_each(recency))
register_part("trend", _of_each(trend))
