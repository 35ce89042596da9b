"""How a customer is doing, and why."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max

from crm.contacts.errors import ContactNotFound
from crm.contacts.models import CustomerInteraction, Status
from crm.contacts.selectors import contacts, customers
from crm.insights import registry
from crm.insights.models import Band, Health
from crm.insights.scoring import FORMULA_VERSION, Component, Drag, band_of, score_of
from crm.kernel.clock import now, utc_day

# The field by which the app of orders says when somebody bought last, where it is there.
LAST_ORDER = "orders.last_at"


@dataclass(frozen=True)
class HealthReport:
    """A customer's health as it was computed last; `drags` are what pulls it down most."""

    customer_id: UUID
    score: int | None
    band: str
    coverage: int
    components: Mapping[str, Component]
    drags: tuple[Drag, ...]
    delta_30d: int | None
    last_order_at: datetime | None
    last_interaction_at: datetime | None
    computed_at: datetime
    formula_version: int


def known_parts(contact_ids: Collection[UUID], moment: datetime) -> dict[UUID, dict[str, int]]:
    """What each app knows of these people at that moment; who nothing is known of is missing."""
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    for part, values in registry.parts().items():
        for contact_id, value in values(contact_ids, moment).items():
            found[contact_id][part] = value
    return found


def health_of(contact_id: UUID) -> HealthReport:
    """The health of a living customer, reckoned on the spot where it never was computed. Raises ContactNotFound."""
    status = customers().filter(pk=contact_id).values_list("status", flat=True).first()
    if status is None:
        raise ContactNotFound
    kept = Health.objects.filter(pk=contact_id).first()
    health = kept or judged(contact_id, known_parts([contact_id], now()).get(contact_id, {}), status)
    return report_of(health, last_order_at=_last_order(contact_id), last_interaction_at=_last_interaction(contact_id))


def customers_by_band() -> dict[str, int]:
    """How many living customers are in each band, all of them in its order; who never was looked at is in none."""
    living = Health.objects.filter(contact__customer__deleted_at=None).order_by()
    found = dict(living.values_list("band").annotate(n=Count("pk")))
    return {band: found.get(band, 0) for band in Band.values}


def judged(
    contact_id: UUID, parts: Mapping[str, int], status: str, *, former: Health | None = None, before: int | None = None
) -> Health:
    """The health of a customer now, unsaved; `former` is what it was last, `before` the score of thirty days ago."""
    score, today = score_of(parts), utc_day(now())
    return Health(
        contact_id=contact_id,
        score=score.value,
        band=band_of(score, former.band if former else "", is_blocked=status == Status.BLOCKED),
        coverage=score.coverage,
        parts=dict(parts),
        delta_30d=None if score.value is None or before is None else score.value - before,
        scored_on=former.scored_on if former and former.score == score.value else today,
        formula_version=FORMULA_VERSION,
        computed_at=now(),
    )


def report_of(
    health: Health, *, last_order_at: datetime | None = None, last_interaction_at: datetime | None = None
) -> HealthReport:
    """What is kept of a customer's health, with what follows from it."""
    score = score_of(health.parts)
    return HealthReport(
        health.pk, health.score, health.band, health.coverage, score.components, score.drags, health.delta_30d,
        last_order_at, last_interaction_at, health.computed_at, health.formula_version,
    )  # fmt: skip


def _last_order(contact_id: UUID) -> Any:
    field = registry.fields().get(LAST_ORDER)
    return contacts().filter(pk=contact_id).values_list(field.path, flat=True).first() if field else None


def _last_interaction(contact_id: UUID) -> datetime | None:
    past = CustomerInteraction.objects.filter(contact_id=contact_id, happened_at__lte=now())
    last: datetime | None = past.aggregate(last=Max("happened_at"))["last"]
    return last
