"""What stands around a person's form: who they are at a glance, and what belongs to them. Their story comes after."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from backoffice.admin.health import panel_of
from backoffice.admin.names_of_actors import names_of
from crm.campaigns.models import ListingEntry
from crm.contacts.models import Contact, Identity, IdentityDocument
from crm.contacts.selectors import consent_entries_of, interactions_with, next_actions_with
from crm.insights.selectors import memberships_of
from crm.kernel.money import spelt_out
from crm.kernel.tenancy import current_scope
from crm.messaging.selectors import suppressions_of
from crm.orders.selectors import orders_of, purchases_of
from loyalty.tiers.models import MemberTier

SAID, PLANNED, SEGMENTS, ORDERS, DECIDED = 5, 10, 20, 5, 50
# What has no day comes after what has one.
UNDATED = datetime.max.replace(tzinfo=UTC)


def standing_of(contact: Contact | None) -> MemberTier | None:
    """Which tier they have, for a contact read with `member__standing__tier`; None for who is no member."""
    return getattr(getattr(contact, "member", None), "standing", None)


def is_customer(contact: Contact) -> bool:
    """Whether the business trades with them, for a contact read with `customer`."""
    customer = getattr(contact, "customer", None)
    return customer is not None and customer.deleted_at is None


def person_page(contact: Contact) -> str:
    """Where they are looked at: as a customer where they are one; for a contact read with `customer`."""
    return reverse(f"admin:contacts_{'customer' if is_customer(contact) else 'contact'}_change", args=[contact.pk])


def person_context(contact: Contact) -> dict[str, Any]:
    """What is known of one contact, in a fixed number of queries."""
    actor = current_scope().actor
    return {
        "person": contact,
        "is_customer": is_customer(contact),
        "standing": standing_of(contact),
        "entries": list(ListingEntry.objects.filter(contact=contact, ended_at=None).select_related("listing")[:20]),
        "identities": list(Identity.objects.filter(contact=contact)),
        "documents": list(IdentityDocument.objects.filter(contact=contact)),
        "may_reveal": actor.may("auth:documents:read"),
        "may_write": actor.may("auth:members:write"),
        "may_send": actor.may("notification:messages:write"),
        "may_ask": actor.may("crm:feedback:write"),
        "may_erase": actor.may("crm:privacy:write"),
        "suppressed": list(suppressions_of(email_key=contact.email_key, phone_key=contact.phone_key)),
        **panel_of(contact),
        "has_dealings": actor.may("crm:orders:read") or actor.may("crm:segments:read"),
        **_said_and_planned(contact.pk),
        "may_see_files": actor.may("crm:files:read"),
    }


def dealings_context(contact: Contact) -> dict[str, Any]:
    """Orders and segments of one contact, as far as they may be read; asked for when the page is there."""
    actor = current_scope().actor
    return {
        "person": contact,
        "segments": list(memberships_of(contact.pk)[:SEGMENTS]) if actor.may("crm:segments:read") else [],
        **(_orders(contact) if actor.may("crm:orders:read") else {}),
    }


def consents_context(contact: Contact) -> dict[str, Any]:
    """What one contact decided about what may be sent to them, the latest first; asked for when the page is there."""
    entries = list(consent_entries_of(contact.pk)[:DECIDED])
    who = names_of((entry.actor_kind, entry.actor_id) for entry in entries)
    return {
        "person": contact,
        "decided": [(entry, who[entry.actor_kind, entry.actor_id]) for entry in entries],
    }


def _said_and_planned(contact_id: UUID) -> dict[str, Any]:
    """The latest interactions, and the most urgent of what is to be done next; one statement."""
    rows = list(interactions_with(contact_id)[:SAID].union(next_actions_with(contact_id)[:PLANNED]))
    planned = [row for row in rows if row.is_planned]
    return {
        "said": sorted(rows, key=lambda row: (row.happened_at, row.pk), reverse=True)[:SAID],
        "next_actions": sorted(planned, key=lambda row: row.next_action_date or UNDATED)[:PLANNED],
    }


def _orders(contact: Contact) -> dict[str, Any]:
    """What they bought in all, and their latest orders."""
    latest = list(orders_of(contact.pk).defer("words", "search")[:ORDERS])
    purchases, currency = purchases_of(contact.pk), latest[0].currency if latest else ""
    return {
        "may_see_orders": True,
        "may_order": current_scope().actor.may("crm:orders:write") and is_customer(contact),
        "purchases": purchases,
        "spent": spelt_out(purchases.spent, currency) if currency else "",
        "orders": [(order, spelt_out(order.total, order.currency)) for order in latest],
    }
