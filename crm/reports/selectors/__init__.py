from crm.reports.selectors.customers import CustomersReport, customers_report
from crm.reports.selectors.leads import LeadsReport, leads_report
from crm.reports.selectors.order_days import (
    MonthRevenue,
    Revenue,
    revenue_by_month,
    revenue_of,
    tenants_with_stale_days,
)
from crm.reports.selectors.overview import Overview, overview_of
from crm.reports.selectors.spend_groups import GROUPS, SpendGroup, spend_groups
from crm.reports.selectors.tallies import MonthCount, count_of, new_customers_by_month

__all__ = [
    "GROUPS",
    "CustomersReport",
    "LeadsReport",
    "MonthCount",
    "MonthRevenue",
    "Overview",
    "Revenue",
    "SpendGroup",
    "count_of",
    "customers_report",
    "leads_report",
    "new_customers_by_month",
    "overview_of",
    "revenue_by_month",
    "revenue_of",
    "spend_groups",
    "tenants_with_stale_days",
]
