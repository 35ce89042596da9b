"""The rollups follow the events, in a worker: a request does not wait for a counter that others wait for too."""

from datetime import date

from crm.contacts.events import ContactDeleted, CustomerCreated, CustomersLoaded
from crm.reports.models import Measure
from crm.reports.services import add_to_tally


def count_new_customer(event: CustomerCreated) -> None:
    add_to_tally(measure=Measure.NEW_CUSTOMERS, per_day={date.fromisoformat(event.day): 1})


def count_loaded_customers(event: CustomersLoaded) -> None:
    days = {date.fromisoformat(day): count for day, count in event.per_day.items()}
    add_to_tally(measure=Measure.NEW_CUSTOMERS, per_day=days)


def uncount_deleted_customer(event: ContactDeleted) -> None:
    if event.customer_since:
        add_to_tally(measure=Measure.NEW_CUSTOMERS, per_day={date.fromisoformat(event.customer_since): -1})


AFTERWARDS = {
    CustomerCreated: [count_new_customer],
    CustomersLoaded: [count_loaded_customers],
    ContactDeleted: [uncount_deleted_customer],
}
