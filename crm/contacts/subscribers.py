"""Rows that reach a loser from a transaction older than the merge follow in the worker; codes and links leave there."""

from crm.contacts.events import ContactMerged, OnceCodeAsked, SignInLinkAsked
from crm.contacts.services import gather_stragglers, mail_link, make_code


def gather(event: ContactMerged) -> None:
    gather_stragglers(merge_id=event.merge_id)


def make_and_send(event: OnceCodeAsked) -> None:
    make_code(once_code_id=event.once_code_id)


def make_and_mail(event: SignInLinkAsked) -> None:
    mail_link(sign_in_link_id=event.sign_in_link_id)


AFTERWARDS = {ContactMerged: [gather], OnceCodeAsked: [make_and_send], SignInLinkAsked: [make_and_mail]}
