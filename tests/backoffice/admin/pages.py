"""Every page of the back office, told independently of its code: which noun rules it, what it offers, a row for it.

A page that is registered and not told here fails `test_access.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.test import Client
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from crm.campaigns.services import add_to_listing, open_listing
from crm.contacts.services import create_contact, update_contact
from crm.kernel.audit import events_about
from crm.kernel.clock import real_now
from crm.kernel.models import JobRun, QueuedTask
from crm.messaging.services import suppress
from crm.organisations.models import SessionKind, Staff, User
from crm.organisations.roles import GRANTS, Role
from crm.organisations.services import Device, add_staff, define_custom_field, define_merchant, issue_key, open_session
from loyalty.tiers.services import define_tier
from tests.builders import a_customer
from tests.cast import PASSWORD, Cast, World

OPERATOR = "the operator alone"
# How far a row of a page reaches: to one mode, to both modes of its organisation, or to everybody.
MODE, ORGANISATION, PLATFORM = "mode", "organisation", "platform"


@dataclass(frozen=True)
class Page:
    """`offers` is what the page does for those who may write; `row` makes a row bearing a mark, and returns its key."""

    resource: str
    row: Callable[[World, str], Any]
    offers: tuple[str, ...] = ()
    reach: str = MODE


def _in_scope(make: Callable[[World, str], Any]) -> Callable[[World, str], Any]:
    def row(world: World, mark: str) -> Any:
        with world.scope():
            return make(world, mark)

    return row


def _contact(world: World, mark: str) -> Any:
    return create_contact(first_name=mark, email=f"contact.{mark}@example.com").pk


def _customer(world: World, mark: str) -> Any:
    return a_customer(world, name=mark, email=f"customer.{mark}@example.com", notes=mark)


def _entry(world: World, mark: str) -> Any:
    values: Any = {"first_name": mark, "email": f"entry.{mark}@example.com"}
    return add_to_listing(listing=world.listing, values=values, ip_address="192.0.2.1").pk


def _event(world: World, mark: str) -> Any:
    contact = create_contact(first_name="Somebody", email=f"event.{mark}@example.com")
    update_contact(contact_id=contact.pk, middle_name=mark)
    event = events_about("contact", contact.pk).first()
    assert event is not None
    return event.pk


def _task(world: World, mark: str) -> Any:
    organisation_id, mode = world.tenant
    return QueuedTask.objects.create(
        organisation_id=organisation_id, mode=mode, name=mark, arguments={"of": mark}, last_error=mark,
        actor_kind="job", actor_id=mark,
    ).pk  # fmt: skip


def _staff(world: World, mark: str) -> Any:
    return add_staff(email=f"{mark}@example.com", role=Role.AGENT, name=mark, password=PASSWORD).pk


def _session(world: World, mark: str) -> Any:
    staff = world.staff[Role.AGENT]
    return open_session(
        kind=SessionKind.STAFF, subject_id=staff.pk, tenant=world.tenant, device=Device(name=mark)
    ).session.pk


def _schedule(world: World, mark: str) -> Any:
    every = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.DAYS)
    return PeriodicTask.objects.create(name=mark, task=mark, interval=every).pk


_WRITABLE = ("add", "change", "delete")

PAGES: dict[str, Page] = {
    "contacts.Contact": Page("auth:members", _in_scope(_contact), _WRITABLE),
    "contacts.Customer": Page("auth:members", _customer, _WRITABLE),
    "campaigns.Listing": Page("crm:listings", _in_scope(lambda _, mark: open_listing(name=mark).pk), ("add",)),
    "campaigns.ListingEntry": Page("crm:listings", _in_scope(_entry)),
    "tiers.Tier": Page(
        "cluster:tiers", _in_scope(lambda _, mark: define_tier(slug=mark, name=mark, level=9, threshold=9_000).pk),
        ("add", "change"),
    ),
    "messaging.Suppression": Page(
        "notification:suppressions",
        _in_scope(lambda _, mark: suppress(channel="email", address=f"{mark}@example.com", note=mark).pk),
        ("add", "delete"),
    ),
    "organisations.ApiKey": Page(
        "auth:api-keys", _in_scope(lambda _, mark: issue_key(name=mark).key.pk), ("add", "change")
    ),
    "organisations.Staff": Page(
        "auth:staffs",
        _in_scope(_staff),
        ("add", "change"),
        ORGANISATION,
    ),
    "organisations.Session": Page("auth:sessions", _session),
    "organisations.CustomField": Page(
        "crm:custom-fields", _in_scope(lambda _, mark: define_custom_field(key="k", label=mark).pk), _WRITABLE
    ),
    "organisations.Merchant": Page(
        "auth:organisation",
        _in_scope(lambda _, mark: define_merchant(name=mark, external_id=mark).pk),
        ("add", "change"),
    ),
    "organisations.Organisation": Page(
        OPERATOR, lambda world, _: world.organisation.pk, ("add", "change"), PLATFORM
    ),
    "kernel.Event": Page("platform:events", _in_scope(_event)),
    "kernel.QueuedTask": Page("platform:jobs", _task),
    "kernel.JobRun": Page(
        "platform:jobs", lambda _, mark: JobRun.objects.create(job=mark, scheduled_for=real_now()).pk, (), PLATFORM
    ),
    "django_celery_beat.PeriodicTask": Page(OPERATOR, _schedule, ("change",), PLATFORM),
}  # fmt: skip

REGISTERED = sorted(model._meta.label for model in admin.site._registry)
OF_A_TENANT = [label for label in REGISTERED if label in PAGES and PAGES[label].reach != PLATFORM]
OF_A_MODE = [label for label in OF_A_TENANT if PAGES[label].reach == MODE]


def address(label: str, verb: str = "list", key: Any = "") -> str:
    """Where a page lists, adds, changes, deletes or tells the history of a row."""
    folder = f"/admin/{label.lower().replace('.', '/')}/"
    return {"list": folder, "add": f"{folder}add/"}.get(verb, f"{folder}{key}/{verb}/")


# Those who come by: staff of acme by role, the operator, the owner of rival, and those who may not come in.
INSIDE = (*Role.values, "operator", "stranger")
OUTSIDE = ("anonymous", "dismissed", "placeless")


def browser_of(cast: Cast, visitor: str) -> Client:
    """The browser of one of INSIDE or OUTSIDE; of acme's people in live mode."""
    if visitor in Role.values:
        return cast.acme.browser_of(visitor)
    if visitor == "stranger":
        return cast.rival.browser_of(Role.OWNER)
    if visitor == "dismissed":
        browser = cast.acme.browser_of(Role.MANAGER)
        Staff.objects.filter(pk=cast.acme.staff[Role.MANAGER].pk).update(is_active=False)
        return browser
    browser = Client(raise_request_exception=False)
    if visitor == "operator":
        browser.force_login(an_operator())
    if visitor == "placeless":
        browser.force_login(User.objects.create_user("placeless@example.com"))
    return browser


def an_operator() -> User:
    return User.objects.create_superuser("operator@platform.example", name="Oda Operator")


def may(visitor: str, resource: str, access: str) -> bool:
    """What crm/organisations/roles.py promises."""
    if visitor == "operator" or resource == OPERATOR:
        return visitor == "operator"
    grants = GRANTS[Role.OWNER if visitor == "stranger" else visitor]
    return access in grants or f"{resource}:{access}" in grants
