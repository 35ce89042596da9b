"""Rows that reach a loser from a transaction older than the merge follow in the worker; codes and links leave there.
Files of who is gone go too, and what is left of who was erased. With a session goes the device that the Wi-Fi lets in.
"""

from crm.contacts.events import (
    ContactDeleted,
    ContactErased,
    ContactMerged,
    OnceCodeAsked,
    SignInLinkAsked,
)
from crm.contacts.services import (
    end_wifi,
    finish_erasing,
    gather_stragglers,
    mail_link,
    make_code,
)
from crm.files.services import delete_files_of
from crm.kernel.tenancy import scope_or_none
from crm.organisations.events import SessionEnded
from crm.organisations.models import SessionKind


def gather(event: ContactMerged) -> None:
    gather_stragglers(merge_id=event.merge_id)


def forget_their_files(event: ContactDeleted) -> None:
    while delete_files_of(contact_id=event.contact_id):
        pass


def leave_nothing(event: ContactErased) -> None:
    finish_erasing(contact_id=event.contact_id)


def make_and_send(event: OnceCodeAsked) -> None:
    make_code(once_code_id=event.once_code_id)


def make_and_mail(event: SignInLinkAsked) -> None:
    mail_link(sign_in_link_id=event.sign_in_link_id)


def shut_out(event: SessionEnded) -> None:
    if event.subject_kind == SessionKind.MEMBER and scope_or_none():
        end_wifi(contact_id=event.subject)


TOGETHER = {SessionEnded: [shut_out]}
AFTERWARDS = {
    ContactMerged: [gather], ContactDeleted: [forget_their_files], ContactErased: [leave_nothing],
    OnceCodeAsked: [make_and_send],
    SignInLinkAsked: [make_and_mail],
}  # fmt: skip
