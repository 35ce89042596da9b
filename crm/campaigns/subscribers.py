"""A person who is deleted leaves every listing, in the same transaction."""

from crm.campaigns.services import end_entries_of
from crm.contacts.events import ContactDeleted


def leave_listings(event: ContactDeleted) -> None:
    end_entries_of(event.contact_id)


TOGETHER = {ContactDeleted: [leave_listings]}
