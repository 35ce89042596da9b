"""What is done about many leads at once by a sequence: letters noted, tasks given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crm.kernel.actors import ActorKind
from crm.kernel.clock import now
from crm.kernel.copying import another, copy_rows, insert_rows
from crm.kernel.events import record, record_all
from crm.kernel.ids import new_id
from crm.kernel.transactions import atomic
from crm.leads.events import FollowUpsMade, LeadStatusChanged, LeadsWrittenTo
from crm.leads.models import FollowUp, FollowUpKind, InteractionType, Lead, LeadInteraction, Stage, StageChange
from crm.leads.models.interaction import SEQUENCES
from crm.leads.services.notices import tell_of_follow_ups


@dataclass(frozen=True, slots=True)
class Letter:
    """What was written to a lead: `kind` is an interaction's, `notes` says what."""

    lead: Lead
    kind: str
    notes: str


@dataclass(frozen=True, slots=True)
class Task:
    """Something for a colleague to do about a lead. `subject` names what asks for it: once, however often it asks."""

    subject: UUID
    lead: Lead
    title: str
    due_at: datetime


@atomic
def note_letters(*, letters: Sequence[Letter]) -> None:
    """Note what a sequence wrote to leads, in a fixed number of statements. An e-mail is a contact: it dates the last
    one, and a new lead is then contacted (s4 §2). The caller holds the leads' locks.
    """
    if not letters:
        return
    rows = _interactions(letters)
    copy_rows(LeadInteraction, rows)
    reached = [letter.lead for letter in letters if letter.kind != InteractionType.NOTE]
    known = [lead.pk for lead in reached if lead.status != Stage.NEW]
    Lead.objects.filter(pk__in=known).update(last_contact=now(), updated_at=now())
    _note_first_contact([lead for lead in reached if lead.status == Stage.NEW])
    ids = tuple(letter.lead.pk for letter in letters)
    record(LeadsWrittenTo(batch_id=rows[0].pk, number=len(rows), lead_ids=ids))


def _interactions(letters: Sequence[Letter]) -> list[LeadInteraction]:
    blank = LeadInteraction(actor_kind=ActorKind.JOB, actor_id=SEQUENCES, created_at=now(), updated_at=now())
    rows = [another(blank) for _letter in letters]
    for row, letter in zip(rows, letters, strict=True):
        row.id, row.lead_id, row.type, row.notes = new_id(), letter.lead.pk, letter.kind, letter.notes
    return rows


def _note_first_contact(leads: Sequence[Lead]) -> None:
    """New leads that are contacted now; each row is written once, for each of its writes goes into every index."""
    blank = StageChange(from_status=Stage.NEW, to_status=Stage.CONTACTED, changed_at=now())
    changes = [another(blank) for _lead in leads]
    for change, lead in zip(changes, leads, strict=True):
        change.id, change.lead_id = new_id(), lead.pk
        change.seconds = max(0, int((now() - lead.status_since).total_seconds()))
    copy_rows(StageChange, changes)
    ids = [lead.pk for lead in leads]
    Lead.objects.filter(pk__in=ids).update(
        status=Stage.CONTACTED, status_since=now(), last_contact=now(), updated_at=now()
    )
    moved = {"from_status": Stage.NEW, "to_status": Stage.CONTACTED}
    record_all([LeadStatusChanged(lead_id=id_, **moved) for id_ in ids])


@atomic
def give_tasks(*, tasks: Sequence[Task]) -> list[FollowUp]:
    """A follow-up of each task, for whoever works the lead, who is told of it. Those that there are already are left as
    they are, and not among those returned.
    """
    rows = [
        FollowUp(kind=FollowUpKind.TASK, subject=task.subject, lead=task.lead, title=task.title[:200],
                 due_at=task.due_at, assigned_to_id=task.lead.assigned_to_id, created_at=now())
        for task in tasks
    ]  # fmt: skip
    written = insert_rows(FollowUp, rows)
    made = [row for row in rows if row.pk in written]
    if made:
        tell_of_follow_ups(made)
        record(FollowUpsMade(kind=FollowUpKind.TASK, count=len(made), batch_id=made[0].pk,
                             follow_up_ids=tuple(row.pk for row in made)))  # fmt: skip
    return made
