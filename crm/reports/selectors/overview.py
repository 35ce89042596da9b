from dataclasses import dataclass

from crm.feedback.selectors import Analytics, Asking, analytics_of, number_open, scale_to_show
from crm.leads.selectors import number_of_due_follow_ups
from crm.organisations.periods import Period
from crm.reports.selectors.customers import CustomersReport, customers_report
from crm.reports.selectors.leads import LeadsReport, leads_report


@dataclass(frozen=True, slots=True)
class Overview:
    """How the business is doing in a period. `waiting` requests for feedback are not answered yet, `follow_ups_due` not
    done although their day has come.
    """

    leads: LeadsReport
    customers: CustomersReport
    feedback: Analytics
    waiting: int
    follow_ups_due: int


def overview_of(period: Period) -> Overview:
    return Overview(
        leads_report(period), customers_report(period), analytics_of(Asking(period, scale_to_show(period))),
        number_open(), number_of_due_follow_ups(),
    )  # fmt: skip
