from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import OuterRef, Q, Subquery
from django.db.models.expressions import Case, Value, When
from django.db.models.functions import Coalesce

from crm.campaigns.errors import ListingClosed
from crm.campaigns.models import Campaign, Listing, ListingEntry
from crm.contacts.models import Contact
from crm.kernel.addresses import email_key, wanted_phone_key
from crm.kernel.lookups import found_among, number_found_by
from crm.kernel.search import Mark, name_query
from crm.kernel.tenancy import Question, ScopedQuerySet, anchored, answers_to
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
    names = [field.attname for field in Listing._meta.concrete_fields]
    for row in answers_to(Question(_listing_with, (listing_id,)), tuple(names)):
        return Listing.from_db(DEFAULT_DB_ALIAS, names, row)
    raise ListingClosed


def _listing_with(listing_id: int) -> ScopedQuerySet[Listing]:
    return listings().filter(pk=listing_id)


def listings() -> ScopedQuerySet[Listing]:
    return Listing.objects.get_queryset()


def entries_of(listing: Listing | int) -> ScopedQuerySet[ListingEntry]:
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


class Wanted(TypedDict, total=False):
    """What entries are looked up by (s3 §3); an empty value asks for nothing."""

    entry_id: int | None
    first_name: str
    last_name: str
    name: str
    email: str
    phone: str


# Which words of a person a name is looked for among, and which column holds what is compared whole, in which form.
_NAMES = {
    "first_name": (Mark.FIRST_NAME,), "last_name": (Mark.LAST_NAME,), "name": (Mark.FIRST_NAME, Mark.LAST_NAME),
}  # fmt: skip
_KEYS: dict[str, Callable[[Any], str]] = {"email": email_key, "phone": wanted_phone_key}


@dataclass(frozen=True, slots=True)
class _Matching:
    """A selector of a listing's entries: by what they are looked up, and of each name, how many people bear it."""

    given: tuple[tuple[str, int], ...]
    tells_status: bool

    def __call__(self, listing_id: int, *values: Any) -> ScopedQuerySet[ListingEntry]:
        found = entries_of(listing_id)
        for (name, number), value in zip(self.given, values, strict=True):
            if name in _NAMES:
                found = found_among(found, value, number, path="contact__")
            elif name in _KEYS:
                found = anchored(found, "contact__").filter(**{f"contact__{name}_key": value})
            else:
                found = found.filter(pk=value)
        return with_status(found) if self.tells_status else found


def entries_asked_for(listing: Listing, *, tells_status: bool = True, **wanted: Unpack[Wanted]) -> Question | None:
    """Entries that match everything wanted: names by word prefix, e-mail and phone digits exactly. None where no entry
    can match.
    """
    given: list[tuple[str, int]] = []
    values: list[Any] = []
    for name, value in wanted.items():
        if value in (None, ""):
            continue
        number, key = 0, value
        if name in _NAMES:
            query = name_query(str(value), *_NAMES[name])
            number, key = (number_found_by(Contact, query), query.text) if query else (0, "")
        elif name in _KEYS:
            key = _KEYS[name](value)
        if key == "":
            return None
        given.append((name, number))
        values.append(key)
    return Question(_Matching(tuple(given), tells_status), (listing.pk, *values))


def entries_matching(listing: Listing, **wanted: Unpack[Wanted]) -> ScopedQuerySet[ListingEntry]:
    """The same as a queryset, without their status."""
    question = entries_asked_for(listing, tells_status=False, **wanted)
    return entries_of(listing).none() if question is None else question.queryset()
