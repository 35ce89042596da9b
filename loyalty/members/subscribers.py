"""Customers are members at once, in one transaction (where-they-meet.md, "One person")."""

from crm.contacts.events import ContactDeleted, CustomerCreated, CustomersLoaded, CustomersTakenBack
from loyalty.members.services import end_membership, end_memberships, enrol_member, enrol_members


def enrol(event: CustomerCreated) -> None:
    enrol_member(contact_id=event.contact_id)


def enrol_all(event: CustomersLoaded) -> None:
    enrol_members(batch_id=event.batch_id, contact_ids=event.contact_ids)


def leave(event: ContactDeleted) -> None:
    end_membership(contact_id=event.contact_id)


def leave_all(event: CustomersTakenBack) -> None:
    end_memberships(batch_id=event.batch_id, contact_ids=event.contact_ids)


TOGETHER = {
    CustomerCreated: [enrol], CustomersLoaded: [enrol_all], ContactDeleted: [leave], CustomersTakenBack: [leave_all],
}  # fmt: skip
