from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from crm.kernel.changes import apply_changes, check_row
from crm.kernel.clock import now
from crm.kernel.errors import Invalid
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.leads.models import OPEN_STAGES
from crm.nurturing.errors import NotPublished, SequenceNameTaken, SequenceNotFound
from crm.nurturing.events import SequenceArchived, SequenceDefined, SequenceReopened
from crm.nurturing.models import Sequence, SequenceState, StopReason
from crm.nurturing.services.stopping import stop_everybody


@atomic
def define_sequence(*, sequence_id: UUID | None = None, **values: Any) -> Sequence:
    """Make a sequence, or change the name and entry rules of the one with this id: `name`, `priority`, `is_default`,
    `is_automatic`, `entry_stages`, `entry_score`, `entry_quiet_days`, `allow_reentry`. A new default takes the place of
    the one before.

    Raises SequenceNotFound, SequenceNameTaken, Invalid.
    """
    sequence = Sequence(created_at=now()) if sequence_id is None else locked_sequence(sequence_id)
    changes = apply_changes(sequence, values)
    check_row(sequence)
    if not set(sequence.entry_stages) <= set(OPEN_STAGES):
        raise Invalid(_("Only leads in open stages can be nurtured."), field="entry_stages")
    if sequence.is_default:
        Sequence.objects.filter(is_default=True).exclude(pk=sequence.pk).update(is_default=False)
    if changes:
        try:
            with transaction.atomic():
                sequence.save()
        except IntegrityError:
            raise SequenceNameTaken from None
        record(SequenceDefined(sequence_id=sequence.pk), changes=changes)
    return sequence


@atomic
def archive_sequence(*, sequence_id: UUID, stop_all: bool = False) -> int:
    """Nobody enters any more. Those inside finish, unless `stop_all`; how many were stopped.

    Raises SequenceNotFound.
    """
    sequence = locked_sequence(sequence_id)
    stopped = stop_everybody(sequence, StopReason.ARCHIVED) if stop_all else 0
    if sequence.state != SequenceState.ARCHIVED or stopped:
        sequence.state = SequenceState.ARCHIVED
        sequence.save(update_fields=["state"])
        record(SequenceArchived(sequence_id=sequence.pk, stopped=stopped))
    return stopped


@atomic
def reopen_sequence(*, sequence_id: UUID) -> Sequence:
    """Leads may enter an archived sequence again. Raises SequenceNotFound, NotPublished."""
    sequence = locked_sequence(sequence_id)
    if not sequence.versions.exclude(published_at=None).exists():
        raise NotPublished
    if sequence.state != SequenceState.ACTIVE:
        sequence.state = SequenceState.ACTIVE
        sequence.save(update_fields=["state"])
        record(SequenceReopened(sequence_id=sequence.pk))
    return sequence


def locked_sequence(sequence_id: UUID) -> Sequence:
    """Whoever enters meanwhile points at it, and need not wait. Raises SequenceNotFound."""
    free = Sequence.objects.get_queryset().select_for_update(of=("self",), no_key=True)
    sequence = free.filter(pk=sequence_id).first()
    if sequence is None:
        raise SequenceNotFound
    return sequence
