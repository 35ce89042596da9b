"""Makes the demo through the services that everybody else uses."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

from backoffice.demo.approvals import ensure_approval
from backoffice.demo.campaigns import ensure_campaigns
from backoffice.demo.cast import (
    BLACKLISTED_EMAIL,
    BLACKLISTED_PHONE,
    LISTING,
    OPERATOR_EMAIL,
    ORGANISATIONS,
    DemoOrganisation,
)
from backoffice.demo.feedback import ensure_feedback
from backoffice.demo.interactions import ensure_interactions
from backoffice.demo.leads import ensure_leads
from backoffice.demo.loading import Loaded, load_purchases
from backoffice.demo.members import ensure_member, ensure_pass_code, give_new_password
from backoffice.demo.messages import ensure_messages
from backoffice.demo.people import person
from backoffice.demo.products import ensure_products
from backoffice.demo.purchases import read_purchases
from backoffice.demo.secrets import derived, password
from crm.campaigns.services import add_to_listing, open_listing
from crm.contacts.models import Customer
from crm.contacts.services import CustomerRow, load_customers
from crm.kernel.actors import job_actor
from crm.kernel.clock import now
from crm.kernel.locks import hold_platform_name
from crm.kernel.tenancy import Mode, Scope, Tenant
from crm.kernel.transactions import atomic
from crm.messaging.models import Channel
from crm.messaging.services import suppress
from crm.orders.models import Order
from crm.organisations.models import KeyKind, Organisation, User
from crm.organisations.selectors import keys_of_scope, staff_of_organisation
from crm.organisations.services import add_staff, issue_key, open_organisation, revoke_key
from loyalty.tiers.services import set_up_tiers

IN_LISTING = 25
KEY_NAME = "Demo"


@dataclass(frozen=True)
class Builder:
    """Makes what is absent. `scope` is the command's own way to open one."""

    scope: Callable[[Tenant], AbstractContextManager[Scope]]

    @atomic
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
                    ensure_pass_code(cast, mode)
                    ensure_purchases(cast, mode)
                    ensure_products(cast, mode)
                    ensure_campaigns(cast, mode)
                    ensure_leads(cast, mode)
                    ensure_interactions(cast, mode)
                    ensure_messages(cast, mode)
                    ensure_feedback(cast, mode)
                    ensure_approval(cast, mode)

    @atomic
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
            customers = _shoppers(cast, mode) if cast.slug == "kaffa" else _load_people(cast)
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


def ensure_purchases(cast: DemoOrganisation, mode: str) -> None:
    """The customers of the CDNOW sample, since their first purchase, with their orders, in the tier that their spend
    reaches.
    """
    if cast.slug == "kaffa" and mode == Mode.LIVE and not Order.objects.exists():
        for _chunk in load_purchases(read_purchases(), Loaded()):
            pass


def _shoppers(cast: DemoOrganisation, mode: str) -> list[Customer]:
    """The first of them."""
    ensure_purchases(cast, mode)
    return list(Customer.objects.select_related("contact").order_by("created_at", "pk")[:IN_LISTING])


def _load_people(cast: DemoOrganisation) -> list[Customer]:
    rows = []
    for number in range(1, cast.people + 1):
        somebody = person(number, shop=cast.slug)
        rows.append(CustomerRow(somebody.name, somebody.email, somebody.phone, now() - timedelta(days=11 * number)))
    return load_customers(rows)
