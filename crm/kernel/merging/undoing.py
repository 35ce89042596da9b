"""The steps by which a merge is taken apart, alike for every noun (semantics §3.13)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Count

from crm.kernel.clock import now
from crm.kernel.merging.errors import AlreadyUnmerged, MergeNotFound, MergeOverlaid, MergeTooOld
from crm.kernel.merging.records import MergeRecord, marks_of, noun_of, rows_of

_R = TypeVar("_R", bound=MergeRecord)

CAN_BE_UNDONE = timedelta(days=30)
CHUNK = 5_000


@dataclass(frozen=True)
class UnmergeReport:
    """`restored` counts rows by kind; `left` names those that stayed as they are, `{kind, id}` each, because they were
    changed since or their place was taken.
    """

    merge_id: UUID
    winner_id: UUID
    loser_ids: tuple[UUID, ...]
    restored: dict[str, int]
    left: list[dict[str, str]]


def undoable(merge_model: type[_R], merge_id: UUID) -> _R:
    """The merge under its lock. Raises MergeNotFound, AlreadyUnmerged, MergeTooOld."""
    record: Any = merge_model
    merge: _R | None = record.objects.for_update().filter(pk=merge_id).first()
    if merge is None:
        raise MergeNotFound
    if merge.unmerged_at is not None:
        raise AlreadyUnmerged
    if merge.merged_at <= now() - CAN_BE_UNDONE:
        raise MergeTooOld
    return merge


def lock_merged(merge: MergeRecord) -> tuple[UUID, ...]:
    """Winner and losers under their locks, by ascending id; the losers. The winner must live, and each loser be where
    it went. Raises MergeOverlaid.
    """
    losers = tuple(UUID(id_) for id_ in merge.loser_ids)
    rows = noun_of(merge).objects.for_update().filter(pk__in=(merge.winner_id, *losers)).order_by("pk")
    if {row.pk for row in rows if row.deleted_at is None} != {merge.winner_id}:
        raise MergeOverlaid
    if marks_of(merge).objects.filter(merge=merge, into_id=merge.winner_id).count() != len(losers):
        raise MergeOverlaid
    return losers


def write_words(merge: MergeRecord, losers: Iterable[UUID]) -> None:
    """What a loser is found by follows from what they have now; nothing else about them changes."""
    for row in noun_of(merge).objects.filter(pk__in=list(losers)):
        row.save(update_fields=["words"])


def reported(merge: MergeRecord, losers: tuple[UUID, ...]) -> UnmergeReport:
    """What went back and what was left, also written on the merge, which is settled by it."""
    rows = rows_of(merge).objects.filter(merge=merge)
    counts = rows.filter(is_back=True).values_list("model").annotate(n=Count("key", distinct=True)).order_by("model")
    left = rows.filter(is_back=False).order_by("model", "key").values_list("model", "key").distinct()
    named = [{"kind": model, "id": key} for model, key in left]
    report = UnmergeReport(merge.pk, merge.winner_id, losers, dict(counts), named)
    merge.unmerged_at, merge.report = now(), {"restored": report.restored, "left": report.left}
    merge.save(update_fields=["unmerged_at", "report"])
    return report


def forget_kept_rows(merge_model: type[MergeRecord]) -> int:
    """Delete a chunk of the rows kept for merges that can no longer be taken apart; how many went."""
    kept = rows_of(merge_model)
    settled: Any = merge_model.objects.filter(merged_at__lte=now() - CAN_BE_UNDONE).values("pk")
    ids = list(kept.objects.filter(merge__in=settled).values_list("pk", flat=True)[:CHUNK])
    return int(kept.objects.filter(pk__in=ids).delete()[0])
