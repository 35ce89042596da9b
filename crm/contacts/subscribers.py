"""Rows that reach a loser from a transaction older than the merge follow in the worker."""

from crm.contacts.events import ContactMerged
from crm.contacts.services import gather_stragglers


def gather(event: ContactMerged) -> None:
    gather_stragglers(merge_id=event.merge_id)


AFTERWARDS = {ContactMerged: [gather]}
