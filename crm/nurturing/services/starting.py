from collections import Counter
from dataclasses import dataclass, field

from crm.kernel.transactions import atomic
from crm.nurturing.models import SequenceState
from crm.nurturing.selectors import sequences_open_to_leads
from crm.nurturing.services.defaults import default_sequence
from crm.nurturing.services.enrolling import Enrolled, enrol_eligible
from crm.nurturing.services.running import Ran, run_due_steps

# What one request does at most; the schedule goes on with the rest.
MOST_CHUNKS, MOST_STEPS = 5, 5_000
# Where a tick stands when everybody has entered.
AT_STEPS = "steps"


@dataclass
class Started:
    """The counts of `nurture/start` (semantics §3.8); all are zero when it is asked again at once."""

    enrolled: int = 0
    already: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    steps_run: int = 0
    deferred: int = 0

    def add(self, more: Enrolled) -> None:
        self.enrolled += more.enrolled
        self.already += more.already
        self.skipped += more.skipped


@atomic
def start_nurturing() -> Started:
    """Let in who is eligible for the default sequence, and do whatever is due in any: up to 5,000 leads and as many
    steps; a second call, or the schedule for the steps, does the rest.
    """
    started, ran = Started(), Ran()
    sequence = default_sequence()
    for _chunk in range(MOST_CHUNKS if sequence.state == SequenceState.ACTIVE else 0):
        more = enrol_eligible(sequence=sequence)
        started.add(more)
        if not more.seen:
            break
    while ran.steps < MOST_STEPS:
        chunk = run_due_steps()
        ran.add(chunk)
        if not chunk.looked_at:
            break
    started.steps_run, started.deferred = ran.steps, ran.deferred
    return started


def nurture_next(place: str = "") -> tuple[str, int]:
    """One chunk of what the schedule does in the open scope: first leads that enter by themselves, then steps that are
    due. `place` is where the chunk before left off, "" at first. Where this one does, and how much that was; 0 when
    there is nothing left.
    """
    entered = 0 if place == AT_STEPS else _let_in()
    return ("", entered) if entered else (AT_STEPS, run_due_steps().looked_at)


def _let_in() -> int:
    """Whoever is eligible is looked for among all leads: once a tick, not once a chunk."""
    by_themselves = sequences_open_to_leads().filter(is_automatic=True).order_by("-priority", "name")
    return sum(enrol_eligible(sequence=sequence).seen for sequence in by_themselves)
