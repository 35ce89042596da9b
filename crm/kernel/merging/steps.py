"""The steps of a merge that are alike for every noun; the noun's service takes them in its own order."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext as _

from crm.kernel.clock import now
from crm.kernel.errors import Invalid, NotFound
from crm.kernel.events import to_json
from crm.kernel.merging.carry import Carry, Rule
from crm.kernel.merging.errors import AlreadyMerged
from crm.kernel.merging.fields import FieldChoice
from crm.kernel.merging.records import MergeRecord, marks_of, noun_of
from crm.kernel.merging.rules import Rules
from crm.kernel.merging.snapshots import watched
from crm.kernel.tenancy import current_scope

_M = TypeVar("_M", bound=models.Model)
_R = TypeVar("_R", bound=MergeRecord)

MOST_LOSERS = 20


@dataclass(frozen=True)
class MergePlan:
    """What a merge did, or would do: then `merge_id` is None. `moved` counts rows by relation."""

    merge_id: UUID | None
    winner_id: UUID
    loser_ids: tuple[UUID, ...]
    fields: tuple[FieldChoice, ...]
    moved: Mapping[str, int]


def ensure_sensible(winner_id: UUID, loser_ids: Sequence[UUID]) -> None:
    if not loser_ids or len(loser_ids) > MOST_LOSERS:
        raise Invalid(_("Name 1 to %(most)s of them.") % {"most": MOST_LOSERS}, field="losers")
    if len({winner_id, *loser_ids}) <= len(loser_ids):
        raise Invalid(_("Each can be named once, and not as winner and loser."), field="losers")


def done_or_rehearsed(carry_out: Callable[[], MergePlan], *, dry_run: bool) -> MergePlan:
    """A dry run does it all and takes it back, so what it tells is what would happen."""
    with transaction.atomic():
        plan = carry_out()
        if not dry_run:
            return plan
        transaction.set_rollback(True)
    return replace(plan, merge_id=None)


def lock_living(model: type[_M], ids: Iterable[UUID]) -> dict[UUID, _M]:
    """The living rows among these ids under their locks, taken in the order of the ids (reliability L4)."""
    rows: Any = model
    found = rows.objects.for_update().filter(pk__in=set(ids), deleted_at=None).order_by("pk")
    return {row.pk: row for row in found}


def ensure_all_live(
    merge_model: type[MergeRecord], ids: Sequence[UUID], living: Mapping[UUID, Any], *, not_found: type[NotFound]
) -> None:
    """The winner stands first among `ids`. Raises `not_found`, or AlreadyMerged for a loser who went elsewhere."""
    if ids[0] not in living:
        raise not_found
    gone = marks_of(merge_model).objects.filter(pk__in=[id_ for id_ in ids if id_ not in living]).first()
    if gone is not None:
        raise AlreadyMerged(merged_into=gone.into_id)
    if len(living) < len(ids):
        raise not_found


def open_merge(merge_model: type[_R], winner_id: UUID, losers: tuple[UUID, ...], fields: Iterable[FieldChoice]) -> _R:
    """The record of a merge that begins, with whose values the winner gets."""
    actor = current_scope().actor
    taken = [{"field": each.field, "from": each.from_id} for each in fields if each.from_id != winner_id]
    record: Any = merge_model
    merge: _R = record.objects.create(
        winner_id=winner_id, loser_ids=to_json(losers), fields=to_json(taken), actor_kind=actor.kind,
        actor_id=actor.id, merged_at=now(),
    )  # fmt: skip
    return merge


def retire(merge: MergeRecord, losers: tuple[UUID, ...]) -> None:
    """The losers leave every API, and their addresses are free: before the winner may take one."""
    noun, marks = noun_of(merge), marks_of(merge)
    with watched(merge, noun, losers):
        noun.objects.filter(pk__in=losers).update(deleted_at=now(), updated_at=now())
    with watched(merge, marks, losers):
        marks.objects.bulk_create([marks(pk=id_, into_id=merge.winner_id, merge=merge) for id_ in losers])


def move_rows(merge: MergeRecord, losers: tuple[UUID, ...], carried: Mapping[str, Rule]) -> dict[str, int]:
    """Carry out these rules; how many rows moved, by relation. The merge remembers the sum of all times."""
    watching = partial(watched, merge)
    counts = {name: rule(Carry(name, merge.winner_id, losers, watching)) for name, rule in carried.items()}
    moved = {name: count for name, count in counts.items() if count}
    if moved:
        merge.moved = {name: merge.moved.get(name, 0) + moved.get(name, 0) for name in {**merge.moved, **moved}}
        merge.save(update_fields=["moved"])
    return moved


def gather(merge_model: type[MergeRecord], merge_id: UUID, rules: Rules) -> int:
    """Move what came to a loser while they were being merged, from a transaction that had begun before.

    Whoever locks a loser before writing about them waits for the merge and finds them gone; this is for the others.
    Returns how many rows there were.
    """
    record: Any = merge_model
    merge = record.objects.for_update().filter(pk=merge_id, unmerged_at=None).first()
    if merge is None or not lock_living(noun_of(merge_model), [merge.winner_id]):
        return 0
    losers = tuple(marks_of(merge_model).objects.filter(merge=merge).order_by("pk").values_list("pk", flat=True))
    return sum(move_rows(merge, losers, rules.late()).values())
