"""Many customers at once, from data that the platform's operator trusts: demo and purchase files."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from crm.contacts.events import CustomersLoaded
from crm.contacts.models import Contact, Customer
from crm.contacts.models.contact import Source
from crm.contacts.services.consent_entries import keep_decided
from crm.contacts.services.people import write_person
from crm.kernel.bulk import analyse
from crm.kernel.clock import utc_day
from crm.kernel.events import record
from crm.kernel.ids import new_id
from crm.kernel.transactions import atomic


@dataclass(frozen=True)
class CustomerRow:
    name: str
    email: str
    phone: str
    since: datetime


@atomic
def load_customers(rows: Iterable[CustomerRow]) -> list[Customer]:
    """New customers, in the order given; one event stands for all. None of the addresses may be in use.

    Raises IntegrityError when one is, and then nothing is loaded; Invalid, BadEmail, BadPhone for a bad row.
    """
    customers = [_new_customer(row) for row in rows]
    Contact.objects.bulk_create([customer.contact for customer in customers], batch_size=1000)
    Customer.objects.bulk_create(customers, batch_size=1000)
    keep_decided(customer.contact for customer in customers)
    per_day = Counter(utc_day(customer.created_at).isoformat() for customer in customers)
    ids = tuple(customer.contact_id for customer in customers)
    record(CustomersLoaded(batch_id=new_id(), per_day=dict(per_day), contact_ids=ids))
    analyse(Contact, Customer)
    return customers


def _new_customer(row: CustomerRow) -> Customer:
    contact = Contact(created_at=row.since, updated_at=row.since)
    write_person(contact, {"name": row.name, "email": row.email, "phone": row.phone, "source": Source.IMPORT})
    return Customer(contact=contact, created_at=row.since, updated_at=row.since)
