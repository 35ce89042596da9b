"""When people are merged, their places in listings become one person's; crm/contacts/merging.py."""

from typing import Any

from django.db.models import Q

from crm.contacts.merging import move_once, on_merge
from crm.kernel.clock import now


def _ended() -> dict[str, Any]:
    return {"ended_at": now()}


on_merge("campaigns.ListingEntry.contact", move_once("listing_id", among=Q(ended_at=None), retire=_ended))
