"""What a request leaves behind."""

from typing import Any

from django.db import models

from crm.campaigns.models import ListingEntry
from crm.contacts.models import Contact, Customer
from crm.kernel.audit import events_of_scope
from loyalty.tiers.models import TierChange
from tests.cast import World

_TABLES: tuple[type[models.Model], ...] = (Contact, Customer, ListingEntry, TierChange)


def written(world: World) -> dict[str, int]:
    """How many rows of each kind there are. Every effect records an event, so equal before and after means none."""
    with world.scope():
        counts = {table.__name__: table.objects.count() for table in _TABLES}
        return {**counts, "Event": events_of_scope().count()}


def latest_events(world: World, *names: str) -> list[Any]:
    """The events of these names, latest first."""
    with world.scope():
        return list(events_of_scope().filter(name__in=names))
