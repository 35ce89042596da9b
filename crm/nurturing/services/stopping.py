"""A lead leaves a sequence before its end: what was still to come is cancelled, what waits to be sent is withdrawn."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from crm.kernel.clock import now
from crm.kernel.events import record_all
from crm.kernel.tenancy import ScopedQuerySet
from crm.kernel.transactions import atomic
from crm.leads.models import Lead
from crm.messaging.services import withdraw_messages
from crm.nurturing.errors import EnrolmentNotFound
from crm.nurturing.events import NurturingStopped
from crm.nurturing.models import OPEN_RUNS, Enrolment, EnrolmentState, RunState, Sequence, StepRun, StopReason
from crm.nurturing.models.enrolment import cause_of

CHUNK = 1_000


@atomic
def stop_nurturing(*, lead_ids: Collection[UUID], reason: str) -> int:
    """Take these leads out of whatever sequence they are in; how many enrolments ended. Again, it changes nothing."""
    return end_enrolments(Enrolment.objects.filter(lead_id__in=lead_ids), reason)


@atomic
def stop_enrolment(*, enrolment_id: UUID) -> None:
    """Somebody takes a lead out of a sequence by hand; nothing when it has left already. Raises EnrolmentNotFound."""
    rows = Enrolment.objects.filter(pk=enrolment_id)
    if not rows.exists():
        raise EnrolmentNotFound
    end_enrolments(rows, StopReason.BY_HAND)


def stop_everybody(sequence: Sequence, reason: str) -> int:
    """All who are in a sequence leave it, a thousand at a time; the sequence's own event tells how many."""
    stopped = 0
    active = Enrolment.objects.filter(sequence=sequence, state=EnrolmentState.ACTIVE).order_by("pk")
    while ended := _ended(active[:CHUNK], reason):
        stopped += len(ended)
    return stopped


def end_enrolments(enrolments: ScopedQuerySet[Enrolment], reason: str) -> int:
    """End those of them that are active, with an event for each."""
    ended = _ended(enrolments, reason)
    record_all([
        NurturingStopped(lead_id=enrolment.lead_id, sequence_id=enrolment.sequence_id, reason=reason)
        for enrolment in ended
    ])  # fmt: skip
    return len(ended)


def _ended(enrolments: Any, reason: str) -> list[Enrolment]:
    """Leads are locked first, as by whoever runs their steps: what a chunk in hand asks for is then seen, and ended."""
    list(Lead.objects.for_update().filter(pk__in=enrolments.values("lead_id")).order_by("pk").values_list("pk"))
    active = Enrolment.objects.for_update().filter(pk__in=enrolments.values("pk"), state=EnrolmentState.ACTIVE)
    rows = list(active.order_by("pk"))
    if rows:
        ids = [row.pk for row in rows]
        Enrolment.objects.filter(pk__in=ids).update(state=EnrolmentState.STOPPED, reason=reason, ended_at=now())
        _cancel(StepRun.objects.filter(enrolment_id__in=ids, state__in=OPEN_RUNS), reason)
    return rows


def _cancel(runs: ScopedQuerySet[StepRun], reason: str) -> None:
    handed = list(runs.filter(state=RunState.HANDED).values_list("pk", flat=True))
    runs.update(state=RunState.CANCELLED, reason=reason, completed_at=now())
    if handed:
        withdraw_messages(causes=[cause_of(run_id) for run_id in handed], reason="sequence_stopped")
