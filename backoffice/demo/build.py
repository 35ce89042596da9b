"""Makes the demo through the services that everybody else uses."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from backoffice.demo.cast import (
    BLACKLISTED_EMAIL,
    BLACKLISTED_PHONE,
    LISTING,
    OPERATOR_EMAIL,
    ORGANISATIONS,
    DemoOrganisation,
)
from backoffice.demo.members import ensure_member, give_new_password
from backoffice.demo.people import person
from backoffice.demo.purchases import purchases_by_customer
from backoffice.demo.secrets import derived, password
from crm.campaigns.services import add_to_listing, open_listing
from crm.contacts.models import Customer
from crm.contacts.services import CustomerRow, load_customers
from crm.kernel.actors import job_actor
from crm.kernel.clock import now
from crm.kernel.locks import hold_platform_name
from crm.kernel.tenancy import Mode, Scope, Tenant
from crm.messaging.models import Channel
from crm.messaging.services import suppress
from crm.organisations.models import KeyKind, Organisation, User
from crm.organisations.selectors import keys_of_scope, staff_of_organisation
from crm.organisations.services import add_staff, issue_key, open_organisation, revoke_key
from loyalty.tiers.services import place_by_spend, set_up_tiers

IN_LISTING = 25
KEY_NAME = "Demo"


@dataclass(frozen=True)
class Builder:
    """Makes what is absent. `scope` is the command's own way to open one."""

    scope: Callable[[Tenant], AbstractContextManager[Scope]]

    @transaction.atomic
    def build(self) -> None:
        """All of the demo, or nothing; what is there already is left as it is."""
        hold_platform_name("demo")
        if not User.objects.filter(email=OPERATOR_EMAIL).exists():
            User.objects.create_superuser(OPERATOR_EMAIL, password(OPERATOR_EMAIL, 0), name="Operator")
        for cast in ORGANISATIONS:
            if not Organisation.objects.filter(slug=cast.slug).exists():
                self._open(cast)
            organisation = Organisation.objects.get(slug=cast.slug)
            for mode in Mode:
                with self.scope(Tenant(organisation.id, mode)):
                    ensure_member(cast, mode, generation_of_keys())

    @transaction.atomic
    def rotate(self) -> None:
        """New keys and passwords; the old ones end at once."""
        hold_platform_name("demo")
        for cast in ORGANISATIONS:
            organisation = Organisation.objects.get(slug=cast.slug)
            for mode in Mode:
                with self.scope(Tenant(organisation.id, mode)):
                    generation = generation_of_keys() + 1
                    for key in keys_of_scope().filter(name=KEY_NAME, revoked_at=None):
                        revoke_key(key_id=key.id)
                    _issue_keys(cast, mode, generation)
                    give_new_password(cast, mode, generation)
            with self.scope(Tenant(organisation.id, Mode.LIVE)):
                for staff in staff_of_organisation():
                    _set_password(staff.user, generation)
        _set_password(User.objects.get(email=OPERATOR_EMAIL), generation)

    def _open(self, cast: DemoOrganisation) -> None:
        organisation = open_organisation(
            name=cast.name, slug=cast.slug, plan=cast.plan, requests_per_hour=cast.requests_per_hour,
            actor=job_actor("command:demo"),
        )  # fmt: skip
        for mode in Mode:
            with self.scope(Tenant(organisation.id, mode)):
                self._furnish(cast, mode)

    def _furnish(self, cast: DemoOrganisation, mode: str) -> None:
        set_up_tiers()
        _issue_keys(cast, mode, generation=0)
        listing = open_listing(name=LISTING)
        suppress(channel=Channel.EMAIL, address=BLACKLISTED_EMAIL, note="Part of the demo")
        suppress(channel=Channel.PHONE, address=BLACKLISTED_PHONE, note="Part of the demo")
        if mode == Mode.LIVE:
            _hire(cast)
            customers = _load_shoppers() if cast.slug == "kaffa" else _load_people(cast)
            for customer in customers[:IN_LISTING]:
                values = {"email": customer.contact.email}
                add_to_listing(listing=listing, values=values, ip_address=None, source="import")  # type: ignore[arg-type]


def generation_of_keys() -> int:
    """How often the open scope's demo keys have been rotated."""
    return keys_of_scope().filter(name=KEY_NAME, kind=KeyKind.SECRET).count() - 1


def key_seed(cast: DemoOrganisation, mode: str, kind: str, generation: int) -> bytes:
    return derived(f"{cast.slug}:{mode}:{kind}", generation)


def _issue_keys(cast: DemoOrganisation, mode: str, generation: int) -> None:
    for kind in KeyKind.values:
        issue_key(name=KEY_NAME, kind=kind, seed=key_seed(cast, mode, kind, generation))


def _hire(cast: DemoOrganisation) -> None:
    for role, name in cast.team:
        email = f"{role}@{cast.domain}"
        add_staff(email=email, role=role, name=name, password=password(email, 0))


def _set_password(user: User, generation: int) -> None:
    user.set_password(password(user.email, generation))
    user.save(update_fields=["password"])


def _load_shoppers() -> list[Customer]:
    """The customers of the CDNOW sample, since their first purchase, in the tier that their spend reaches."""
    purchases = purchases_by_customer()
    rows = []
    for number, bought in purchases.items():
        somebody = person(number)
        rows.append(CustomerRow(somebody.name, somebody.email, somebody.phone, bought.first_at))
    customers = load_customers(rows)
    place_by_spend({customer.pk: bought.spent for customer, bought in zip(customers, purchases.values(), strict=True)})
    return customers


def _load_people(cast: DemoOrganisation) -> list[Customer]:
    rows = []
    for number in range(1, cast.people + 1):
        somebody = person(number, shop=cast.slug)
        rows.append(CustomerRow(somebody.name, somebody.email, somebody.phone, now() - timedelta(days=11 * number)))
    return load_customers(rows)
