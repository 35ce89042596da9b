"""Steps that were handed on are looked at again: has the message left, is the task done?"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from crm.kernel.clock import now
from crm.kernel.transactions import atomic
from crm.leads.models import FollowUp, FollowUpKind
from crm.messaging.models import MessageState
from crm.messaging.selectors import communications
from crm.nurturing.models import RunState, StepRun
from crm.nurturing.models.enrolment import cause_of
from crm.nurturing.services.doing import LOOK_AT_TASK, outcome_of
from crm.nurturing.services.outcomes import Outcome, Turn


def settled(turns: Sequence[Turn]) -> Iterable[Outcome]:
    """What has become of what is under way; where nothing has, the run is looked at again later."""
    yield from _messages([turn for turn in turns if turn.step.is_message])
    yield from _tasks([turn for turn in turns if not turn.step.is_message])


@atomic
def look_at_task(*, subject: UUID) -> None:
    """A follow-up with this subject is done: if a step waits for it, it need not wait for its next look."""
    StepRun.objects.filter(pk=subject, state=RunState.HANDED, due_at__gt=now()).update(due_at=now())


def _messages(turns: Sequence[Turn]) -> Iterable[Outcome]:
    rows = communications().filter(cause__in=[cause_of(turn.run.pk) for turn in turns])
    by_cause = {row.cause: row for row in rows.defer("content", "sealed")}
    for turn in turns:
        row = by_cause.get(cause_of(turn.run.pk))
        if row is None:
            # Whoever may delete messages has: nobody can say any more what became of it.
            yield Outcome(turn, RunState.UNKNOWN, "message_gone", completed_at=now())
        elif row.state == MessageState.SKIPPED and row.reason == "sequence_stopped":
            yield Outcome(turn, RunState.CANCELLED, row.reason, completed_at=now())
        else:
            yield outcome_of(turn, row)


def _tasks(turns: Sequence[Turn]) -> Iterable[Outcome]:
    kind, subjects = FollowUpKind.TASK, [turn.run.pk for turn in turns]
    done = dict(FollowUp.objects.filter(kind=kind, subject__in=subjects).values_list("subject", "done_at"))
    for turn in turns:
        done_at = done.get(turn.run.pk, now())
        if done_at is None:
            yield Outcome(turn, RunState.HANDED, due_at=now() + LOOK_AT_TASK)
        else:
            yield Outcome(turn, RunState.DONE, completed_at=done_at)
