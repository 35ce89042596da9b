"""Follow-ups: what is due about leads and customers, found in sets and made once (semantics §3.9).

The schedule and `POST /followups/process` call the same `process_follow_ups`; two at once wait for each other.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.contacts.models import Contact, CustomerInteraction
from crm.contacts.services.contacts import locked_contact
from crm.kernel.changes import check_row
from crm.kernel.clock import now
from crm.kernel.copying import insert_rows
from crm.kernel.errors import Invalid
from crm.kernel.events import record
from crm.kernel.locks import hold_names
from crm.kernel.transactions import atomic
from crm.leads.events import FollowUpsMade, StageRuleSet
from crm.leads.models import FollowUp, FollowUpKind, FollowUpState, Lead, LeadInteraction, StageRule
from crm.leads.services.finishing import ENDED_STAGES, ensure_colleague
from crm.leads.services.notices import tell_of_follow_ups
from crm.leads.services.workdays import workdays_before
from crm.organisations.roles import Role
from crm.organisations.selectors import organisation_of_scope, staff_of_organisation

CHUNK = 1_000
ESCALATED_AFTER_WORKDAYS = 2
LONGEST_TITLE = 200
# What is only searched by.
_WORDS = ("lead__words", "lead__search", "contact__words", "contact__search")


@dataclass
class Processed:
    """`processed`: what was due; `created`: follow-ups made of it; `notified`: those whose colleague gets a mail."""

    processed: int = 0
    created: int = 0
    notified: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)


@atomic
def process_follow_ups(*, limit: int = CHUNK) -> Processed:
    """Make a follow-up of everything that is due and has none, at most `limit` of each source; and tell those who
    are to do them, each in one mail.
    """
    hold_names("follow-ups")
    processed, made = Processed(), list[FollowUp]()
    for found in (_next_actions(limit), _customer_actions(limit), _idle_leads(limit), _late_ones(limit)):
        rows = list(found)
        FollowUp.objects.bulk_create(rows, batch_size=CHUNK)
        processed.processed += len(rows)
        processed.created += len(rows)
        processed.by_kind.update(row.kind for row in rows)
        if rows:
            _tell_others(rows)
        made += rows
    processed.notified = tell_of_follow_ups(made) if made else 0
    return processed


@atomic
def ask_for_follow_up(
    *,
    contact_id: UUID,
    title: str,
    due_at: datetime,
    subject: UUID,
    kind: str = FollowUpKind.FEEDBACK,
    assigned_to_id: UUID | None = None,
) -> FollowUp | None:
    """Something to be done about a customer, for whoever looks after them unless somebody is named, else the queue's.
    `subject` names what asks for it: None when it has asked for that kind and moment before.

    Raises ContactNotFound, UnknownAssignee, Invalid.
    """
    if kind not in FollowUpKind.values:
        raise Invalid(_("There is no such kind."), field="kind")
    contact = locked_contact(contact_id)
    ensure_colleague(assigned_to_id)
    row = _made(kind, subject, contact, title[:LONGEST_TITLE], due_at)
    row.assigned_to_id = assigned_to_id or row.assigned_to_id
    check_row(row, exclude=("lead", "contact", "interaction", "customer_interaction", "assigned_to", "created_at"))
    if not insert_rows(FollowUp, [row]):
        return None
    _tell_others([row])
    tell_of_follow_ups([row])
    return row


def _tell_others(rows: Sequence[FollowUp]) -> None:
    record(FollowUpsMade(kind=rows[0].kind, count=len(rows), batch_id=rows[0].pk,
                         follow_up_ids=tuple(row.pk for row in rows)))  # fmt: skip


def _next_actions(limit: int) -> Iterable[FollowUp]:
    """Interactions whose next action is due and not done. What was planned before a lead was lost or converted is off;
    what is planned after, such as to ask once more in spring, is not.
    """
    due = LeadInteraction.objects.filter(next_action_date__lte=now(), next_action_done_at=None, lead__deleted_at=None)
    off = Q(lead__status__in=ENDED_STAGES, created_at__lt=F("lead__status_since"))
    rows = due.exclude(off).exclude(_followed_up()).select_related("lead").order_by("next_action_date", "id")
    for row in _while_free(rows, "lead")[:limit]:
        due_at: Any = row.next_action_date
        title = row.next_action or str(row.get_type_display())
        yield _made(FollowUpKind.NEXT_ACTION, row.pk, row.lead, title, due_at, interaction=row)


def _customer_actions(limit: int) -> Iterable[FollowUp]:
    """The same with customers, whoever they are to us by now."""
    due = CustomerInteraction.objects.filter(
        next_action_date__lte=now(), next_action_done_at=None, contact__deleted_at=None
    )
    rows = due.exclude(_followed_up()).select_related("contact__customer").defer("contact__words", "contact__search")
    for row in _while_free(rows.order_by("next_action_date", "id"), "contact")[:limit]:
        due_at: Any = row.next_action_date
        yield _made(FollowUpKind.NEXT_ACTION, row.pk, row.contact, row.next_action or row.subject, due_at,
                    customer_interaction=row)  # fmt: skip


def _followed_up() -> Exists:
    """Whether the next action of an interaction has a follow-up for its day."""
    day = {"subject": OuterRef("pk"), "due_at": OuterRef("next_action_date")}
    return Exists(FollowUp.objects.filter(kind=FollowUpKind.NEXT_ACTION, **day))


def _idle_leads(limit: int) -> Iterable[FollowUp]:
    """Open leads with whom nothing happened for longer than their stage allows. Any activity resets, a next action in
    the future does not.
    """
    made = FollowUp.objects.filter(
        kind=FollowUpKind.IDLE, subject=OuterRef("pk"), created_at__gte=OuterRef("updated_at")
    )
    allowed = idle_days()
    idle = Q(*[Q(status=status, updated_at__lte=now() - timedelta(days=days)) for status, days in allowed.items()],
             _connector=Q.OR)  # fmt: skip
    if not allowed:
        return
    rows = Lead.objects.filter(idle, deleted_at=None).exclude(Exists(made)).order_by("updated_at", "id")
    for lead in _while_free(rows.defer("words", "search"), "self")[:limit]:
        due = lead.updated_at + timedelta(days=allowed[lead.status])
        yield _made(FollowUpKind.IDLE, lead.pk, lead, _title_of_idle(lead), due)


def _late_ones(limit: int) -> Iterable[FollowUp]:
    """Follow-ups that nobody did within two working days of the organisation: one for a manager each."""
    managers = staff_of_organisation().filter(role__in=(Role.MANAGER, Role.OWNER), is_active=True)
    manager = managers.order_by("role", "created_at").first()
    late = FollowUp.objects.exclude(kind=FollowUpKind.OVERDUE).filter(
        state=FollowUpState.OPEN, escalated_at=None, lead__deleted_at=None, contact__deleted_at=None,
        due_at__lte=workdays_before(now(), ESCALATED_AFTER_WORKDAYS, organisation_of_scope().zone),
    )  # fmt: skip
    rows = list(_of_free_ones(late.order_by("due_at", "id"), limit))
    FollowUp.objects.filter(pk__in=[row.pk for row in rows]).update(escalated_at=now())
    for row in rows:
        made = _made(FollowUpKind.OVERDUE, row.pk, row.whose, row.title, row.due_at)
        made.assigned_to_id = manager.pk if manager else None
        yield made


def _of_free_ones(rows: QuerySet[FollowUp], limit: int) -> Iterable[FollowUp]:
    """The first `limit` of these that are about leads and customers whom nobody else is writing. They are looked at
    again once those are held: what was done with just before is not late.
    """
    about = list(rows.values_list("lead_id", "contact_id")[:limit])
    leads = _while_free(Lead.objects.filter(pk__in=[lead for lead, _contact in about]), "self")
    people = _while_free(Contact.objects.filter(pk__in=[one for _lead, one in about]), "self")
    free = Q(lead__in=list(leads.values_list("pk", flat=True)))
    free |= Q(contact__in=list(people.values_list("pk", flat=True)))
    return rows.filter(free).select_related("lead", "contact__customer").defer(*_WORDS)[:limit]


def _while_free(rows: Any, whose: str) -> Any:
    """`rows` of leads or customers whom nobody else is writing: one that is being converted or lost just now gets
    nothing more to do. They stay so until the transaction ends; those that are passed over have their turn at the next
    tick.
    """
    return rows.select_for_update(of=(whose,), skip_locked=True, no_key=True)


def idle_days() -> Mapping[str, int]:
    """After how many days a lead is followed up, by stage; a stage that never is, is missing."""
    set_here = dict(StageRule.objects.values_list("status", "idle_days"))
    return {status: days for status, days in {**StageRule.DEFAULTS, **set_here}.items() if days is not None}


def _title_of_idle(lead: Lead) -> str:
    return f"{lead.name}: {lead.get_status_display()}"[:LONGEST_TITLE]


def _made(kind: str, subject: UUID, whose: Lead | Contact, title: str, due_at: datetime, **more: object) -> FollowUp:
    """For whoever works the lead, or looks after the customer."""
    trade = whose if isinstance(whose, Lead) else getattr(whose, "customer", None)
    about = {"lead": whose} if isinstance(whose, Lead) else {"contact": whose}
    return FollowUp(
        kind=kind, subject=subject, title=title, due_at=due_at, created_at=now(),
        assigned_to_id=trade.assigned_to_id if trade else None, **about, **more,
    )  # fmt: skip


@atomic
def set_idle_days(*, status: str, days: int | None) -> StageRule:
    """After how many days a lead in this stage is followed up; None: never. Raises Invalid."""
    rule = StageRule.objects.for_update().filter(status=status).first() or StageRule(status=status)
    before, rule.idle_days = rule.idle_days, days
    check_row(rule)
    rule.save()
    record(StageRuleSet(rule_id=rule.pk, status=status), changes={"idle_days": (before, days)})
    return rule
