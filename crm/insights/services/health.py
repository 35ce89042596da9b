"""How customers are doing, computed in sets: when something happened to them, and for all of them every night."""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from crm.contacts.selectors import customers
from crm.insights.events import HealthBandChanged
from crm.insights.models import Health, HealthChange
from crm.insights.selectors.health import judged, known_parts
from crm.kernel.clock import now, utc_day
from crm.kernel.copying import insert_rows, update_rows
from crm.kernel.events import record_all
from crm.kernel.tenancy import ScopedQuerySet
from crm.kernel.transactions import atomic

AT_ONCE = 1_000
KEPT_DAYS = 400
_DELTA = timedelta(days=30)
_WRITTEN = ("score", "band", "coverage", "parts", "delta_30d", "scored_on", "formula_version", "computed_at")


@atomic
def compute_health(contact_ids: Collection[UUID]) -> int:
    """Compute the health of the customers among these people, some thousand at most; how many they were. Who goes from
    one band to another is an event, once.
    """
    statuses = dict(customers().filter(pk__in=contact_ids).order_by("pk").values_list("pk", "status"))
    former = {row.pk: row for row in _held(statuses)}
    parts = known_parts(list(statuses), now())
    before = _scores_before(former)
    found = [
        judged(one, parts.get(one, {}), status, former=former.get(one), before=before.get(one))
        for one, status in statuses.items()
    ]
    _write(found, former)
    return len(found)


def compute_next(after: str) -> tuple[str, int]:
    """Compute the next thousand customers behind the id `after`, for the nightly run; the last id, and how many."""
    rows = customers().order_by("pk")
    ids = list((rows.filter(pk__gt=UUID(after)) if after else rows).values_list("pk", flat=True)[:AT_ONCE])
    return (str(ids[-1]) if ids else after), compute_health(ids)


@atomic
def forget_health_changes() -> int:
    """What scores were more than 400 days ago goes, a chunk at a time; how many rows went."""
    old = HealthChange.objects.filter(day__lt=utc_day(now()) - timedelta(days=KEPT_DAYS))
    return old.filter(pk__in=list(old.values_list("pk", flat=True)[: 5 * AT_ONCE])).delete()[0]


def _held(contact_ids: Iterable[UUID]) -> ScopedQuerySet[Health]:
    """What is kept of these customers, under its locks: who computes the same ones at once comes after us."""
    return Health.objects.for_update().filter(pk__in=list(contact_ids)).order_by("pk")


def _scores_before(former: Mapping[UUID, Health]) -> dict[UUID, int | None]:
    """The scores of thirty days ago; one that has not changed since is what it was, however long ago that was."""
    day = utc_day(now()) - _DELTA
    changes = (
        HealthChange.objects.filter(health__in=list(former), day__lte=day).order_by("health", "-day").distinct("health")
    )
    unchanged = {row.pk: row.score for row in former.values() if row.scored_on <= day}
    return unchanged | dict(changes.values_list("health", "score"))


def _write(found: list[Health], former: Mapping[UUID, Health]) -> None:
    new = [row for row in found if row.pk not in former]
    # Whoever computed one of these for the first time a moment ago has written the same.
    inserted = insert_rows(Health, new)
    known = [row for row in found if row.pk in former]
    update_rows(Health, known, _WRITTEN)
    changed = [row for row in known if (row.score, row.band) != (former[row.pk].score, former[row.pk].band)]
    _note_changes([*changed, *(row for row in new if row.pk in inserted and row.score is not None)])
    record_all([
        HealthBandChanged(contact_id=row.pk, from_band=former[row.pk].band, to_band=row.band, score=row.score)
        for row in known if row.band != former[row.pk].band
    ])  # fmt: skip


def _note_changes(rows: list[Health]) -> None:
    """The last of a day's scores is that day's."""
    today = utc_day(now())
    HealthChange.objects.bulk_create(
        [HealthChange(health=row, day=today, score=row.score, band=row.band) for row in rows],
        update_conflicts=True,
        unique_fields=["organisation", "mode", "health", "day"],
        update_fields=["score", "band"],
    )
