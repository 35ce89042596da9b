"""Customers in fixed groups: by status, type, quarter by spend and last order (s4 §6, 21)."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from math import ceil

from django.db.models import Case, CharField, Count, F, Sum, Value, When
from django.db.models.lookups import GreaterThanOrEqual

from crm.contacts.models import CustomerType, Status
from crm.contacts.selectors import customers
from crm.kernel.clock import now
from crm.orders.models import Purchases
from crm.reports.selectors.customers import LAPSE

# The highest quarter first.
QUARTERS = ("spend_quartile_1", "spend_quartile_2", "spend_quartile_3", "spend_quartile_4")
NO_SPEND = "spend_none"
# The first one that holds: the last order is so many days ago at most.
RECENT = {"recency_30_days": 30, "recency_90_days": 90, "recency_180_days": LAPSE.days}
LAPSED, NEVER = "recency_lapsed", "recency_never"
# Every customer is in one group of each of these four kinds.
GROUPS = (
    *(f"status_{status}" for status in Status.values), *(f"type_{type_}" for type_ in CustomerType.values),
    *QUARTERS, NO_SPEND, *RECENT, LAPSED, NEVER,
)  # fmt: skip
_SPENT, _LAST = "contact__purchases__spent", "contact__purchases__last_at"


@dataclass(frozen=True, slots=True)
class SpendGroup:
    """Customers who have something in common, and what they have spent in all."""

    key: str
    number: int
    spent: Decimal


def spend_groups() -> list[SpendGroup]:
    """All of GROUPS, those without anybody too. Quarters are of those who ever ordered; whoever spent as much as the
    last of a quarter belongs to it.
    """
    rows = customers().order_by().annotate(quarter=_quarter(), recency=_recency())
    by = rows.values_list("status", "type", "quarter", "recency").annotate(n=Count("pk"), spent=Sum(_SPENT))
    groups: dict[str, tuple[int, Decimal]] = dict.fromkeys(GROUPS, (0, Decimal(0)))
    for status, type_, quarter, recency, number, spent in by:
        for key in (f"status_{status}", f"type_{type_}", quarter, recency):
            groups[key] = groups[key][0] + number, groups[key][1] + (spent or Decimal(0))
    return [SpendGroup(key, number, spent) for key, (number, spent) in groups.items()]


def _quarter() -> Case:
    bounds = zip(QUARTERS, _least_of_quarters(), strict=False)
    reached = [When(GreaterThanOrEqual(F(_SPENT), least), then=Value(key)) for key, least in bounds]
    return Case(
        When(**{f"{_SPENT}__isnull": True}, then=Value(NO_SPEND)), *reached, default=Value(QUARTERS[-1]),
        output_field=CharField(),
    )  # fmt: skip


def _least_of_quarters() -> list[Decimal]:
    """What the last of the first, second and third quarter has spent; nothing of nobody."""
    highest_first = Purchases.objects.order_by("-spent", "-pk").values_list("spent", flat=True)
    buyers = Purchases.objects.count()
    return [highest_first[ceil(buyers * quarter / 4) - 1] for quarter in (1, 2, 3)] if buyers else []


def _recency() -> Case:
    within = [
        When(**{f"{_LAST}__gte": now() - timedelta(days=days)}, then=Value(key)) for key, days in RECENT.items()
    ]  # fmt: skip
    return Case(
        When(**{f"{_LAST}__isnull": True}, then=Value(NEVER)), *within, default=Value(LAPSED),
        output_field=CharField(),
    )  # fmt: skip
