"""Rows that reach a loser from a transaction older than the merge follow in the worker. Files of who is gone go too."""

from crm.contacts.events import ContactDeleted, ContactMerged
from crm.contacts.services import gather_stragglers
from crm.files.services import delete_files_of


def gather(event: ContactMerged) -> None:
    gather_stragglers(merge_id=event.merge_id)


def forget_their_files(event: ContactDeleted) -> None:
    while delete_files_of(contact_id=event.contact_id):
        pass


AFTERWARDS = {ContactMerged: [gather], ContactDeleted: [forget_their_files]}
