"""What stands around a person's form: who they are at a glance, and their story."""

from typing import Any

from backoffice.admin.told import told
from crm.campaigns.models import ListingEntry
from crm.contacts.models import Contact, Identity, IdentityDocument
from crm.kernel.audit import events_about
from crm.kernel.tenancy import current_scope
from crm.messaging.selectors import suppressions_of
from loyalty.tiers.models import MemberTier

STORY = 25


def standing_of(contact: Contact | None) -> MemberTier | None:
    """Which tier they have, for a contact read with `member__standing__tier`; None for who is no member."""
    return getattr(getattr(contact, "member", None), "standing", None)


def person_context(contact: Contact) -> dict[str, Any]:
    """The summary and the story of one contact, in a fixed number of queries."""
    actor = current_scope().actor
    return {
        "person": contact,
        "standing": standing_of(contact),
        "entries": list(ListingEntry.objects.filter(contact=contact, ended_at=None).select_related("listing")[:20]),
        "identities": list(Identity.objects.filter(contact=contact)),
        "documents": list(IdentityDocument.objects.filter(contact=contact)),
        "may_reveal": actor.may("auth:documents:read"),
        "may_write": actor.may("auth:members:write"),
        "suppressed": list(suppressions_of(email_key=contact.email_key, phone_key=contact.phone_key)),
        "story": told(events_about("contact", contact.pk)[:STORY]) if actor.may("platform:events:read") else [],
    }
