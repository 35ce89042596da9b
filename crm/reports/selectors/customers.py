from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Count, Q, Sum

from crm.contacts.models import CustomerType, Status
from crm.contacts.selectors import customers
from crm.kernel.clock import now
from crm.kernel.money import rounded
from crm.orders.models import Purchases
from crm.organisations.periods import Period
from crm.organisations.selectors import organisation_of_scope
from crm.reports.selectors.order_days import Revenue, revenue_of

# Who has not ordered for so long is lost: the same days as the built-in segment `lapsed`.
LAPSE = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class CustomersReport:
    """All living customers as they stand now, how many began in the period, and how many were lost in it: those whose
    last order became 180 days old. `lifetime_value` is what a customer who ever ordered has spent in all.
    """

    currency: str
    total: int
    by_status: Mapping[str, int]
    by_type: Mapping[str, int]
    new_in_period: int
    churned: int
    ordered: Revenue
    buyers: int
    spent: Decimal

    @property
    def lifetime_value(self) -> Decimal | None:
        """None of nobody."""
        return rounded(self.spent / self.buyers, self.currency) if self.buyers else None


def customers_report(period: Period) -> CustomersReport:
    currency = organisation_of_scope().currency
    rows = customers().order_by().values_list("status", "type").annotate(n=Count("pk"))
    by_status, by_type = dict.fromkeys(Status.values, 0), dict.fromkeys(CustomerType.values, 0)
    for status, type_, number in rows:
        by_status[status] += number
        by_type[type_] += number
    bought = Purchases.objects.aggregate(n=Count("pk"), spent=Sum("spent"))
    return CustomersReport(
        currency=currency, total=sum(by_status.values()), by_status=by_status, by_type=by_type,
        new_in_period=customers().filter(period.within("created_at")).count(), churned=_lost_in(period),
        ordered=revenue_of(period), buyers=bought["n"], spent=bought["spent"] or Decimal(0),
    )  # fmt: skip


def _lost_in(period: Period) -> int:
    lost = period.earlier(LAPSE).within("last_at") & Q(last_at__lte=now() - LAPSE)
    return Purchases.objects.filter(lost, contact__customer__deleted_at=None).count()
