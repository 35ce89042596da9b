"""How each kind of step is done, for many leads at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from crm.imports.custom_values import custom_reader
from crm.kernel.clock import now
from crm.kernel.errors import DomainError
from crm.leads.models import InteractionType
from crm.leads.scoring import CUSTOM
from crm.leads.selectors import recipient_from
from crm.leads.services import change_lead
from crm.leads.services.outreach import Letter, Task, give_tasks, note_letters
from crm.messaging.models import Communication, MessageState, Reason
from crm.messaging.recipients import Outgoing
from crm.messaging.services import queue_messages
from crm.nurturing.conditions import holds
from crm.nurturing.models import RunState, StepKind, StopReason
from crm.nurturing.models.enrolment import cause_of
from crm.nurturing.services.outcomes import Outcome, Turn
from crm.organisations.models import Staff

# How long after a message was due to leave its run is looked at again, and how often that of an open task.
LOOK_AGAIN, LOOK_AT_TASK = timedelta(minutes=1), timedelta(days=1)
LONGEST_LOOK = timedelta(minutes=30)
# What a gate says of somebody to whom no further message should even be asked for.
FINAL: Mapping[str, str] = {
    Reason.UNSUBSCRIBE: StopReason.UNSUBSCRIBE, "opted_out": StopReason.UNSUBSCRIBE,
    "no_consent": StopReason.UNSUBSCRIBE, Reason.BOUNCE: StopReason.BOUNCE, Reason.COMPLAINT: StopReason.COMPLAINT,
    Reason.BLACKLISTED: StopReason.BLACKLISTED, Reason.ERASED: StopReason.DELETED,
}  # fmt: skip
_NOTED_AS = {StepKind.EMAIL: InteractionType.EMAIL, StepKind.SMS: InteractionType.NOTE}


def send_messages(turns: Sequence[Turn]) -> Iterable[Outcome]:
    """Ask for the message of each; messaging decides when it leaves, and whether."""
    by_template: dict[str, list[Turn]] = {}
    for turn in turns:
        by_template.setdefault(turn.step.template_key, []).append(turn)
    for those in by_template.values():
        try:
            with transaction.atomic():
                yield from _asked_for(those)
        except DomainError as fault:
            # The template was taken away meanwhile: no reason to hold up the other steps.
            yield from (Outcome(turn, RunState.FAILED, fault.code, completed_at=now()) for turn in those)


def _asked_for(turns: Sequence[Turn]) -> list[Outcome]:
    names = _names_of({turn.lead.assigned_to_id for turn in turns if turn.lead.assigned_to_id})
    rows = queue_messages(batch=[_outgoing(turn, names) for turn in turns])
    pairs = list(zip(turns, rows, strict=True))
    waiting = [(turn, row) for turn, row in pairs if row.state == MessageState.QUEUED]
    note_letters(letters=[_letter(turn, row) for turn, row in waiting])
    return [outcome_of(turn, row) for turn, row in pairs]


def _outgoing(turn: Turn, names: Mapping[UUID, str]) -> Outgoing:
    lead = turn.lead
    who = names.get(lead.assigned_to_id, "") if lead.assigned_to_id else ""
    values = {"company": lead.company, "staff_name": who}
    return Outgoing(recipient_from(lead), cause_of(turn.run.pk), turn.step.template_key, values=values)


def _names_of(staff_ids: Iterable[UUID]) -> dict[UUID, str]:
    return {staff.pk: str(staff) for staff in Staff.objects.filter(pk__in=list(staff_ids)).select_related("user")}


def _letter(turn: Turn, row: Communication) -> Letter:
    text = f"{turn.plan.version.sequence.name}: {row.subject}" if row.subject else row.content
    return Letter(turn.lead, _NOTED_AS[StepKind(turn.step.kind)], text)


def outcome_of(turn: Turn, row: Communication) -> Outcome:
    """What the state of its message means for a run."""
    if row.state in (MessageState.QUEUED, MessageState.SENDING):
        look_at = max(row.due_at, now()) + _pause(turn)
        return Outcome(turn, RunState.HANDED, row.reason, due_at=look_at, deferred=row.due_at > now())
    if row.state in (MessageState.SENT, MessageState.CAPTURED):
        return Outcome(turn, RunState.SENT, completed_at=row.sent_at or now())
    states = {MessageState.UNKNOWN: RunState.UNKNOWN, MessageState.FAILED: RunState.FAILED}
    state = states.get(MessageState(row.state), RunState.SKIPPED)
    return Outcome(turn, state, row.reason, completed_at=now(), stops=FINAL.get(row.reason, ""))


def _pause(turn: Turn) -> timedelta:
    """The longer a message has waited already, the longer until its run is looked at again."""
    waited = now() - (turn.run.started_at or now())
    return min(max(LOOK_AGAIN, waited / 2), LONGEST_LOOK)


def _give_tasks(turns: Sequence[Turn]) -> Iterable[Outcome]:
    """The task is due now; what comes after it waits until it is done."""
    give_tasks(tasks=[Task(turn.run.pk, turn.lead, turn.step.title, now()) for turn in turns])
    return [Outcome(turn, RunState.HANDED, due_at=now() + LOOK_AT_TASK) for turn in turns]


def _wait(turns: Sequence[Turn]) -> Iterable[Outcome]:
    """That it is due is all there is to it; what comes after counts from when it was due, not from when we looked."""
    return [Outcome(turn, RunState.DONE, completed_at=turn.run.due_at) for turn in turns]


def _branch(turns: Sequence[Turn]) -> Iterable[Outcome]:
    for turn in turns:
        step = turn.step
        true = holds(step.field, step.test, step.values, turn.lead, turn.touches)
        yield Outcome(turn, RunState.DONE, "" if true else "otherwise", completed_at=now(), otherwise=not true)


def _update(turns: Sequence[Turn]) -> Iterable[Outcome]:
    read = custom_reader()
    for turn in turns:
        field, value = turn.step.field, turn.step.values[0]
        try:
            with transaction.atomic():
                custom = read({field.removeprefix(CUSTOM): value}) if field.startswith(CUSTOM) else {}
                values = {"custom_fields": custom} if custom else {field: value}
                change_lead(lead_id=turn.lead.pk, **values)
        except DomainError as fault:
            yield Outcome(turn, RunState.FAILED, fault.code, completed_at=now())
        else:
            yield Outcome(turn, RunState.DONE, completed_at=now())


DOING: Mapping[StepKind, Callable[[Sequence[Turn]], Iterable[Outcome]]] = {
    StepKind.EMAIL: send_messages, StepKind.SMS: send_messages, StepKind.TASK: _give_tasks, StepKind.WAIT: _wait,
    StepKind.BRANCH: _branch, StepKind.UPDATE: _update,
}  # fmt: skip
