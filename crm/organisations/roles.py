"""What each staff role and API key may do: one table for the back office and every API (docs/roles.md prints it).

A grant is `<service>:<resource>:<read|write>`, one noun for a thing on every surface.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

RESOURCES: dict[str, str] = {
    "auth:members": "people: contacts, customers, members",
    "auth:documents": "document numbers in clear",
    "auth:staffs": "staff and their roles",
    "auth:api-keys": "API keys",
    "auth:sessions": "who is signed in over the APIs, and who is locked out",
    "auth:organisation": "the organisation's own settings",
    "crm:custom-fields": "definitions of custom fields",
    "crm:listings": "listings",
    "crm:leads": "leads, their interactions, imports and sequences",
    "crm:campaigns": "campaigns",
    "crm:imports": "files brought in, and undone",
    "crm:segments": "segments, and how customers are doing",
    "crm:products": "products, their prices and stock",
    "crm:orders": "orders, invoices, refunds",
    "crm:feedback": "feedback: requests, answers, themes",
    "crm:reports": "reports and dashboards",
    "crm:files": "files that belong to records",
    "crm:approvals": "approval requests and their policies",
    "crm:privacy": "a person's data, exported and erased",
    "cluster:tiers": "tiers of the programme",
    "notification:messages": "templates, senders and what was sent",
    "notification:suppressions": "addresses that must not be written to",
    "platform:jobs": "jobs, queued tasks, dead letters",
    "platform:events": "the audit trail",
}


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    AGENT = "agent", _("Agent")
    ANALYST = "analyst", _("Analyst")


def _read(*resources: str) -> frozenset[str]:
    return frozenset(f"{resource}:read" for resource in resources)


def _write(*resources: str) -> frozenset[str]:
    return frozenset(f"{resource}:write" for resource in resources)


_DAILY = (
    "auth:members", "crm:listings", "crm:leads", "crm:campaigns", "crm:imports", "cluster:tiers",
    "notification:suppressions", "notification:messages", "crm:custom-fields", "crm:segments", "crm:products",
    "crm:orders", "crm:feedback", "crm:reports", "crm:files", "crm:approvals",
)  # fmt: skip
_EVERYTHING_BUT_SETTINGS = tuple(resource for resource in RESOURCES if resource != "auth:organisation")

GRANTS: dict[str, frozenset[str]] = {
    Role.OWNER: frozenset({"read", "write"}),
    Role.MANAGER: _read(*RESOURCES) | _write(*_EVERYTHING_BUT_SETTINGS),
    Role.AGENT: _read(*_DAILY, "auth:staffs", "auth:sessions", "platform:events")
    | _write(
        "auth:members",
        "crm:listings",
        "crm:leads",
        "crm:orders",
        "crm:feedback",
        "crm:files",
        "crm:approvals",
        "notification:suppressions",
    ),
    Role.ANALYST: _read(*_DAILY, "platform:events"),
}


# What comes with being signed in; with being a member; and with a publishable key, whatever else it says. What the app
# of a business reads before and after somebody signs in stands in both.
SESSION_GRANTS = frozenset({"auth:session:read", "auth:session:write"})
MEMBER_GRANTS = SESSION_GRANTS | {"auth:me:read", "auth:me:write", "auth:app:read"}
PUBLISHABLE_GRANTS = frozenset({"auth:sign-in:write", "auth:app:read"})


def grants_of(role: str) -> frozenset[str]:
    return GRANTS[role]


def grants_within(permission: str) -> list[str]:
    """The single grants that a permission stands for: `read` and `write` stand for those of every resource."""
    return [f"{resource}:{permission}" for resource in RESOURCES] if permission in ("read", "write") else [permission]


def is_grant(text: str) -> bool:
    """Whether `text` may stand among an API key's permissions."""
    resource, _colon, access = text.rpartition(":")
    return text in ("read", "write") or (resource in RESOURCES and access in ("read", "write"))


def is_asked_for(text: str) -> bool:
    """Whether a route may ask for `text`: a grant, or what nobody gives because it comes by itself."""
    return is_grant(text) or text in MEMBER_GRANTS | PUBLISHABLE_GRANTS
