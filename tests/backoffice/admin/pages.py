"""Every page of the back office, told independently of its code: which noun rules it, what it offers, a row for it.

A page that is registered and not told here fails `test_access.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import admin
from django.test import Client
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from crm.campaigns.services import add_to_listing, open_listing
from crm.contacts.services import create_contact, find_duplicates_of, merge_contacts, update_contact
from crm.kernel.audit import events_about
from crm.kernel.clock import now, real_now
from crm.kernel.models import JobRun, QueuedTask
from crm.leads.models import FollowUp
from crm.leads.services import (
    add_interaction,
    capture_lead,
    define_score_group,
    define_score_rule,
    define_web_form,
    join_rotation,
    process_follow_ups,
    set_idle_days,
)
from crm.messaging.models import Template
from crm.messaging.recipients import Recipient
from crm.messaging.services import change_sending_settings, define_sender, define_template, suppress
from crm.organisations.models import SessionKind, Staff, User
from crm.organisations.roles import GRANTS, Role
from crm.organisations.services import Device, add_staff, define_custom_field, define_merchant, issue_key, open_session
from loyalty.tiers.services import define_tier
from tests.builders import a_campaign, a_customer, a_product, an_import, an_order
from tests.cast import PASSWORD, Cast, World
from tests.crm.feedback.rows import a_candidate, a_taxonomy, an_answer_of, settings_with
from tests.crm.insights.stage import a_marked_member, a_marked_segment
from tests.crm.leads.merge_stage import a_lead_merge, a_lead_pair
from tests.crm.messaging.letters import a_message, a_template
from tests.crm.nurturing.sequences import a_sequence, inside

OPERATOR = "the operator alone"
# How far a row of a page reaches: to one mode, to both modes of its organisation, or to everybody.
MODE, ORGANISATION, PLATFORM = "mode", "organisation", "platform"


@dataclass(frozen=True)
class Page:
    """`offers` is what the page does for those who may write; `row` makes a row bearing a mark, and returns its key.
    `takes_blanks` when a form in which nothing is filled in can be saved.
    """

    resource: str
    row: Callable[[World, str], Any]
    offers: tuple[str, ...] = ()
    reach: str = MODE
    takes_blanks: bool = False


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


def _lead(world: World, mark: str) -> Any:
    return capture_lead(name=mark, email=f"{mark}@example.com").pk


def _follow_up(world: World, mark: str) -> Any:
    lead = capture_lead(name=mark, email=f"follow.{mark}@example.com")
    interaction = add_interaction(lead_id=lead.pk, type="note", next_action=mark, next_action_date=now())
    process_follow_ups()
    return FollowUp.objects.get(interaction=interaction).pk


def _score_rule(world: World, mark: str) -> Any:
    group = define_score_group(name=str(uuid4()), part="engagement", cap=9)
    return define_score_rule(group_id=group.pk, name=mark, points=1, touch="note").pk


def _turn(world: World, mark: str) -> Any:
    """Bears no mark: staff are the organisation's, and rightly seen in both modes."""
    colleague = add_staff(email=f"{uuid4()}@example.com", role=Role.AGENT, name="Somebody")
    return join_rotation(staff_id=colleague.pk).pk


def _sequence(world: World, mark: str) -> Any:
    return a_sequence(world, {"kind": "task", "title": mark}, name=mark).pk


def _enrolment(world: World, mark: str) -> Any:
    enrolment = inside(world, {"kind": "task", "title": mark}, name=mark, sequence_name=f"{mark} again")
    return enrolment.pk


_WRITABLE = ("add", "change", "delete")


def _pair(world: World, mark: str) -> Any:
    twins = [a_customer(world, name=mark, tax_id=mark) for _ in range(2)]
    with world.scope():
        find_duplicates_of(contact_id=twins[0])
        return find_duplicates_of(contact_id=twins[1])[0].pk


def _message(world: World, mark: str) -> Any:
    if not has_template(world):
        a_template(world)
    return a_message(world, mark, recipient=Recipient(email=f"{mark}@example.com", name=mark)).pk


def has_template(world: World) -> bool:
    with world.scope():
        return bool(Template.objects.filter(key="news").exists())


def _merge(world: World, mark: str) -> Any:
    winner, loser = a_customer(world, name=mark), a_customer(world)
    with world.scope():
        return merge_contacts(winner_id=winner, loser_ids=[loser]).merge_id


PAGES: dict[str, Page] = {
    "feedback.FeedbackRequest": Page("crm:feedback", an_answer_of),
    "feedback.FeedbackSettings": Page("crm:feedback", settings_with, ("add", "change")),
    "feedback.Taxonomy": Page("crm:feedback", a_taxonomy, ("add",)),
    "feedback.Candidate": Page("crm:feedback", a_candidate),
    "nurturing.Sequence": Page("crm:leads", _sequence, ("add", "change")),
    "nurturing.Enrolment": Page("crm:leads", _enrolment),
    "contacts.DuplicatePair": Page("auth:members", _pair),
    "contacts.Merge": Page("auth:members", _merge),
    "leads.LeadPair": Page("crm:leads", a_lead_pair),
    "leads.LeadMerge": Page("crm:leads", a_lead_merge),
    "contacts.Contact": Page("auth:members", _in_scope(_contact), _WRITABLE),
    "contacts.Customer": Page("auth:members", _customer, _WRITABLE),
    "imports.Import": Page("crm:imports", an_import, ("add",)),
    "campaigns.Campaign": Page("crm:campaigns", lambda world, mark: a_campaign(world, name=mark), _WRITABLE),
    "campaigns.Listing": Page("crm:listings", _in_scope(lambda _, mark: open_listing(name=mark).pk), ("add",)),
    "campaigns.ListingEntry": Page("crm:listings", _in_scope(_entry)),
    "orders.Order": Page("crm:orders", lambda world, mark: an_order(world, notes=mark, shipping_address=mark),
                         ("change", "delete")),
    "orders.Product": Page("crm:products", lambda world, mark: a_product(world, name=mark), _WRITABLE),
    "insights.Segment": Page("crm:segments", a_marked_segment, ("add", "change")),
    "insights.SegmentMember": Page("crm:segments", a_marked_member),
    "leads.Lead": Page("crm:leads", _in_scope(_lead), _WRITABLE),
    "leads.FollowUp": Page("crm:leads", _in_scope(_follow_up), ("change",), takes_blanks=True),
    "leads.ScoreRule": Page("crm:leads", _in_scope(_score_rule), _WRITABLE),
    "leads.ScoreGroup": Page(
        "crm:leads", _in_scope(lambda _, mark: define_score_group(name=mark, part="fit", cap=9).pk), _WRITABLE
    ),
    "leads.Turn": Page("crm:leads", _in_scope(_turn), _WRITABLE, takes_blanks=True),
    "leads.WebForm": Page(
        "crm:leads", _in_scope(lambda _, mark: define_web_form(name=mark).pk), ("add", "change")
    ),
    "leads.StageRule": Page(
        "crm:leads", _in_scope(lambda _, _mark: set_idle_days(status="new", days=4321).pk), ("add", "change"),
        takes_blanks=True,
    ),
    "tiers.Tier": Page(
        "cluster:tiers", _in_scope(lambda _, mark: define_tier(slug=mark, name=mark, level=9, threshold=9_000).pk),
        ("add", "change"),
    ),
    "messaging.Suppression": Page(
        "notification:suppressions",
        _in_scope(lambda _, mark: suppress(channel="email", address=f"{mark}@example.com", note=mark).pk),
        ("add", "delete"),
    ),
    "messaging.Communication": Page("notification:messages", _message),
    "messaging.Template": Page(
        "notification:messages",
        _in_scope(lambda _, mark: define_template(key=mark.lower(), name=mark, channel="email").pk), ("add", "change"),
    ),
    "messaging.Sender": Page(
        "notification:messages",
        _in_scope(lambda _, mark: define_sender(channel="email", name=mark, address=f"{mark}@example.com").pk),
        _WRITABLE,
    ),
    "messaging.SendingSettings": Page(
        "notification:messages",
        _in_scope(lambda _, mark: change_sending_settings(link_base=f"https://{mark}.example.com").pk),
        ("add", "change"),
    ),
    "organisations.ApiKey": Page(
        "auth:api-keys", _in_scope(lambda _, mark: issue_key(name=mark).key.pk), ("add", "change")
    ),
    "organisations.Staff": Page("auth:staffs", _in_scope(_staff), ("add", "change"), ORGANISATION),
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
