"""When a person came into a listing, and when they were taken out of it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.campaigns.models import ListingEntry
from crm.contacts.timeline import Entry, Place, key_of, latest_before, register_source
from crm.kernel.errors import Message

ADDED, ENDED = "listing_entry", "listing_entry_end"


def added(contact_id: UUID, before: Place | None, limit: int) -> Iterable[Entry]:
    rows = ListingEntry.objects.filter(contact_id=contact_id).select_related("listing")
    for row in latest_before(rows, ADDED, before, limit, at="created_at"):
        yield _entry(row, ADDED, row.created_at, _("Added to a listing"))


def ended(contact_id: UUID, before: Place | None, limit: int) -> Iterable[Entry]:
    rows = ListingEntry.objects.filter(contact_id=contact_id, ended_at__isnull=False).select_related("listing")
    for row in latest_before(rows, ENDED, before, limit, at="ended_at"):
        yield _entry(row, ENDED, row.ended_at, _("Taken out of a listing"))


def _entry(row: ListingEntry, name: str, at: Any, title: Message) -> Entry:
    return Entry(at, key_of(name, row.pk), title, row.listing.name, record=(row._meta.label, str(row.pk)))


register_source(ADDED, added, grant="crm:listings:read", instead_of=("listing_entry.added",))
register_source(ENDED, ended, grant="crm:listings:read", instead_of=("listing_entry.ended",))
