"""The look of the back office, as django-unfold reads it, and the way around: `UNFOLD` in the settings.

Read while settings load, so everything of ours is imported only when a page asks.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

# Orange all over, so that nobody mistakes test mode for the live one.
TEST_MODE_COLORS = {
    "50": "oklch(98% .016 73.684)",
    "100": "oklch(95.4% .038 75.164)",
    "200": "oklch(90.1% .076 70.697)",
    "300": "oklch(83.7% .128 66.29)",
    "400": "oklch(75% .183 55.934)",
    "500": "oklch(70.5% .213 47.604)",
    "600": "oklch(64.6% .222 41.116)",
    "700": "oklch(55.3% .195 38.402)",
    "800": "oklch(47% .157 37.304)",
    "900": "oklch(40.8% .123 38.172)",
    "950": "oklch(26.6% .079 36.259)",
}
_TEAL = {
    "50": "oklch(98.4% .014 180.72)",
    "100": "oklch(95.3% .051 180.801)",
    "200": "oklch(91% .096 180.426)",
    "300": "oklch(85.5% .138 181.071)",
    "400": "oklch(77.7% .152 181.912)",
    "500": "oklch(70.4% .14 182.503)",
    "600": "oklch(60% .118 184.704)",
    "700": "oklch(51.1% .096 186.391)",
    "800": "oklch(43.7% .078 188.216)",
    "900": "oklch(38.6% .063 188.416)",
    "950": "oklch(27.7% .046 192.524)",
}


def may(grant: str) -> Callable[[HttpRequest], bool]:
    """A menu item's condition: the one who looks holds `grant` in the place they are in."""

    def allowed(_request: HttpRequest) -> bool:
        from crm.kernel.tenancy.scope import scope_or_none

        scope = scope_or_none()
        return scope is not None and scope.actor.may(grant)

    return allowed


def is_operator(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_operator", False))


def _item(title: Any, icon: str, page: str, permission: Callable[[HttpRequest], bool]) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{page}"), "permission": permission}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Rapport",
    "SITE_HEADER": "Rapport",
    "SITE_SYMBOL": "handshake",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: lazy(static, str)("backoffice/favicon.svg")}
    ],
    "SITE_URL": "/",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "COLORS": {"primary": _TEAL},
    "STYLES": [lambda _request: lazy(static, str)("backoffice/backoffice.css")],
    "SCRIPTS": [lambda _request: lazy(static, str)("backoffice/panels.js")],
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": [
            {
                "title": _("People"),
                "items": [
                    _item(_("Dashboard"), "dashboard", "index", lambda _request: True),
                    _item(_("Customers"), "groups", "contacts_customer_changelist", may("auth:members:read")),
                    _item(_("All contacts"), "contacts", "contacts_contact_changelist", may("auth:members:read")),
                    _item(_("Possible duplicates"), "content_copy", "contacts_duplicatepair_changelist",
                          may("auth:members:read")),
                    _item(_("Merges"), "merge", "contacts_merge_changelist", may("auth:members:read")),
                    _item(_("Ways to sign in"), "fingerprint", "contacts_identity_changelist",
                          may("auth:members:read")),
                    _item(_("One-time codes"), "password", "contacts_oncecode_changelist", may("auth:members:read")),
                    _item(_("Wi-Fi"), "wifi", "contacts_wifiauthorisation_changelist", may("auth:members:read")),
                    _item(_("My day"), "today", "leads_followup_changelist", may("crm:leads:read")),
                    _item(_("Leads"), "person_search", "leads_lead_changelist", may("crm:leads:read")),
                    _item(_("Possible duplicate leads"), "content_copy", "leads_leadpair_changelist",
                          may("crm:leads:read")),
                    _item(_("Merges of leads"), "merge", "leads_leadmerge_changelist", may("crm:leads:read")),
                    _item(_("Sequences"), "schedule_send", "nurturing_sequence_changelist", may("crm:leads:read")),
                    _item(_("Who is in a sequence"), "group_add", "nurturing_enrolment_changelist",
                          may("crm:leads:read")),
                    _item(_("Web forms"), "web", "leads_webform_changelist", may("crm:leads:read")),
                    _item(_("Campaigns"), "campaign", "campaigns_campaign_changelist", may("crm:campaigns:read")),
                    _item(_("Segments"), "pie_chart", "insights_segment_changelist", may("crm:segments:read")),
                    _item(_("Who is in a segment"), "groups_2", "insights_segmentmember_changelist",
                          may("crm:segments:read")),
                    _item(_("Listings"), "list_alt", "campaigns_listing_changelist", may("crm:listings:read")),
                    _item(_("Imports"), "upload_file", "imports_import_changelist", may("crm:imports:read")),
                    _item(_("Files"), "attach_file", "files_storedfile_changelist", may("crm:files:read")),
                    _item(_("Exports of data"), "folder_zip", "contacts_dataexport_changelist",
                          may("crm:privacy:read")),
                    _item(_("Erasures"), "person_off", "contacts_erasure_changelist", may("crm:privacy:read")),
                    _item(_("Suppressed addresses"), "block", "messaging_suppression_changelist",
                          may("notification:suppressions:read")),
                ],
            },
            {
                "title": _("Sales"),
                "items": [
                    _item(_("Orders"), "shopping_cart", "orders_order_changelist", may("crm:orders:read")),
                    _item(_("Products"), "inventory_2", "orders_product_changelist", may("crm:products:read")),
                    _item(_("Billing accounts"), "account_balance_wallet", "orders_billingaccount_changelist",
                          may("crm:orders:read")),
                    _item(_("Ways to pay"), "credit_card", "orders_paymentmethod_changelist", may("crm:orders:read")),
                    _item(_("Approvals"), "order_approve", "approvals_approvalrequest_changelist",
                          may("crm:approvals:read")),
                    _item(_("What needs approval"), "rule", "approvals_policy_changelist", may("crm:approvals:read")),
                    _item(_("Deputies"), "supervisor_account", "approvals_delegation_changelist",
                          may("crm:approvals:read")),
                ],
            },
            {
                "title": _("Feedback"),
                "items": [
                    _item(_("At a glance"), "monitoring", "feedback_figures", may("crm:feedback:read")),
                    _item(_("What it is about"), "category", "feedback_themes", may("crm:feedback:read")),
                    _item(_("Requests and answers"), "reviews", "feedback_feedbackrequest_changelist",
                          may("crm:feedback:read")),
                    _item(_("Themes"), "label", "feedback_taxonomy_changelist", may("crm:feedback:read")),
                    _item(_("Suggested themes"), "lightbulb", "feedback_candidate_changelist",
                          may("crm:feedback:read")),
                    _item(_("Feedback settings"), "settings", "feedback_feedbacksettings_changelist",
                          may("crm:feedback:read")),
                ],
            },
            {
                "title": _("Messages"),
                "items": [
                    _item(_("Sent and to be sent"), "mail", "messaging_communication_changelist",
                          may("notification:messages:read")),
                    _item(_("Templates"), "edit_note", "messaging_template_changelist",
                          may("notification:messages:read")),
                    _item(_("Senders"), "contact_mail", "messaging_sender_changelist",
                          may("notification:messages:read")),
                    _item(_("Sending settings"), "notifications_paused", "messaging_sendingsettings_changelist",
                          may("notification:messages:read")),
                ],
            },
            {
                "title": _("Programme"),
                "items": [_item(_("Tiers"), "trophy", "tiers_tier_changelist", may("cluster:tiers:read"))],
            },
            {
                "title": _("Settings"),
                "separator": True,
                "items": [
                    _item(_("Score rules"), "speed", "leads_scorerule_changelist", may("crm:leads:read")),
                    _item(_("Groups of score rules"), "stacks", "leads_scoregroup_changelist",
                          may("crm:leads:read")),
                    _item(_("Rotation of new leads"), "sync", "leads_turn_changelist", may("crm:leads:read")),
                    _item(_("Days of a stage"), "hourglass", "leads_stagerule_changelist", may("crm:leads:read")),
                    _item(_("Staff"), "badge", "organisations_staff_changelist", may("auth:staffs:read")),
                    _item(_("API keys"), "key", "organisations_apikey_changelist", may("auth:api-keys:read")),
                    _item(_("Sessions"), "devices", "organisations_session_changelist", may("auth:sessions:read")),
                    _item(_("Lockouts"), "lock_clock", "lockouts", may("auth:sessions:read")),
                    _item(_("Custom fields"), "tune", "organisations_customfield_changelist",
                          may("crm:custom-fields:read")),
                    _item(_("Identity providers"), "verified_user", "contacts_identityprovider_changelist",
                          may("auth:organisation:read")),
                    _item(_("Pass codes"), "confirmation_number", "contacts_passcode_changelist",
                          may("auth:organisation:read")),
                    _item(_("Sign-in settings"), "passkey", "contacts_signinsettings_changelist",
                          may("auth:organisation:read")),
                    _item(_("Merchants"), "storefront", "organisations_merchant_changelist",
                          may("auth:organisation:read")),
                ],
            },
            {
                "title": _("Behind the scenes"),
                "separator": True,
                "items": [
                    _item(_("Audit trail"), "history", "kernel_event_changelist", may("platform:events:read")),
                    _item(_("Jobs"), "schedule", "kernel_jobrun_changelist", may("platform:jobs:read")),
                    _item(_("Queued tasks"), "pending_actions", "kernel_queuedtask_changelist",
                          may("platform:jobs:read")),
                ],
            },
            {
                "title": _("Platform"),
                "separator": True,
                "items": [
                    _item(_("Organisations"), "apartment", "organisations_organisation_changelist", is_operator),
                    _item(_("Schedules"), "event_repeat", "django_celery_beat_periodictask_changelist", is_operator),
                ],
            },
        ],
    },
}  # fmt: skip
