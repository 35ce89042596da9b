"""What orders come to, from the counts by day. Only those of the organisation's own currency are added up."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import F, Sum
from django.db.models.functions import TruncMonth

from crm.kernel.money import rounded
from crm.kernel.tenancy import ScopedQuerySet, Tenant
from crm.orders.models import OrderStatus
from crm.organisations.periods import Period
from crm.organisations.selectors import organisation_of_scope
from crm.reports.models import OrderDay

# A tenant's rows are all of one zone: one look at any of them tells whether it still is the organisation's.
_TENANTS_WITH_WORK = """
SELECT organisation_id, mode FROM reports_staleday
UNION
SELECT o.id, m.mode
FROM organisations_organisation o
CROSS JOIN (VALUES ('live'), ('test')) AS m (mode)
CROSS JOIN LATERAL (
    SELECT d.zone FROM reports_orderday d WHERE d.organisation_id = o.id AND d.mode = m.mode LIMIT 1
) AS counted
WHERE counted.zone <> o.zone
"""


@dataclass(frozen=True, slots=True)
class Revenue:
    """Orders that are neither cancelled nor deleted, and what they came to less what went back."""

    currency: str
    number: int
    amount: Decimal

    @property
    def average(self) -> Decimal | None:
        """Of an order; None of none."""
        return rounded(self.amount / self.number, self.currency) if self.number else None


@dataclass(frozen=True, slots=True)
class MonthRevenue:
    month: date
    number: int
    amount: Decimal


def tenants_with_stale_days() -> list[Tenant]:
    """Where orders are to be counted anew; one statement for the whole platform."""
    with connection.cursor() as cursor:
        cursor.execute(_TENANTS_WITH_WORK)
        return [Tenant(organisation_id, mode) for organisation_id, mode in cursor.fetchall()]


def revenue_of(period: Period) -> Revenue:
    currency = organisation_of_scope().currency
    sums = _counted(currency).filter(period.days_within("day")).aggregate(number=Sum("number"), amount=Sum(_AMOUNT))
    return Revenue(currency, sums["number"] or 0, rounded(sums["amount"] or Decimal(0), currency))


def revenue_by_month(*, months: int) -> list[MonthRevenue]:
    """The last `months` months in which somebody ordered, oldest first."""
    currency = organisation_of_scope().currency
    rows = (
        _counted(currency).annotate(month=TruncMonth("day")).order_by("-month").values_list("month")
        .annotate(n=Sum("number"), amount=Sum(_AMOUNT))[:months]
    )  # fmt: skip
    return [MonthRevenue(month, n, rounded(amount, currency)) for month, n, amount in reversed(rows)]


_AMOUNT = F("total") - F("refunded")


def _counted(currency: str) -> ScopedQuerySet[OrderDay]:
    return OrderDay.objects.filter(currency=currency).exclude(status=OrderStatus.CANCELLED)
