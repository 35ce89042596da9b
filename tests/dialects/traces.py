"""What a request leaves behind."""

from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, models

from crm.campaigns.models import Campaign, ListingEntry
from crm.contacts.models import Contact, Customer, CustomerInteraction
from crm.feedback.models import FeedbackRequest
from crm.kernel.audit import events_of_scope
from crm.kernel.models import Event
from crm.kernel.tenancy import TenantModel
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


def traces_of(*worlds: World) -> list[set[tuple[Any, ...]]]:
    """All that each of the worlds holds, in one statement: of every table how many rows and a hash over all of them.
    Equal before and after means that nothing was written, changed or taken away.
    """
    with connection.cursor() as cursor:
        cursor.execute(_everything())
        rows = cursor.fetchall()
    return [{row[2:] for row in rows if (row[0], row[1]) == tuple(world.tenant)} for world in worlds]


@cache
def _everything() -> str:
    tables = [model._meta.db_table for model in apps.get_models() if issubclass(model, TenantModel | Event)]
    return " UNION ALL ".join(
        f"SELECT organisation_id, mode, '{table}', count(*), sum(hashtextextended(t::text, 0))"
        f" FROM {table} AS t GROUP BY 1, 2"
        for table in tables
    )


def latest_events(world: World, *names: str) -> list[Any]:
    """The events of these names, latest first."""
    with world.scope():
        return list(events_of_scope().filter(name__in=names))
