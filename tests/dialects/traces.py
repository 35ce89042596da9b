"""What a request leaves behind."""

from typing import Any

from django.db import models

from crm.campaigns.models import Campaign, ListingEntry
from crm.contacts.models import Contact, Customer, CustomerInteraction
from crm.feedback.models import FeedbackRequest
from crm.kernel.audit import events_of_scope
from crm.leads.models import FollowUp, Lead, LeadInteraction
from crm.orders.models import Invoice, Order, OrderLine, Product, Refund
from loyalty.tiers.models import TierChange
from tests.cast import World

_TABLES: tuple[type[models.Model], ...] = (
    Campaign, Contact, Customer, CustomerInteraction, FeedbackRequest, FollowUp, Invoice, Lead, LeadInteraction,
    ListingEntry, Order, OrderLine, Product, Refund,
    TierChange,
)  # fmt: skip


def written(world: World) -> dict[str, int]:
    """How many rows of each kind there are. Every effect records an event, so equal before and after means none."""
    with world.scope():
        counts = {table.__name__: table.objects.count() for table in _TABLES}
        return {**counts, "Event": events_of_scope().count()}


def latest_events(world: World, *names: str) -> list[Any]:
    """The events of these names, latest first."""
    with world.scope():
        return list(events_of_scope().filter(name__in=names))
