"""Several leads become one: the winner stays, the losers go, and what was theirs is the winner's (semantics §3.13)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from crm.contacts.services.further_addresses import addresses_of, keep_addresses
from crm.kernel.errors import DomainError
from crm.kernel.events import record
from crm.kernel.merging.errors import MergeOverlaid
from crm.kernel.merging.fields import FieldChoice
from crm.kernel.merging.snapshots import put_back, watched
from crm.kernel.merging.steps import (
    MergePlan,
    done_or_rehearsed,
    ensure_all_live,
    ensure_sensible,
    gather,
    lock_living,
    move_rows,
    open_merge,
    retire,
)
from crm.kernel.merging.undoing import (
    UnmergeReport,
    forget_kept_rows,
    lock_merged,
    reported,
    undoable,
    write_words,
)
from crm.kernel.transactions import atomic
from crm.leads.errors import LeadAddressTaken, LeadNotFound
from crm.leads.events import LeadMerged, LeadStatusChanged, LeadUnmerged
from crm.leads.merging import LEADS
from crm.leads.models import FurtherLeadAddress, Lead, LeadMerge
from crm.leads.services.capture import save_lead
from crm.leads.services.merge_fields import decided, write_winner


@atomic
def merge_leads(
    *, winner_id: UUID, loser_ids: Sequence[UUID], choices: Mapping[str, UUID] | None = None, dry_run: bool = False
) -> MergePlan:
    """Merge the losers into the winner. `choices` names, for a field, the lead whose value it gets.

    A dry run does it all and takes it back, so what it tells is what would happen. Raises LeadNotFound, AlreadyMerged,
    ConvertedApart, Invalid.
    """
    ensure_sensible(winner_id, loser_ids)
    return done_or_rehearsed(lambda: _carried_out(_locked([winner_id, *loser_ids]), choices or {}), dry_run=dry_run)


@atomic
def unmerge_leads(*, merge_id: UUID) -> UnmergeReport:
    """Take a merge of the last 30 days apart. Nothing is done when the address of a loser is another lead's by now,
    for a lead has one.

    Raises MergeNotFound, AlreadyUnmerged, MergeTooOld, MergeOverlaid, LeadAddressTaken.
    """
    merge = undoable(LeadMerge, merge_id)
    losers = lock_merged(merge)
    put_back(merge)
    if lock_leads(losers).keys() != set(losers):
        raise _hindrance(losers)
    write_words(merge, losers)
    report = reported(merge, losers)
    record(LeadUnmerged(lead_id=merge.winner_id, merge_id=merge.pk, loser_ids=losers))
    return report


@atomic
def gather_lead_stragglers(*, merge_id: UUID) -> int:
    """Move what came to a loser while they were being merged, from a transaction that had begun before; how much."""
    return gather(LeadMerge, merge_id, LEADS)


def forget_lead_snapshots() -> int:
    """Delete a chunk of the rows kept for merges that can no longer be taken apart, or have been; how many went."""
    return forget_kept_rows(LeadMerge)


def lock_leads(ids: Iterable[UUID]) -> dict[UUID, Lead]:
    """The living among these leads under their locks."""
    return lock_living(Lead, ids)


def _hindrance(losers: tuple[UUID, ...]) -> DomainError:
    """Why some of these did not come back."""
    addresses = Lead.objects.filter(pk__in=losers).exclude(deleted_at=None).values("email_key")
    taken = Lead.objects.filter(email_key__in=addresses, deleted_at=None).exists()
    return LeadAddressTaken() if taken else MergeOverlaid()


def _locked(ids: Sequence[UUID]) -> list[Lead]:
    """The winner, then the losers as named."""
    living = lock_leads(ids)
    ensure_all_live(LeadMerge, ids, living, not_found=LeadNotFound)
    return [living[id_] for id_ in ids]


def _carried_out(leads: list[Lead], choices: Mapping[str, UUID]) -> MergePlan:
    winner, losers = leads[0], tuple(lead.pk for lead in leads[1:])
    fields, before = decided(leads, choices), winner.status
    addresses = addresses_of(leads)
    merge = open_merge(LeadMerge, winner.pk, losers, fields)
    retire(merge, losers)
    changes = _write(merge, leads, fields)
    moved = move_rows(merge, losers, LEADS.all())
    keep_addresses(merge, FurtherLeadAddress, winner, addresses)
    record(LeadMerged(lead_id=winner.pk, merge_id=merge.pk, loser_ids=losers), changes=changes)
    if winner.status != before:
        record(LeadStatusChanged(lead_id=winner.pk, from_status=before, to_status=winner.status))
    return MergePlan(merge.pk, winner.pk, losers, tuple(fields), moved)


def _write(merge: LeadMerge, leads: list[Lead], fields: list[FieldChoice]) -> dict[str, tuple[Any, Any]]:
    with watched(merge, Lead, [leads[0].pk]):
        changes = write_winner(leads, fields)
        save_lead(leads[0])
    return changes
