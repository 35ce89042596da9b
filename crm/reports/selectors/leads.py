from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from crm.kernel.figures import share_of, to_decimals
from crm.leads.models import LeadSource, Stage
from crm.leads.selectors import leads
from crm.organisations.periods import Period


@dataclass(frozen=True, slots=True)
class LeadsReport:
    """All living leads as they stand now, and how many came in the period; every stage and source has its figure.

    `conversion_rate` is the share, 0 to 1, of those who came in the period and are customers by now. It and the average
    score are None of none.
    """

    total: int
    by_status: Mapping[str, int]
    by_source: Mapping[str, int]
    average_score: Decimal | None
    new_in_period: int
    converted: int

    @property
    def conversion_rate(self) -> Decimal | None:
        return share_of(self.converted, self.new_in_period)


def leads_report(period: Period) -> LeadsReport:
    rows = leads().order_by().values_list("status", "source").annotate(n=Count("pk"), scores=Sum("score"))
    by_status, by_source = dict.fromkeys(Stage.values, 0), dict.fromkeys(LeadSource.values, 0)
    scores = Decimal(0)
    for status, source, number, sum_ in rows:
        by_status[status] += number
        by_source[source] += number
        scores += sum_
    total = sum(by_status.values())
    came = dict(
        leads().filter(period.within("created_at")).order_by().values_list("status").annotate(n=Count("pk"))
    )  # fmt: skip
    return LeadsReport(
        total=total, by_status=by_status, by_source=by_source,
        average_score=to_decimals(scores / total, 2) if total else None,
        new_in_period=sum(came.values()), converted=came.get(Stage.CONVERTED, 0),
    )  # fmt: skip
