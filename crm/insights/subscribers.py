"""Whoever something happened to is looked at again in a worker; a request does not wait for it."""

from uuid import UUID

from crm.contacts.events import (
    ContactDeleted,
    ContactMerged,
    ContactUnmerged,
    ContactUpdated,
    CustomerCreated,
    CustomersLoaded,
    CustomersTakenBack,
    InteractionAdded,
    InteractionChanged,
    InteractionRemoved,
    InteractionsCarriedOver,
)
from crm.insights.events import SegmentDefined
from crm.insights.services import look_again, look_at, look_at_merged
from crm.insights.tasks import fill_segment
from crm.messaging.events import MessageReplied


def look(event: CustomerCreated | ContactUpdated | ContactDeleted) -> None:
    look_at([event.contact_id])


def look_at_whom_we_met(
    event: InteractionAdded | InteractionChanged | InteractionRemoved | InteractionsCarriedOver,
) -> None:
    look_at([event.contact_id])


def look_at_all(event: CustomersLoaded | CustomersTakenBack) -> None:
    look_again(contact_ids=event.contact_ids)


def look_at_who_was_merged(event: ContactMerged | ContactUnmerged) -> None:
    look_at_merged([event.contact_id, *event.loser_ids])


def look_at_who_replied(event: MessageReplied) -> None:
    if event.contact_id:
        look_at([UUID(event.contact_id)])


def fill(event: SegmentDefined) -> None:
    if event.revision is not None:
        fill_segment.queue(segment_id=str(event.segment_id), revision=event.revision)


TOGETHER = {
    CustomersLoaded: [look_at_all],
    CustomersTakenBack: [look_at_all],
    SegmentDefined: [fill],
}
AFTERWARDS = {
    CustomerCreated: [look],
    ContactUpdated: [look],
    ContactDeleted: [look],
    ContactMerged: [look_at_who_was_merged],
    ContactUnmerged: [look_at_who_was_merged],
    InteractionAdded: [look_at_whom_we_met],
    InteractionChanged: [look_at_whom_we_met],
    InteractionRemoved: [look_at_whom_we_met],
    InteractionsCarriedOver: [look_at_whom_we_met],
    MessageReplied: [look_at_who_replied],
}
