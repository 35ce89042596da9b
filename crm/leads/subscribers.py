"""What follows from what happens to leads. A score is computed in a worker: nobody waits for it."""

from contextlib import suppress
from uuid import UUID

from django.db import transaction

from crm.contacts.events import ContactDeleted, InteractionChanged
from crm.leads.errors import LeadNotFound
from crm.leads.events import (
    LeadCreated,
    LeadDeleted,
    LeadInteractionAdded,
    LeadInteractionChanged,
    LeadInteractionRemoved,
    LeadMerged,
    LeadsImported,
    LeadStatusChanged,
    LeadUnmerged,
    LeadUpdated,
    ScoreGroupDefined,
    ScoreRuleDefined,
    ScoreRuleRemoved,
)
from crm.leads.models import InteractionType
from crm.leads.services import add_interaction
from crm.leads.services.finishing import (
    ENDED_STAGES,
    close_for_customer_interaction,
    close_for_deleted,
    close_for_deleted_contact,
    close_for_ended,
)
from crm.leads.services.merging import gather_lead_stragglers
from crm.leads.services.scores import rescore_leads, set_up_scoring
from crm.leads.tasks import rescore_all
from crm.messaging.events import MessageReplied
from crm.messaging.selectors import text_of_incoming
from crm.organisations.events import OrganisationOpened


def rescore(
    event: LeadCreated | LeadUpdated | LeadInteractionAdded | LeadInteractionChanged | LeadInteractionRemoved,
) -> None:
    rescore_leads([event.lead_id])


def rescore_everybody(_event: ScoreRuleDefined | ScoreRuleRemoved | ScoreGroupDefined) -> None:
    rescore_all.queue(after="")


def gather(event: LeadMerged) -> None:
    """Rows that reach a loser from a transaction older than the merge follow, and count for the score."""
    gather_lead_stragglers(merge_id=event.merge_id)
    rescore_leads([event.lead_id])


def rescore_apart(event: LeadUnmerged) -> None:
    rescore_leads([event.lead_id, *event.loser_ids])


def begin_scoring(_event: OrganisationOpened) -> None:
    set_up_scoring()


def close_follow_ups(event: LeadStatusChanged) -> None:
    """Lost or converted, a lead gives nobody anything to do."""
    if event.to_status in ENDED_STAGES:
        close_for_ended([event.lead_id])


def close_follow_ups_of_imported(event: LeadsImported) -> None:
    if event.updated:
        close_for_ended(event.lead_ids)


def close_follow_ups_of_deleted(event: LeadDeleted) -> None:
    close_for_deleted(event.lead_id)


def close_follow_ups_of_deleted_contact(event: ContactDeleted) -> None:
    close_for_deleted_contact(event.contact_id)


def close_follow_up_of_changed(event: InteractionChanged) -> None:
    close_for_customer_interaction(event.interaction_id)


def note_reply(event: MessageReplied) -> None:
    """What a lead has answered was said with them. One who is gone meanwhile has said nothing."""
    if not event.lead_id:
        return
    with suppress(LeadNotFound), transaction.atomic():
        add_interaction(
            lead_id=UUID(event.lead_id), type=InteractionType.EMAIL, notes=text_of_incoming(event.incoming_id)
        )


TOGETHER = {
    LeadStatusChanged: [close_follow_ups],
    LeadsImported: [close_follow_ups_of_imported],
    LeadDeleted: [close_follow_ups_of_deleted],
    ContactDeleted: [close_follow_ups_of_deleted_contact],
    InteractionChanged: [close_follow_up_of_changed],
}
AFTERWARDS = {
    OrganisationOpened: [begin_scoring],
    LeadCreated: [rescore],
    LeadUpdated: [rescore],
    LeadInteractionAdded: [rescore],
    LeadInteractionChanged: [rescore],
    LeadInteractionRemoved: [rescore],
    LeadMerged: [gather],
    LeadUnmerged: [rescore_apart],
    ScoreRuleDefined: [rescore_everybody],
    ScoreRuleRemoved: [rescore_everybody],
    ScoreGroupDefined: [rescore_everybody],
    MessageReplied: [note_reply],
}
