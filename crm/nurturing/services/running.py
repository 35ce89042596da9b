"""What is due in sequences is done, a chunk at a time: taken under the locks of its leads, done in sets by kind, and
what comes next is scheduled, all in one transaction. A chunk that dies has done nothing; two at once share the leads.

Nothing leaves the database here: a message is asked for, and messaging sends it once (crm/messaging/services).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from crm.kernel.clock import now
from crm.kernel.copying import another, insert_rows, update_rows
from crm.kernel.events import record
from crm.kernel.ids import new_id
from crm.kernel.transactions import atomic
from crm.leads.models import Lead, LeadInteraction, Stage
from crm.leads.models.interaction import SEQUENCES
from crm.nurturing.conditions import holds
from crm.nurturing.events import StepsRun
from crm.nurturing.models import (
    OPEN_RUNS,
    Condition,
    Enrolment,
    EnrolmentState,
    RunState,
    StepKind,
    StepRun,
    StopReason,
)
from crm.nurturing.plans import Plan, hours_of_scope, plans_of
from crm.nurturing.services.doing import DOING
from crm.nurturing.services.outcomes import Outcome, Turn
from crm.nurturing.services.settling import settled
from crm.nurturing.services.stopping import end_enrolments

CHUNK = 1_000
# The stages in which nobody is nurtured, and what is then said of the enrolment.
ENDED: Mapping[str, StopReason] = {
    Stage.CONVERTED: StopReason.CONVERTED, Stage.WON: StopReason.WON, Stage.LOST: StopReason.LOST
}  # fmt: skip


@dataclass
class Ran:
    """`looked_at`: runs that were due; `steps`: those begun; `deferred`: messages that leave later than now."""

    looked_at: int = 0
    steps: int = 0
    deferred: int = 0

    def add(self, other: "Ran") -> None:
        self.looked_at += other.looked_at
        self.steps += other.steps
        self.deferred += other.deferred


@atomic
def run_due_steps(*, limit: int = CHUNK) -> Ran:
    """Do at most `limit` of what is due in the open scope; nothing of leads whom another transaction holds."""
    turns = _taken(limit)
    if not turns:
        return Ran()
    stopped = _stopped(turns)
    turns = [turn for turn in turns if turn.run.enrolment_id not in stopped]
    begun = [turn for turn in turns if turn.run.state == RunState.SCHEDULED]
    outcomes = [*_done(begun), *settled([turn for turn in turns if turn.run.state == RunState.HANDED])]
    _write(outcomes)
    ran = Ran(len(turns) + len(stopped), len(begun), sum(outcome.deferred for outcome in outcomes))
    if begun:
        record(StepsRun(batch_id=begun[0].run.pk, steps=ran.steps, deferred=ran.deferred))
    return ran


def _taken(limit: int) -> list[Turn]:
    """Due runs with their leads under lock. Leads are locked first, as whoever converts or changes one does."""
    due = StepRun.objects.filter(state__in=OPEN_RUNS, due_at__lte=now()).order_by("due_at", "id")
    found = dict(due.values_list("pk", "enrolment__lead_id")[:limit])
    free, held = Lead.objects.for_update(skip_locked=True), StepRun.objects.for_update(skip_locked=True)
    leads = {lead.pk: lead for lead in free.filter(pk__in=set(found.values())).order_by("pk").defer("words", "search")}
    mine = [run_id for run_id, lead_id in found.items() if lead_id in leads]
    rows = held.filter(pk__in=mine, state__in=OPEN_RUNS, due_at__lte=now()).select_related("enrolment")
    runs = [run for run in rows if run.enrolment.state == EnrolmentState.ACTIVE]
    # None should be open, and one that is would be found first for ever.
    StepRun.objects.filter(pk__in=mine, state__in=OPEN_RUNS).exclude(enrolment__state=EnrolmentState.ACTIVE).update(
        state=RunState.CANCELLED, completed_at=now()
    )
    plans = plans_of(run.enrolment.version_id for run in runs)
    turns = [_turn(run, plans[run.enrolment.version_id], leads[run.enrolment.lead_id]) for run in runs]
    _read_touches(turns)
    return turns


def _turn(run: StepRun, plan: Plan, lead: Lead) -> Turn:
    step = next(step for step in plan.steps if step.pk == run.step_id)
    return Turn(run, step, plan, lead)


def _read_touches(turns: Sequence[Turn]) -> None:
    """What was said since each lead entered, where a condition asks for it; not what sequences themselves wrote."""
    asking = {turn.lead.pk: turn for turn in turns if _asks_for_touches(turn)}
    if not asking:
        return
    said = LeadInteraction.objects.filter(lead__in=list(asking)).exclude(actor_id=SEQUENCES)
    for lead_id, kind, at in said.values_list("lead_id", "type", "created_at"):
        if at >= asking[lead_id].run.enrolment.enrolled_at:
            asking[lead_id].touches.add(kind)


def _asks_for_touches(turn: Turn) -> bool:
    return Condition.HAPPENED in (turn.step.test, turn.plan.version.goal_test)


def _stopped(turns: Sequence[Turn]) -> set[UUID]:
    """End the enrolments of leads that are gone, settled or at the goal; which they were."""
    reasons: dict[str, list[UUID]] = {}
    for turn in turns:
        if reason := _reason_to_stop(turn):
            reasons.setdefault(reason, []).append(turn.run.enrolment_id)
    for reason, ids in reasons.items():
        end_enrolments(Enrolment.objects.filter(pk__in=ids), reason)
    return {id_ for ids in reasons.values() for id_ in ids}


def _reason_to_stop(turn: Turn) -> str:
    lead, goal = turn.lead, turn.plan.version
    if lead.deleted_at is not None:
        return StopReason.DELETED
    if not lead.is_open:
        return ENDED[lead.status]
    if goal.goal_test and holds(goal.goal_field, goal.goal_test, goal.goal_values, lead, turn.touches):
        return StopReason.GOAL
    return ""


def _done(turns: Sequence[Turn]) -> Iterable[Outcome]:
    by_kind: dict[str, list[Turn]] = {}
    for turn in turns:
        by_kind.setdefault(turn.step.kind, []).append(turn)
    for kind, those in by_kind.items():
        yield from DOING[StepKind(kind)](those)


def _write(outcomes: Sequence[Outcome]) -> None:
    """Write what became of the runs, end the enrolments that it ends, and schedule what comes next for the others."""
    runs = [outcome.written() for outcome in outcomes]
    update_rows(StepRun, runs, ["state", "reason", "due_at", "started_at", "completed_at"])
    for reason in {outcome.stops for outcome in outcomes if outcome.stops}:
        ids = [outcome.turn.run.enrolment_id for outcome in outcomes if outcome.stops == reason]
        end_enrolments(Enrolment.objects.filter(pk__in=ids), reason)
    ended = {outcome.turn.run.enrolment_id: outcome for outcome in outcomes if outcome.is_complete}
    # What a step did may have ended the enrolment, too: a lead that was moved to lost.
    still = Enrolment.objects.filter(pk__in=list(ended), state=EnrolmentState.ACTIVE).values_list("pk", flat=True)
    _go_on([ended[id_] for id_ in still])


def _go_on(outcomes: Sequence[Outcome]) -> None:
    """The next step of each, or the end."""
    hours, blank, runs, ended = hours_of_scope(), StepRun(), [], []
    for outcome in outcomes:
        step = outcome.next_step
        if step is None:
            ended.append(outcome.turn.run.enrolment_id)
        else:
            run = another(blank)
            run.id, run.enrolment_id, run.step_id = new_id(), outcome.turn.run.enrolment_id, step.pk
            run.due_at = outcome.due_after(step, hours)
            runs.append(run)
    # A step that a merge has skipped to may have its run already.
    insert_rows(StepRun, runs)
    Enrolment.objects.filter(pk__in=ended).update(state=EnrolmentState.FINISHED, ended_at=now())
