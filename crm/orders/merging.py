"""When people are merged their orders are one person's; crm/contacts/merging.py."""

from django.db.models import Q

from crm.contacts.merging import Carry, move, move_once, on_merge
from crm.kernel.merging.carry import also_late
from crm.kernel.merging.snapshots import overlook
from crm.orders.models import Purchases
from crm.orders.services import recount_purchases


@also_late
def recount(carry: Carry) -> int:
    """What each of them has bought now that the orders have moved. No row moves, so none is told of."""
    people = [carry.winner_id, *carry.loser_ids]
    with carry.watching(Purchases, people):
        recount_purchases(people)
    return 0


on_merge("orders.Order.customer", move)
on_merge("orders.Purchases.contact", recount)
# The winner's primary account stays it; who has none gets the first loser's.
on_merge(
    "orders.BillingAccount.customer",
    move_once("is_primary", among=Q(is_primary=True), retire=lambda: {"is_primary": False}),
)
# Counted anew when a merge is taken apart, whatever was ordered since.
overlook("orders.Purchases", "number", "spent", "first_at", "last_at")
on_merge("orders.PaymentMethod.customer", move)
