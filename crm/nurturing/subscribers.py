"""What ends a sequence for a lead. What happens to the lead itself ends it in the same transaction; what comes back to
a message, in a worker.
"""

from collections.abc import Iterable
from uuid import UUID

from crm.leads.events import (
    FollowUpFinished,
    LeadConverted,
    LeadDeleted,
    LeadInteractionAdded,
    LeadsImported,
    LeadStatusChanged,
)
from crm.leads.models import FollowUp, InteractionType, Lead
from crm.messaging.events import AddressSuppressed, MessageReplied
from crm.messaging.models import Channel, Reason, Suppression
from crm.nurturing.models import Enrolment, EnrolmentState, Step, StepKind, StopReason
from crm.nurturing.services import look_at_task, set_up_nurturing, stop_nurturing
from crm.nurturing.services.running import ENDED
from crm.nurturing.services.stopping import end_enrolments
from crm.organisations.events import OrganisationOpened

_SUPPRESSED = {
    Reason.UNSUBSCRIBE: StopReason.UNSUBSCRIBE, Reason.BOUNCE: StopReason.BOUNCE,
    Reason.COMPLAINT: StopReason.COMPLAINT, Reason.BLACKLISTED: StopReason.BLACKLISTED,
    Reason.ERASED: StopReason.DELETED,
}  # fmt: skip


def stop_converted(event: LeadConverted) -> None:
    stop_nurturing(lead_ids=[event.lead_id], reason=StopReason.CONVERTED)


def stop_settled(event: LeadStatusChanged) -> None:
    if reason := ENDED.get(event.to_status):
        stop_nurturing(lead_ids=[event.lead_id], reason=reason)


def stop_imported(event: LeadsImported) -> None:
    """Those whom a file has moved to where nobody is nurtured."""
    for stage, reason in ENDED.items() if event.updated else ():
        moved = Enrolment.objects.filter(lead_id__in=event.lead_ids, lead__status=stage, state=EnrolmentState.ACTIVE)
        end_enrolments(moved, reason)


def stop_deleted(event: LeadDeleted) -> None:
    stop_nurturing(lead_ids=[event.lead_id], reason=StopReason.DELETED)


def stop_after_meeting(event: LeadInteractionAdded) -> None:
    if event.type == InteractionType.MEETING:
        stop_nurturing(lead_ids=[event.lead_id], reason=StopReason.MEETING)


def wake_step(event: FollowUpFinished) -> None:
    subject = FollowUp.objects.filter(pk=event.follow_up_id).values_list("subject", flat=True).first()
    if subject is not None:
        look_at_task(subject=subject)


def stop_suppressed(event: AddressSuppressed) -> None:
    """Nobody with this address gets what they refuse; a phone number, only where the sequence sends SMS."""
    entry = Suppression.objects.filter(pk=event.suppression_id).first()
    if entry is None:
        return
    if entry.channel == Channel.EMAIL:
        _stop(Lead.objects.filter(email_key=entry.key).values_list("pk", flat=True), _SUPPRESSED[Reason(event.reason)])
    else:
        leads = Lead.objects.filter(phone_key=entry.key).values_list("pk", flat=True)
        with_sms = Step.objects.filter(kind=StepKind.SMS).values("version")
        rows = Enrolment.objects.filter(lead__in=list(leads), state=EnrolmentState.ACTIVE, version__in=with_sms)
        end_enrolments(rows, _SUPPRESSED[Reason(event.reason)])


def stop_replied(event: MessageReplied) -> None:
    if event.lead_id:
        _stop([UUID(event.lead_id)], StopReason.REPLY)


def begin_nurturing(_event: OrganisationOpened) -> None:
    set_up_nurturing()


def _stop(lead_ids: Iterable[UUID], reason: str) -> None:
    stop_nurturing(lead_ids=list(lead_ids), reason=reason)


TOGETHER = {
    LeadConverted: [stop_converted],
    LeadStatusChanged: [stop_settled],
    LeadDeleted: [stop_deleted],
    LeadsImported: [stop_imported],
    LeadInteractionAdded: [stop_after_meeting],
    FollowUpFinished: [wake_step],
}
AFTERWARDS = {
    OrganisationOpened: [begin_nurturing],
    AddressSuppressed: [stop_suppressed],
    MessageReplied: [stop_replied],
}
