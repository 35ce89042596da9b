"""What becomes of a person's rows in this app and those below it in a merge; crm/kernel/merging/rules.py."""

from typing import Any

from crm.contacts.merging import Carry, drop, fill_blanks, fold, move, move_once, on_merge, settle_pairs, stay
from crm.contacts.models import ContactKey, IdentityDocument
from crm.contacts.selectors import PERSON
from crm.contacts.services.documents import resealed
from crm.files.selectors import pictures_of
from crm.kernel.clock import now
from crm.kernel.merging.carry import also_late
from crm.kernel.sealing import new_wrapped_key
from crm.messaging.services import number_anew
from crm.organisations.models import SessionKind
from crm.organisations.services import end_sessions_of

PROFILE = (
    "profile_year", "annual_turnover", "established_on", "number_of_employees", "registration_number",
    "registration_country", "tax_reference_number", "vat_registration_number", "industry_id", "industry_sectors",
)  # fmt: skip


def fill_profile(kept: Any, lost: Any) -> None:
    fill_blanks(kept, lost, PROFILE)


def reseal_documents(carry: Carry) -> int:
    """The winner keeps their own document of each kind. One that moves is sealed anew: a number opens only with the key
    and under the id of whose it is.
    """
    held = set(carry.rows_of(carry.winner_id).values_list("kind", flat=True))
    moving: list[IdentityDocument] = []
    for document in carry.rows_of_losers():
        if document.kind not in held:
            held.add(document.kind)
            moving.append(document)
    if moving:
        with carry.watching(ContactKey, [carry.winner_id]):
            defaults = {"wrapped": new_wrapped_key()}
            key, _ = ContactKey.objects.get_or_create(contact_id=carry.winner_id, defaults=defaults)
        with carry.watching(IdentityDocument, [document.pk for document in moving]):
            for document in moving:
                resealed(document, key).save()
    return len(moving)


def end_sessions(carry: Carry) -> int:
    """Whoever is signed in as a loser signs in anew, as the winner. Sessions do not come back with an unmerge."""
    for loser_id in carry.loser_ids:
        end_sessions_of(kind=SessionKind.MEMBER, subject_id=loser_id, because="merged")
    return 0


def end_wifi(carry: Carry) -> int:
    """A loser's device is let in anew, as the winner's: a person has one at a time."""
    let_in = carry.rows_of_losers().filter(ended_at=None)
    return carry.change(list(let_in.values_list("pk", flat=True)), {"ended_at": now()})


@also_late
def give_files(carry: Carry) -> int:
    """The winner's picture stays; who has none gets that of the first loser who has one. All other files are theirs."""
    pictures = list(pictures_of(PERSON, *carry.loser_ids).values_list("record_id", "pk"))
    if pictures and not pictures_of(PERSON, carry.winner_id).exists():
        by_loser = dict(reversed(pictures))
        chosen = next(by_loser[loser_id] for loser_id in carry.loser_ids if loser_id in by_loser)
        carry.change([chosen], {"contact_id": carry.winner_id, "record_id": carry.winner_id})
    return move(carry)


@also_late
def move_messages(carry: Carry) -> int:
    """What a loser had in their app arrives in the winner's."""
    moving = list(carry.rows_of_losers().values_list("pk", flat=True))
    with carry.watching(carry.model, moving):
        carry.rows_of_losers().update(contact_id=carry.winner_id)
        number_anew(communication_ids=moving, contact_id=carry.winner_id)
    return len(moving)


on_merge("contacts.Customer.contact", stay("the merge itself writes it, for its fields can be chosen"))
on_merge("contacts.CompanyProfile.contact", fold(fill_profile))
on_merge("contacts.ConsentEntry.contact", stay("what each of them decided; it is shown with the winner's"))
on_merge("contacts.PreferredOrganisation.contact", move_once("type"))
on_merge("contacts.PushDevice.contact", move)
on_merge("contacts.OwnEmail.contact", move_once("key"))
on_merge("contacts.Identity.contact", move)
on_merge("contacts.CustomerInteraction.contact", move)
on_merge("contacts.OnceCode.contact", move)
on_merge("contacts.SignInLink.contact", move)
on_merge("contacts.WifiAuthorisation.contact", end_wifi)
on_merge("contacts.Referral.contact", stay("who brought whom then"))
on_merge("contacts.Referral.referrer", move)
on_merge("contacts.FurtherAddress.contact", move_once("channel", "key"))
on_merge("contacts.ContactKey.contact", stay("a loser's documents that do not move are sealed with it"))
on_merge("contacts.IdentityDocument.contact", reseal_documents)
on_merge("contacts.MergedContact.contact", stay("that they are gone does not change"))
on_merge("contacts.MergedContact.into", move)
on_merge("contacts.Merge.winner", stay("who won then"))
on_merge("contacts.DataExport.contact", stay("what was asked for then; what is in it is everything of the winner's"))
on_merge("contacts.Erasure.contact_id", stay("nobody is merged who was erased"))
on_merge("contacts.MatchKey.contact", drop)
on_merge("contacts.DuplicatePair.first", settle_pairs)
on_merge("contacts.DuplicatePair.second", settle_pairs)

# Of the apps below, which know no contact.
on_merge("organisations.Session.subject_id", end_sessions)
on_merge("kernel.Event.subject_id", stay("the audit trail tells what happened to whom, as it was then"))
on_merge("messaging.Communication.contact_id", move_messages)
on_merge("files.StoredFile.contact_id", give_files)
on_merge("approvals.ApprovalRequest.contact_id", move)
