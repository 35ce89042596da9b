"""Every page of the back office, told independently of its code: which noun rules it, what it offers, a row for it.

A page that is registered and not told here fails `test_access.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.test import Client

from crm.campaigns.services import open_listing
from crm.contacts.services import change_sign_in_settings, define_pass_code
from crm.kernel.clock import real_now
from crm.kernel.models import JobRun
from crm.leads.services import (
    define_score_group,
    define_web_form,
    set_idle_days,
)
from crm.messaging.services import change_sending_settings, define_sender, define_template, suppress
from crm.organisations.models import Staff, User
from crm.organisations.roles import GRANTS, Role
from crm.organisations.services import define_custom_field, define_merchant, issue_key
from loyalty.tiers.services import define_tier
from tests.backoffice.admin.rows import (
    a_code_of,
    a_contact_of,
    a_customer_of,
    a_device_of,
    a_file_of,
    a_follow_up_of,
    a_lead_of,
    a_merge_of,
    a_message_of,
    a_pair_of,
    a_provider_of,
    a_schedule_of,
    a_score_rule_of,
    a_sequence_of,
    a_session_of,
    a_task_of,
    a_turn_of,
    an_enrolment_of,
    an_entry_of,
    an_erasure_of,
    an_event_of,
    an_export_of,
    an_identity_of,
    in_scope,
    staff_of,
)
from tests.builders import a_campaign, a_customer, a_payment_method, a_product, an_account, an_import, an_order
from tests.cast import Cast, World
from tests.crm.approvals.rows import a_delegation_of, a_policy_of, a_request_of
from tests.crm.feedback.rows import a_candidate, a_taxonomy, an_answer_of, settings_with
from tests.crm.insights.stage import a_marked_member, a_marked_segment
from tests.crm.leads.merge_stage import a_lead_merge, a_lead_pair

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


_WRITABLE = ("add", "change", "delete")

PAGES: dict[str, Page] = {
    "approvals.ApprovalRequest": Page("crm:approvals", a_request_of),
    "approvals.Policy": Page("crm:approvals", a_policy_of, ("add", "change")),
    "approvals.Delegation": Page("crm:approvals", a_delegation_of, ("add", "delete")),
    "feedback.FeedbackRequest": Page("crm:feedback", an_answer_of),
    "feedback.FeedbackSettings": Page("crm:feedback", settings_with, ("add", "change")),
    "feedback.Taxonomy": Page("crm:feedback", a_taxonomy, ("add",)),
    "feedback.Candidate": Page("crm:feedback", a_candidate),
    "nurturing.Sequence": Page("crm:leads", a_sequence_of, ("add", "change")),
    "nurturing.Enrolment": Page("crm:leads", an_enrolment_of),
    "contacts.DataExport": Page("crm:privacy", in_scope(an_export_of)),
    "contacts.Erasure": Page("crm:privacy", in_scope(an_erasure_of)),
    "contacts.DuplicatePair": Page("auth:members", a_pair_of),
    "contacts.Merge": Page("auth:members", a_merge_of),
    "leads.LeadPair": Page("crm:leads", a_lead_pair),
    "leads.LeadMerge": Page("crm:leads", a_lead_merge),
    "contacts.Contact": Page("auth:members", in_scope(a_contact_of), _WRITABLE),
    "contacts.Customer": Page("auth:members", a_customer_of, _WRITABLE),
    "imports.Import": Page("crm:imports", an_import, ("add",)),
    "campaigns.Campaign": Page("crm:campaigns", lambda world, mark: a_campaign(world, name=mark), _WRITABLE),
    "campaigns.Listing": Page("crm:listings", in_scope(lambda _, mark: open_listing(name=mark).pk), ("add",)),
    "campaigns.ListingEntry": Page("crm:listings", in_scope(an_entry_of)),
    "orders.Order": Page("crm:orders", lambda world, mark: an_order(world, notes=mark, shipping_address=mark),
                         ("change", "delete")),
    "orders.BillingAccount": Page("crm:orders", lambda world, mark: an_account(world, a_customer(world), name=mark)),
    "orders.PaymentMethod": Page(
        "crm:orders", lambda world, mark: a_payment_method(world, a_customer(world), notes=mark)
    ),
    "orders.Product": Page("crm:products", lambda world, mark: a_product(world, name=mark), _WRITABLE),
    "files.StoredFile": Page("crm:files", in_scope(a_file_of), ("delete",)),
    "insights.Segment": Page("crm:segments", a_marked_segment, ("add", "change")),
    "insights.SegmentMember": Page("crm:segments", a_marked_member),
    "leads.Lead": Page("crm:leads", in_scope(a_lead_of), _WRITABLE),
    "leads.FollowUp": Page("crm:leads", in_scope(a_follow_up_of), ("change",), takes_blanks=True),
    "leads.ScoreRule": Page("crm:leads", in_scope(a_score_rule_of), _WRITABLE),
    "leads.ScoreGroup": Page(
        "crm:leads", in_scope(lambda _, mark: define_score_group(name=mark, part="fit", cap=9).pk), _WRITABLE
    ),
    "leads.Turn": Page("crm:leads", in_scope(a_turn_of), _WRITABLE, takes_blanks=True),
    "leads.WebForm": Page(
        "crm:leads", in_scope(lambda _, mark: define_web_form(name=mark).pk), ("add", "change")
    ),
    "leads.StageRule": Page(
        "crm:leads", in_scope(lambda _, _mark: set_idle_days(status="new", days=4321).pk), ("add", "change"),
        takes_blanks=True,
    ),
    "tiers.Tier": Page(
        "cluster:tiers", in_scope(lambda _, mark: define_tier(slug=mark, name=mark, level=9, threshold=9_000).pk),
        ("add", "change"),
    ),
    "contacts.Identity": Page("auth:members", in_scope(an_identity_of)),
    "contacts.OnceCode": Page("auth:members", in_scope(a_code_of)),
    "contacts.WifiAuthorisation": Page("auth:members", in_scope(a_device_of)),
    "contacts.PassCode": Page(
        "auth:organisation", in_scope(lambda _, mark: define_pass_code(code=mark).pk), ("add", "change")
    ),
    "contacts.IdentityProvider": Page("auth:organisation", in_scope(a_provider_of), ("add", "change")),
    "contacts.SignInSettings": Page(
        "auth:organisation", in_scope(lambda _, _mark: change_sign_in_settings(codes_per_hour=4321).pk),
        ("add", "change"),
    ),
    "messaging.Suppression": Page(
        "notification:suppressions",
        in_scope(lambda _, mark: suppress(channel="email", address=f"{mark}@example.com", note=mark).pk),
        ("add", "delete"),
    ),
    "messaging.Communication": Page("notification:messages", a_message_of),
    "messaging.Template": Page(
        "notification:messages",
        in_scope(lambda _, mark: define_template(key=mark.lower(), name=mark, channel="email").pk), ("add", "change"),
    ),
    "messaging.Sender": Page(
        "notification:messages",
        in_scope(lambda _, mark: define_sender(channel="email", name=mark, address=f"{mark}@example.com").pk),
        _WRITABLE,
    ),
    "messaging.SendingSettings": Page(
        "notification:messages",
        in_scope(lambda _, mark: change_sending_settings(link_base=f"https://{mark}.example.com").pk),
        ("add", "change"),
    ),
    "organisations.ApiKey": Page(
        "auth:api-keys", in_scope(lambda _, mark: issue_key(name=mark).key.pk), ("add", "change")
    ),
    "organisations.Staff": Page("auth:staffs", in_scope(staff_of), ("add", "change"), ORGANISATION),
    "organisations.Session": Page("auth:sessions", a_session_of),
    "organisations.CustomField": Page(
        "crm:custom-fields", in_scope(lambda _, mark: define_custom_field(key="k", label=mark).pk), _WRITABLE
    ),
    "organisations.Merchant": Page(
        "auth:organisation",
        in_scope(lambda _, mark: define_merchant(name=mark, external_id=mark).pk),
        ("add", "change"),
    ),
    "organisations.Organisation": Page(
        OPERATOR, lambda world, _: world.organisation.pk, ("add", "change"), PLATFORM
    ),
    "kernel.Event": Page("platform:events", in_scope(an_event_of)),
    "kernel.QueuedTask": Page("platform:jobs", a_task_of),
    "kernel.JobRun": Page(
        "platform:jobs", lambda _, mark: JobRun.objects.create(job=mark, scheduled_for=real_now()).pk, (), PLATFORM
    ),
    "django_celery_beat.PeriodicTask": Page(OPERATOR, a_schedule_of, ("change",), PLATFORM),
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
