"""Customers as orders see them. Whoever writes an order holds its customer's lock first: merges and deletions wait, and
what was bought in all is counted by one after the other.
"""

from collections.abc import Collection
from uuid import UUID

from crm.contacts.models import Contact, Customer, Status
from crm.contacts.services import delete_contact
from crm.kernel.transactions import atomic
from crm.orders.errors import CustomerBlocked, CustomerHasOrders, UnknownCustomer
from crm.orders.selectors import orders


def hold_customers(contact_ids: Collection[UUID]) -> None:
    """Lock these people, by ascending id, whether they are still there or not."""
    held = Contact.objects.for_update().filter(pk__in=contact_ids).order_by("pk")
    list(held.values_list("pk", flat=True))


def ordering_customer(contact_id: UUID) -> Customer:
    """A living customer who may order, with their contact, both under their locks.

    Raises UnknownCustomer, CustomerBlocked.
    """
    # The contact first: as merges and changes of people do.
    rows = Customer.objects.filter(pk=contact_id, deleted_at=None).select_related("contact")
    held = rows.select_for_update(of=("contact", "self")).defer("contact__words", "contact__search")
    customer = held.first()
    if customer is None:
        raise UnknownCustomer
    if customer.status == Status.BLOCKED:
        raise CustomerBlocked
    return customer


@atomic
def remove_customer_without_orders(*, contact_id: UUID) -> None:
    """Delete a customer who has ordered nothing (s4 §6, 7). Raises ContactNotFound, CustomerHasOrders."""
    hold_customers([contact_id])
    if orders().filter(customer_id=contact_id).exists():
        raise CustomerHasOrders
    delete_contact(contact_id=contact_id)
