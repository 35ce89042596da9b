"""Leads enter a sequence: those named, or all who are eligible. Whoever enters is locked as a lead meanwhile, so that
two who enrol the same lead at once do it once.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from crm.kernel.clock import now
from crm.kernel.copying import copy_rows
from crm.kernel.events import record
from crm.kernel.tenancy import ScopedQuerySet
from crm.kernel.transactions import atomic
from crm.leads.models import Lead
from crm.leads.selectors import open_next_actions, recipient_from
from crm.messaging.governor import Skip, known_about, verdict
from crm.messaging.models import MessageClass
from crm.nurturing.errors import SequenceClosed
from crm.nurturing.events import LeadsEnrolled
from crm.nurturing.models import Enrolment, EnrolmentState, SequenceState, StepRun, StopReason
from crm.nurturing.models import Sequence as NurturingSequence
from crm.nurturing.plans import Plan, hours_of_scope, plan_of
from crm.nurturing.selectors import published_version
from crm.nurturing.services.sequences import locked_sequence
from crm.nurturing.services.stopping import end_enrolments

CHUNK = 1_000
# Nobody is let in, or asked about again, sooner than this after the last time (s4 §6, 15).
AT_REST = timedelta(days=7)
NOT_IN_AN_OPEN_STAGE, IN_ANOTHER, ONCE_ONLY = "not_open", "in_another_sequence", "entered_before"


@dataclass
class Enrolled:
    """`already`: those who are in the sequence; `skipped`: those who were not let in, by reason."""

    enrolled: int = 0
    already: int = 0
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def seen(self) -> int:
        return self.enrolled + self.already + self.skipped.total()


@atomic
def enrol_leads(*, sequence_id: UUID, lead_ids: Collection[UUID]) -> Enrolled:
    """Let these living leads enter, whatever the entry rules say; those who may not be written to or have been in it
    are skipped. Unknown ids are passed over. Raises SequenceNotFound, SequenceClosed, NotPublished.
    """
    sequence = locked_sequence(sequence_id)
    if sequence.state == SequenceState.ARCHIVED:
        raise SequenceClosed
    leads = Lead.objects.for_update().filter(pk__in=lead_ids, deleted_at=None).order_by("pk")
    return _let_in(sequence, list(leads))


@atomic
def enrol_eligible(*, sequence: NurturingSequence, limit: int = CHUNK) -> Enrolled:
    """Let in at most `limit` leads of those whom the sequence's entry rules describe. Raises NotPublished."""
    free = Lead.objects.for_update(skip_locked=True)
    # In two statements: as one, PostgreSQL may look for all of them anew for each lead it locks.
    wanted = list(eligible_leads(sequence).order_by("pk").values_list("pk", flat=True)[:limit])
    return _let_in(sequence, list(free.filter(pk__in=wanted).order_by("pk")))


def eligible_leads(sequence: NurturingSequence) -> ScopedQuerySet[Lead]:
    """Living leads in the entry stages, with the score, not contacted lately, without an open next action; and nobody
    who was considered within seven days, or who was in it once and may not come again.
    """
    before = Enrolment.objects.filter(sequence=sequence, lead_id=OuterRef("pk"))
    resting = Q(considered_at__gt=now() - AT_REST)
    if not sequence.allow_reentry:
        resting |= Q(state__in=(EnrolmentState.FINISHED, EnrolmentState.STOPPED))
    silent = Q(last_contact=None) | Q(last_contact__lt=now() - timedelta(days=sequence.entry_quiet_days))
    fitting = Lead.objects.filter(status__in=sequence.entry_stages, score__gte=sequence.entry_score)
    to_do = open_next_actions().filter(lead=OuterRef("pk"))
    return fitting.filter(silent, ~Exists(before.filter(resting)), ~Exists(to_do), deleted_at=None)


def _let_in(sequence: NurturingSequence, leads: Sequence[Lead]) -> Enrolled:
    done = Enrolled()
    if not leads:
        return done
    plan, history = plan_of(published_version(sequence)), _History.of(leads, sequence)
    done.already = len(history.inside)
    Enrolment.objects.filter(pk__in=history.inside.values()).update(considered_at=now())
    fresh = [lead for lead in leads if lead.pk not in history.inside]
    refusals = {**_unreachable(fresh, plan), **history.refusals(fresh)}
    refused = [_enrolment(plan, lead, EnrolmentState.REFUSED, why) for lead in fresh if (why := refusals.get(lead.pk))]
    entered = [_enrolment(plan, lead, EnrolmentState.ACTIVE) for lead in fresh if lead.pk not in refusals]
    _outrank(history, entered)
    # Of those who are refused again and again, the last time is enough to know.
    Enrolment.objects.filter(sequence=sequence, lead__in=fresh, state=EnrolmentState.REFUSED).delete()
    copy_rows(Enrolment, [*refused, *entered])
    copy_rows(StepRun, _first_runs(plan, entered))
    done.enrolled, done.skipped = len(entered), Counter(refusals.values())
    if entered or refused:
        ids = tuple(enrolment.lead_id for enrolment in entered)
        told = LeadsEnrolled(sequence_id=sequence.pk, enrolled=len(entered), refused=len(refused), lead_ids=ids)
        record(told)
    return done


def _enrolment(plan: Plan, lead: Lead, state: str, reason: str = "") -> Enrolment:
    ended = {} if state == EnrolmentState.ACTIVE else {"ended_at": now()}
    return Enrolment(
        sequence_id=plan.version.sequence_id, version=plan.version, lead=lead, state=state, reason=reason,
        enrolled_at=now(), considered_at=now(), **ended,
    )  # fmt: skip


def _first_runs(plan: Plan, entered: Iterable[Enrolment]) -> list[StepRun]:
    due_at = plan.first_due(now(), hours_of_scope())
    return [StepRun(enrolment=enrolment, step=plan.steps[0], due_at=due_at) for enrolment in entered]


def _unreachable(leads: Sequence[Lead], plan: Plan) -> dict[UUID, str]:
    """Why no message of the plan's first channel may ever reach a lead, by lead; those who are reached are missing."""
    channel = plan.first_channel
    if channel is None:
        return {}
    recipients = {lead.pk: recipient_from(lead) for lead in leads}
    known = known_about(recipients.values(), now())
    verdicts = {
        lead_id: verdict(recipient, channel, MessageClass.MARKETING, now(), known)
        for lead_id, recipient in recipients.items()
    }
    return {lead_id: said.reason for lead_id, said in verdicts.items() if isinstance(said, Skip)}


@dataclass(frozen=True)
class _History:
    """What leads have to do with sequences already: those inside this one, and what each is in else or was in once."""

    sequence: NurturingSequence
    inside: Mapping[UUID, UUID]
    elsewhere: Mapping[UUID, tuple[UUID, int]]
    before: frozenset[UUID]

    @classmethod
    def of(cls, leads: Sequence[Lead], sequence: NurturingSequence) -> "_History":
        rows = Enrolment.objects.filter(lead__in=leads)
        active: Any = rows.filter(state=EnrolmentState.ACTIVE).values_list(
            "lead_id", "pk", "sequence_id", "sequence__priority"
        )
        inside = {lead: pk for lead, pk, where, _priority in active if where == sequence.pk}
        elsewhere = {lead: (pk, priority) for lead, pk, where, priority in active if where != sequence.pk}
        ended = rows.filter(sequence=sequence, state__in=(EnrolmentState.FINISHED, EnrolmentState.STOPPED))
        again = Q(enrolled_at__gt=now() - AT_REST) if sequence.allow_reentry else Q()
        return cls(sequence, inside, elsewhere, frozenset(ended.filter(again).values_list("lead_id", flat=True)))

    def refusals(self, leads: Iterable[Lead]) -> dict[UUID, str]:
        reasons: dict[UUID, str] = {}
        for lead in leads:
            other = self.elsewhere.get(lead.pk)
            if not lead.is_open:
                reasons[lead.pk] = NOT_IN_AN_OPEN_STAGE
            elif lead.pk in self.before:
                reasons[lead.pk] = ONCE_ONLY
            elif other is not None and other[1] >= self.sequence.priority:
                reasons[lead.pk] = IN_ANOTHER
        return reasons


def _outrank(history: _History, entered: Sequence[Enrolment]) -> None:
    """Those who come from a sequence of lower priority leave it."""
    left = [history.elsewhere[each.lead_id][0] for each in entered if each.lead_id in history.elsewhere]
    if left:
        end_enrolments(Enrolment.objects.filter(pk__in=left), StopReason.OUTRANKED)
