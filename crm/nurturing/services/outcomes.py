"""One run in hand, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime

from crm.kernel.clock import now
from crm.leads.models import Lead
from crm.nurturing.models import RunState, Step, StepRun
from crm.nurturing.plans import Plan
from crm.nurturing.schedule import Hours, due_after


@dataclass(frozen=True, slots=True)
class Turn:
    """A due run with what it takes to do it; `touches` are the kinds of what was said since the lead entered."""

    run: StepRun
    step: Step
    plan: Plan
    lead: Lead
    touches: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`due_at` is when a run that is under way is looked at again. `otherwise` is true when a branch did not hold;
    `stops` is why the lead leaves the sequence, if it does.
    """

    turn: Turn
    state: str
    reason: str = ""
    due_at: datetime | None = None
    completed_at: datetime | None = None
    deferred: bool = False
    otherwise: bool = False
    stops: str = ""

    @property
    def is_complete(self) -> bool:
        return self.state != RunState.HANDED

    def written(self) -> StepRun:
        """The run with what became of it, unsaved."""
        run = self.turn.run
        run.state, run.reason, run.completed_at = self.state, self.reason[:200], self.completed_at
        run.started_at, run.due_at = run.started_at or now(), self.due_at or run.due_at
        return run

    @property
    def next_step(self) -> Step | None:
        plan, step = self.turn.plan, self.turn.step
        return plan.at(step.otherwise) if self.otherwise else plan.after(step)

    def due_after(self, step: Step, hours: Hours) -> datetime:
        """When the next step is due: counted from when this one was completed, not from when that was noticed."""
        assert self.completed_at is not None
        return due_after(step, self.completed_at, hours)
