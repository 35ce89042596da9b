from typing import cast
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery
from django.db.models.expressions import Case, Value, When
from django.db.models.functions import Coalesce

from crm.campaigns.errors import ListingClosed
from crm.campaigns.models import Campaign, Listing, ListingEntry
from crm.contacts.selectors import named_like, with_email, with_phone
from crm.kernel.search import Mark
from crm.kernel.tenancy import ScopedQuerySet
from crm.messaging.models import Channel, Reason
from crm.messaging.selectors import suppressions


def campaigns() -> ScopedQuerySet[Campaign]:
    """The campaigns that nobody deleted."""
    return Campaign.objects.filter(deleted_at=None)


def campaign_by_id(campaign_id: UUID) -> ScopedQuerySet[Campaign]:
    """The one campaign of that id, as a queryset to present; raises nothing when there is none."""
    return campaigns().filter(pk=campaign_id)


def listing_by_id(listing_id: int) -> Listing:
    """Raises ListingClosed, for foreign and unknown numbers alike."""
    listing = Listing.objects.filter(pk=listing_id).first()
    if listing is None:
        raise ListingClosed
    return listing


def listings() -> ScopedQuerySet[Listing]:
    return Listing.objects.get_queryset()


def entries_of(listing: Listing) -> ScopedQuerySet[ListingEntry]:
    """The open entries of a listing whose contacts live, newest first."""
    entries = ListingEntry.objects.filter(listing=listing, ended_at=None, contact__deleted_at=None)
    return entries.order_by("-id")


def with_status(entries: ScopedQuerySet[ListingEntry]) -> ScopedQuerySet[ListingEntry]:
    """Adds `status`, read from the suppression list: active, unsubscribed or blacklisted (s3 §15)."""
    addresses = Q(channel=Channel.EMAIL, key=OuterRef("contact__email_key")) | Q(
        channel=Channel.PHONE, key=OuterRef("contact__phone_key")
    )
    word = Case(When(reason=Reason.BLACKLISTED, then=Value("blacklisted")), default=Value("unsubscribed"))
    # By the alphabet, as it happens, the graver word comes first.
    gravest = suppressions().filter(addresses).order_by(word).values(word=word)[:1]
    status = Coalesce(Subquery(gravest), Value("active"))
    return cast(ScopedQuerySet[ListingEntry], entries.annotate(status=status))


def entries_matching(
    listing: Listing,
    *,
    entry_id: int | None = None,
    first_name: str = "",
    last_name: str = "",
    name: str = "",
    email: str = "",
    phone: str = "",
) -> ScopedQuerySet[ListingEntry]:
    """Entries that match everything given (s3 §3): names by word prefix, e-mail and phone digits exactly."""
    found = entries_of(listing)
    if entry_id is not None:
        found = found.filter(pk=entry_id)
    if first_name:
        found = named_like(found, first_name, Mark.FIRST_NAME, path="contact__")
    if last_name:
        found = named_like(found, last_name, Mark.LAST_NAME, path="contact__")
    if name:
        found = named_like(found, name, Mark.FIRST_NAME, Mark.LAST_NAME, path="contact__")
    if email:
        found = with_email(found, email, path="contact__")
    if phone:
        found = with_phone(found, phone, path="contact__")
    return found
