"""The rollups follow the events, in a worker: a request does not wait for a counter that others wait for too."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from crm.contacts.events import (
    ContactDeleted,
    ContactMerged,
    ContactUnmerged,
    CustomerCreated,
    CustomersLoaded,
    CustomersTakenBack,
)
from crm.contacts.selectors import customer_days_of
from crm.orders.events import (
    OrderCreated,
    OrderDeleted,
    OrderRefunded,
    OrdersLoaded,
    OrderStatusChanged,
    OrderUpdated,
)
from crm.orders.models import Order
from crm.organisations.selectors import organisation_of_scope
from crm.reports.models import Measure
from crm.reports.services import add_to_tally, mark_days


def count_new_customer(event: CustomerCreated) -> None:
    add_to_tally(measure=Measure.NEW_CUSTOMERS, per_day={date.fromisoformat(event.day): 1})


def count_loaded_customers(event: CustomersLoaded) -> None:
    days = {date.fromisoformat(day): count for day, count in event.per_day.items()}
    add_to_tally(measure=Measure.NEW_CUSTOMERS, per_day=days)


def uncount_customers_taken_back(event: CustomersTakenBack) -> None:
    days = {date.fromisoformat(day): -count for day, count in event.per_day.items()}
    add_to_tally(measure=Measure.NEW_CUSTOMERS, per_day=days)


def uncount_deleted_customer(event: ContactDeleted) -> None:
    if event.customer_since:
        add_to_tally(measure=Measure.NEW_CUSTOMERS, per_day={date.fromisoformat(event.customer_since): -1})


def recount_merged_customers(event: ContactMerged) -> None:
    add_to_tally(measure=Measure.NEW_CUSTOMERS, per_day=customer_days_of(event.merge_id))


def recount_unmerged_customers(event: ContactUnmerged) -> None:
    add_to_tally(measure=Measure.NEW_CUSTOMERS, per_day=customer_days_of(event.merge_id, undone=True))


def mark_day_of_order(event: OrderCreated | OrderStatusChanged | OrderRefunded | OrderDeleted) -> None:
    _mark(Order.objects.filter(pk=event.order_id).values_list("ordered_at", flat=True))


def mark_days_of_changed_order(event: OrderUpdated) -> None:
    """The day that it is of now, and the one that it was of."""
    _mark(Order.objects.filter(pk=event.order_id).values_list("ordered_at", flat=True))
    if event.formerly_ordered_at:
        _mark([datetime.fromisoformat(event.formerly_ordered_at)])


def mark_days_of_loaded_orders(event: OrdersLoaded) -> None:
    """They are told by days of UTC: in the organisation's zone an order is of that day or of one beside it."""
    days = [date.fromisoformat(day) for day in event.per_day]
    mark_days(day + timedelta(days=beside) for day in days for beside in (-1, 0, 1))


def _mark(moments: Iterable[datetime]) -> None:
    zone = ZoneInfo(organisation_of_scope().zone)
    mark_days(moment.astimezone(zone).date() for moment in moments)


AFTERWARDS = {
    CustomerCreated: [count_new_customer],
    CustomersLoaded: [count_loaded_customers],
    CustomersTakenBack: [uncount_customers_taken_back],
    ContactDeleted: [uncount_deleted_customer],
    ContactMerged: [recount_merged_customers],
    ContactUnmerged: [recount_unmerged_customers],
    OrderCreated: [mark_day_of_order],
    OrderUpdated: [mark_days_of_changed_order],
    OrderStatusChanged: [mark_day_of_order],
    OrderRefunded: [mark_day_of_order],
    OrderDeleted: [mark_day_of_order],
    OrdersLoaded: [mark_days_of_loaded_orders],
}
