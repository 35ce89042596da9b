"""What becomes of sequences in a merge: the losers leave theirs, and the furthest step wins (semantics §3.13)."""

from uuid import UUID

from crm.kernel.clock import now
from crm.leads.merging import Carry, on_merge_leads
from crm.leads.models import Lead
from crm.messaging.models import Communication, MessageState
from crm.nurturing.models import OPEN_RUNS, Enrolment, EnrolmentState, RunState, StepRun, StopReason
from crm.nurturing.models.enrolment import cause_of
from crm.nurturing.plans import hours_of_scope, plan_of
from crm.nurturing.schedule import due_after
from crm.nurturing.services.running import ENDED
from crm.nurturing.services.stopping import end_enrolments


def leave_sequences(carry: Carry) -> int:
    """A loser's enrolments end, and are the winner's past. Where the winner is in the same version of a sequence, and a
    loser came further, the winner goes on from there; a winner whom the merge has settled leaves theirs.
    """
    rows = list(carry.rows_of_losers())
    active = [row for row in rows if row.state == EnrolmentState.ACTIVE]
    furthest = _furthest(active)
    _end(carry, [row.pk for row in active], StopReason.MERGED)
    carry.give([row.pk for row in rows])
    inside = list(carry.rows_of(carry.winner_id).filter(state=EnrolmentState.ACTIVE))
    settled = ENDED.get(Lead.objects.get(pk=carry.winner_id).status)
    if settled is not None:
        _end(carry, [enrolment.pk for enrolment in inside], settled)
        return len(rows)
    for enrolment in inside:
        if (run := furthest.get(enrolment.version_id)) is not None:
            _go_on_from(carry, enrolment, run)
    return len(rows)


def _furthest(enrolments: list[Enrolment]) -> dict[UUID, StepRun]:
    """The open run that came furthest, by version."""
    runs = StepRun.objects.filter(enrolment__in=enrolments, state__in=OPEN_RUNS).select_related("step", "enrolment")
    return {run.enrolment.version_id: run for run in sorted(runs, key=lambda run: run.step.position)}


def _end(carry: Carry, ids: list[UUID], reason: str) -> None:
    if not ids:
        return
    runs = list(StepRun.objects.filter(enrolment_id__in=ids, state__in=OPEN_RUNS).values_list("pk", flat=True))
    letters = Communication.objects.filter(cause__in=[cause_of(run_id) for run_id in runs])
    kept = list(letters.values_list("pk", flat=True))
    with carry.watching(Enrolment, ids), carry.watching(StepRun, runs), carry.watching(Communication, kept):
        end_enrolments(Enrolment.objects.filter(pk__in=ids), reason)


def _go_on_from(carry: Carry, enrolment: Enrolment, theirs: StepRun) -> None:
    """The winner's scheduled step becomes the loser's, or the one after it when that was begun for the loser. It is one
    row, so that an unmerge puts back all of it or, once it has run, nothing.
    """
    mine = enrolment.runs.filter(state=RunState.SCHEDULED).select_related("step").first()
    if mine is None or mine.step.position >= theirs.step.position:
        return
    step, due_at = theirs.step, theirs.due_at
    if theirs.state == RunState.HANDED and not _is_withdrawn(theirs):
        after = plan_of(enrolment.version).after(step)
        if after is None:
            _finish(carry, enrolment, mine)
            return
        step, due_at = after, due_after(after, now(), hours_of_scope())
    if not StepRun.objects.filter(enrolment=enrolment, step=step).exists():
        carry_over = {"step": step, "due_at": due_at, "reason": StopReason.MERGED}
        with carry.watching(StepRun, [mine.pk]):
            StepRun.objects.filter(pk=mine.pk).update(**carry_over)


def _is_withdrawn(run: StepRun) -> bool:
    """Whether the run's message will not leave any more: then it was not the loser's, and may be the winner's."""
    return Communication.objects.filter(cause=run.cause, state=MessageState.SKIPPED).exists()


def _finish(carry: Carry, enrolment: Enrolment, run: StepRun) -> None:
    with carry.watching(Enrolment, [enrolment.pk]), carry.watching(StepRun, [run.pk]):
        skipped = {"state": RunState.SKIPPED, "reason": StopReason.MERGED, "completed_at": now()}
        StepRun.objects.filter(pk=run.pk).update(**skipped)
        Enrolment.objects.filter(pk=enrolment.pk).update(state=EnrolmentState.FINISHED, ended_at=now())


on_merge_leads("nurturing.Enrolment.lead", leave_sequences)
