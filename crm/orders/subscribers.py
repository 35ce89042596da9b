"""A merge that is taken apart gives orders back to whose they were; what each of them bought is counted anew. Whoever
orders is looked at again: how they are doing, and where they belong. Whoever leaves pays no more.
"""

from crm.contacts.events import ContactDeleted, ContactUnmerged
from crm.insights.services import look_again, look_at
from crm.orders.events import (
    OrderCreated,
    OrderDeleted,
    OrderRefunded,
    OrdersLoaded,
    OrderStatusChanged,
    OrderUpdated,
)
from crm.orders.services import forget_payment_methods, recount_purchases


def recount(event: ContactUnmerged) -> None:
    recount_purchases([event.contact_id, *event.loser_ids])


def forget(event: ContactDeleted) -> None:
    forget_payment_methods(contact_id=event.contact_id)


def look(event: OrderCreated | OrderUpdated | OrderStatusChanged | OrderRefunded | OrderDeleted) -> None:
    look_at([event.contact_id])


def look_at_all(event: OrdersLoaded) -> None:
    look_again(contact_ids=event.contact_ids)


TOGETHER = {ContactDeleted: [forget], ContactUnmerged: [recount], OrdersLoaded: [look_at_all]}
AFTERWARDS = {
    OrderCreated: [look],
    OrderUpdated: [look],
    OrderStatusChanged: [look],
    OrderRefunded: [look],
    OrderDeleted: [look],
}
