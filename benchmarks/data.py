"""The organisations that are measured: one for each size, in one database, so that tables are shared as in life.

Built once and kept. Whatever a run adds goes into an organisation of its own, so the sizes stay what they are.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from benchmarks.copying import ROWS_AT_ONCE, Template, copy
from benchmarks.people import Person, person
from crm.campaigns.models import Listing, ListingEntry
from crm.campaigns.services import open_listing
from crm.contacts.models import Contact, Customer, Identity, Provider
from crm.kernel.actors import job_actor
from crm.kernel.entrances import scope_for
from crm.kernel.models import Counter
from crm.kernel.passwords import encode_password
from crm.kernel.tenancy import Mode, Tenant
from crm.messaging.models import Channel, Reason, Suppression
from crm.organisations.models import Organisation
from crm.organisations.services import issue_key, open_organisation
from loyalty.members.models import Member
from loyalty.tiers.models import MemberTier
from loyalty.tiers.selectors import tiers
from loyalty.tiers.services import set_up_tiers

# In the name of every organisation: raise it when people.py or this file makes other rows than before.
RECIPE = 1
UNTHROTTLED = 2_000_000_000
LISTING = "Everybody"
# So many of each organisation, the first who joined, can sign in.
WITH_PASSWORD = 5_000
PASSWORD = "correct horse battery staple"  # noqa: S105 - of people who do not exist
ACTOR = job_actor("bench")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation in live mode with its key, as a measurement calls it."""

    size: int
    tenant: Tenant
    listing_id: int
    key: str


def build(sizes: Iterable[int], say: Say) -> dict[int, Place]:
    """A place for each size, and an empty one for what is written, under size 0."""
    Counter.objects.all().delete()
    places = {size: _place(size, say) for size in sorted({0, *sizes})}
    return places


def _place(size: int, say: Say) -> Place:
    tenant = Tenant(_organisation(f"bench-{RECIPE}-{size}"), Mode.LIVE)
    with scope_for(tenant, ACTOR):
        set_up_tiers()
        listing = Listing.objects.filter(name=LISTING).first() or open_listing(name=LISTING)
        _fill(size, listing, say)
        return Place(size, tenant, listing.pk, issue_key(name="bench").text)


def _organisation(slug: str) -> UUID:
    known = Organisation.objects.filter(slug=slug).first()
    return (known or open_organisation(name=slug, slug=slug, actor=ACTOR, requests_per_hour=UNTHROTTLED)).pk


def _fill(size: int, listing: Listing, say: Say) -> None:
    """Whoever is not there yet; a build that was broken off goes on where it stood."""
    present = Contact.objects.count() if size else 0
    if present >= size:
        return
    templates = _templates(listing)
    for start in range(present, size, ROWS_AT_ONCE):
        say(f"Building {size:,} people: {start:,} …")
        with transaction.atomic():
            _copy_people(range(start, min(start + ROWS_AT_ONCE, size)), size, templates)
    with connection.cursor() as cursor:
        # What the tables' own housekeeping would have done long ago: it must not run while we measure.
        cursor.execute(f"VACUUM (ANALYZE) {', '.join(template.table for template in templates.values())}")


def _templates(listing: Listing) -> dict[type, Template]:
    return {
        Contact: Template(Contact),
        Customer: Template(Customer),
        Member: Template(Member),
        MemberTier: Template(MemberTier, actor_kind="job", actor_id="bench"),
        ListingEntry: Template(ListingEntry, listing=listing),
        Suppression: Template(Suppression, channel=Channel.EMAIL, reason=Reason.UNSUBSCRIBE),
        Identity: Template(Identity, provider=Provider.EMAIL, password=encode_password(PASSWORD)),
    }


def _copy_people(numbers: range, size: int, templates: dict[type, Template]) -> None:
    some = [person(number, size) for number in numbers]
    ladder = {tier.slug: tier.pk for tier in tiers()}
    rows: dict[type, Iterable[dict[str, Any]]] = {
        Contact: map(_contact, some),
        Customer: map(_customer, some),
        Member: ({"contact_id": one.id, "joined_at": one.joined} for one in some),
        MemberTier: ({"member_id": one.id, "tier_id": ladder[one.tier], "since": one.joined} for one in some),
        ListingEntry: ({"contact_id": one.id, "created_at": one.joined} for one in some),
        Suppression: (_suppression(one) for one in some if one.number % 50 == 0),
        Identity: (_identity(one) for one in some if one.number < WITH_PASSWORD),
    }
    for model, template in templates.items():
        copy(template, rows[model])


def _contact(one: Person) -> dict[str, Any]:
    return {
        "id": one.id, "name": one.name, "first_name": one.first_name, "last_name": one.last_name, "email": one.email,
        "email_key": one.email, "phone": one.phone, "phone_key": one.phone.removeprefix("+"),
        "created_at": one.joined, "updated_at": one.joined,
    }  # fmt: skip


def _customer(one: Person) -> dict[str, Any]:
    return {"contact_id": one.id, "status": one.status, "created_at": one.joined, "updated_at": one.joined}


def _suppression(one: Person) -> dict[str, Any]:
    return {"id": one.id, "address": one.email, "key": one.email, "created_at": one.joined}


def _identity(one: Person) -> dict[str, Any]:
    return {"id": one.id, "contact_id": one.id, "value": one.email, "key": one.email, "created_at": one.joined}
