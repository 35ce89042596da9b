"""How customers are doing: a filter, a column, and a panel on a person's page."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import Contact
from crm.insights.models import Band
from crm.insights.selectors import HealthReport, report_of
from crm.kernel.errors import Message
from crm.kernel.tenancy import current_scope

READ = "crm:segments:read"
BAND_COLORS = {Band.HEALTHY: "success", Band.WATCH: "warning", Band.AT_RISK: "danger"}
PARTS: dict[str, Message] = {
    "recency": _("Bought lately"), "trend": _("Buys more or less"), "sentiment": _("What they say"),
    "support": _("Calls for help"), "engagement": _("In touch"), "loyalty": _("Programme"),
}  # fmt: skip


class BandFilter(SimpleListFilter):
    """Offered to who may read how customers are doing."""

    title = _("health")
    parameter_name = "health"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Band.choices) if may_read_health() else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        band = self.value()
        if band not in Band.values or not may_read_health():
            return queryset
        return queryset.filter(contact__health__band=band)


def may_read_health() -> bool:
    return current_scope().actor.may(READ)


def health_of_person(contact: Contact) -> HealthReport | None:
    """What was computed last, for a contact read with `health`; None where nothing was, or where it may not be read."""
    health = getattr(contact, "health", None)
    return report_of(health) if health is not None and may_read_health() else None


def shown_band(contact: Contact) -> tuple[str, str]:
    """For a column with `BAND_COLORS`."""
    health = getattr(contact, "health", None)
    if health is None or not may_read_health():
        return "", "–"
    score = "" if health.score is None else f" {health.score}"
    return health.band, f"{health.get_band_display()}{score}"


def panel_of(contact: Contact) -> dict[str, Any]:
    """What the panel shows: the report, and its parts by their names here."""
    report = health_of_person(contact)
    if report is None:
        return {"health": None}
    drags = [(PARTS[drag.part], drag.points) for drag in report.drags]
    parts = [(PARTS[part], component) for part, component in report.components.items()]
    return {"health": report, "health_parts": parts, "health_drags": drags, "health_band": Band(report.band).label}
