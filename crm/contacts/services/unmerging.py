"""A merge taken apart: the losers come back, and with them whatever nobody has changed since (semantics §3.13)."""

from uuid import UUID

from crm.contacts.errors import MergeOverlaid
from crm.contacts.events import ContactUnmerged
from crm.contacts.models import ConsentCause, Contact, Merge
from crm.contacts.services.consent_entries import consents_of, keep_differences
from crm.contacts.services.merging import lock_people
from crm.kernel.events import record
from crm.kernel.merging.snapshots import give_back_without, put_back
from crm.kernel.merging.undoing import (
    UnmergeReport,
    forget_kept_rows,
    lock_merged,
    reported,
    undoable,
    write_words,
)
from crm.kernel.transactions import atomic
from crm.organisations.models import SessionKind
from crm.organisations.services import end_sessions_of


@atomic
def unmerge(*, merge_id: UUID) -> UnmergeReport:
    """Take a merge of the last 30 days apart. An address that somebody else has by now is not given back.

    Raises MergeNotFound, AlreadyUnmerged, MergeTooOld, MergeOverlaid.
    """
    merge = undoable(Merge, merge_id)
    losers = lock_merged(merge)
    stood = consents_of(merge.winner_id)
    put_back(merge)
    keep_differences(merge.winner_id, stood, cause=ConsentCause.UNMERGED)
    give_back_without(merge, Contact, {"email": "", "email_key": ""}, [str(id_) for id_ in losers])
    if lock_people(losers).keys() != set(losers):
        raise MergeOverlaid
    write_words(merge, losers)
    # Whoever signed in with what is a loser's again holds a session of the winner's.
    end_sessions_of(kind=SessionKind.MEMBER, subject_id=merge.winner_id, because="unmerged")
    report = reported(merge, losers)
    record(ContactUnmerged(contact_id=merge.winner_id, merge_id=merge.pk, loser_ids=losers))
    return report


def forget_snapshots() -> int:
    """Delete a chunk of the rows kept for merges that can no longer be taken apart, or have been; how many went."""
    return forget_kept_rows(Merge)
