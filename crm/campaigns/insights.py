"""What campaigns know of people: in which listings they are."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from crm.campaigns.models import Listing, ListingEntry
from crm.insights.registry import FieldKind, SegmentEvent, SegmentField, register_events
from crm.kernel.errors import Message
from crm.kernel.tenancy import ScopedQuerySet

LISTINGS = "crm:listings:read"


def _entries() -> ScopedQuerySet[ListingEntry]:
    return ListingEntry.objects.filter(ended_at=None)


def _listings() -> Sequence[tuple[str, Message]]:
    return [(str(listing.pk), listing.name) for listing in Listing.objects.order_by("name")]


register_events(
    SegmentEvent(
        "listing", _("They are in a listing"), _entries, "contact", "created_at", LISTINGS,
        attributes={
            "listing": SegmentField("listing", _("Listing"), FieldKind.CHOICE, "listing", LISTINGS, _listings)
        },
    )
)  # fmt: skip
