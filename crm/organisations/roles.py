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
    "cluster:tiers": "tiers of the programme",
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


_DAILY = ("auth:members", "crm:listings", "cluster:tiers", "notification:suppressions", "crm:custom-fields")
_EVERYTHING_BUT_SETTINGS = tuple(resource for resource in RESOURCES if resource != "auth:organisation")

GRANTS: dict[str, frozenset[str]] = {
    Role.OWNER: frozenset({"read", "write"}),
    Role.MANAGER: _read(*RESOURCES) | _write(*_EVERYTHING_BUT_SETTINGS),
    Role.AGENT: _read(*_DAILY, "auth:staffs", "auth:sessions", "platform:events")
    | _write("auth:members", "crm:listings", "notification:suppressions"),
    Role.ANALYST: _read(*_DAILY, "platform:events"),
}


# What comes with being signed in; with being a member; and with a publishable key, whatever else it says.
SESSION_GRANTS = frozenset({"auth:session:read", "auth:session:write"})
MEMBER_GRANTS = SESSION_GRANTS | {"auth:me:read", "auth:me:write"}
PUBLISHABLE_GRANTS = frozenset({"auth:sign-in:write"})


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
