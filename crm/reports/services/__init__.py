from crm.reports.services.order_days import (
    COUNTED_ORDERS,
    DayMismatch,
    mark_days,
    refresh_order_days,
    true_order_days,
    verify_order_days,
)
from crm.reports.services.tallies import COUNTED, Mismatch, add_to_tally, true_new_customers, verify_tallies

__all__ = [
    "COUNTED",
    "COUNTED_ORDERS",
    "DayMismatch",
    "Mismatch",
    "add_to_tally",
    "mark_days",
    "refresh_order_days",
    "true_new_customers",
    "true_order_days",
    "verify_order_days",
    "verify_tallies",
]
