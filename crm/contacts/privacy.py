"""What contacts hold about people. Apps above speak for their own tables; how is said in crm/kernel/privacy."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from crm.contacts.models import ContactKey
from crm.contacts.services import MEMBER_GUESSES, forget_where_consent_came_from
from crm.contacts.services.exporting import forget_exports
from crm.kernel.privacy.fields import clear, keep, pseudonym
from crm.kernel.privacy.holdings import Whose, by, either, leaves, nobodys, stays
from crm.kernel.privacy.person import Person
from crm.kernel.sealing import unseal
from crm.kernel.tenancy import current_scope

_ID = "the id is all that is left of them: orders, points and the audit trail hang on it"
_OURS = "what the business decided about them, in its own words"
_MERGED = "which ids are one person, and how many rows moved: ids, names of fields and figures"


def _of_merges(winner: str, losers: str) -> Whose:
    """Merges of the person; those that were taken apart again, too, in which they were a loser."""

    def rows(person: Person) -> Q:
        ids = sorted(map(str, person.ids_of("contact")))
        return reduce(or_, [Q(**{f"{losers}__contains": [id_]}) for id_ in ids], Q(**{f"{winner}__in": ids}))

    return rows


def _by_address_of_nobody(column: str) -> Whose:
    """Asked for by an address of theirs while it was not known whose it is."""
    return lambda person: Q(**{"contact": None, f"{column}__in": person.addresses | person.emails})


def _guesses_at(person: Person) -> Q:
    """Tries to sign in are counted under the address itself."""
    tenant = current_scope().tenant
    place = f"{tenant.organisation_id}:{tenant.mode}:"
    return Q(key__in=[MEMBER_GUESSES.key(place + one) for one in sorted(person.emails | person.addresses)])


def _number(document: Any) -> str:
    """In clear: it is theirs."""
    wrapped = ContactKey.objects.get(pk=document.contact_id).wrapped
    return unseal(wrapped, document.sealed_number, context=document.seal_context)


stays(
    "contacts.Contact",
    by(contact="pk"),
    exported=[
        keep(_ID, "id"),
        pseudonym("name"),
        clear(
            "title", "first_name", "middle_name", "last_name", "company_name", "email", "phone", "language", "gender"
        ),
        clear(
            "date_of_birth", "name_day_month", "name_day_day", "category_id", "country_of_agreement", "custom_fields"
        ),
        keep("that a person or a company was meant, and how they came to be here", "kind", "source", "created_at"),
        keep(_OURS, "is_tax_exempt"),
        keep("what they allowed, so that it can be shown later", "email_opt_out", "sms_opt_out", "consent_state"),
    ],
    withheld=[
        clear("email_key", "phone_key", "words"),
        keep("yes or no, about an address that is gone", "email_is_claimed"),
        keep("when", "updated_at", "deleted_at"),
    ],
)
leaves(
    "contacts.CompanyProfile",
    by(contact="pk"),
    exported="profile_year annual_turnover established_on number_of_employees registration_number registration_country "
    "tax_reference_number vat_registration_number industry_id industry_sectors",
    withheld="contact",
)
stays(
    "contacts.Customer",
    by(contact="pk"),
    exported=[
        clear("billing_address", "shipping_address", "payment_terms", "credit_limit", "tax_id", "notes"),
        keep(_OURS, "type", "status"),
        keep("when the trade began", "created_at"),
    ],
    withheld=[
        keep(_ID, "contact"),
        keep("who of the staff looked after them", "assigned_to"),
        keep("when", "updated_at", "deleted_at"),
    ],
)
leaves(
    "contacts.Identity",
    by(contact="contact_id"),
    exported="provider value verified_at created_at last_used_at",
    withheld="id contact key password",
)
leaves(
    "contacts.IdentityDocument",
    by(contact="contact_id"),
    exported="kind sealed_number issue_country expires_at",
    withheld="id contact number_index last_digits",
    readings={"sealed_number": _number},
)
# Without it the sealed numbers are noise, in backups too (reliability X10).
leaves("contacts.ContactKey", by(contact="pk"), withheld="contact wrapped")
leaves(
    "contacts.CustomerInteraction",
    by(contact="contact_id"),
    exported="type subject happened_at description outcome next_action next_action_date next_action_done_at created_at",
    withheld="id contact copied_from actor_kind actor_id updated_at",
)
leaves(
    "contacts.MergedRow",
    _of_merges("merge__winner_id", "merge__loser_ids"),
    withheld="id merge step model key before after is_back",
)
stays(
    "contacts.Merge",
    _of_merges("winner_id", "loser_ids"),
    withheld=[
        keep("the row's key", "id"),
        keep(_MERGED, "winner", "loser_ids", "fields", "moved", "report"),
        keep("who merged them, and when", "actor_kind", "actor_id", "merged_at", "unmerged_at"),
    ],
)
stays("contacts.MergedContact", by(contact="pk"), withheld=[keep(_MERGED, "contact", "into", "merge")])
leaves(
    "contacts.FurtherAddress",
    by(contact="contact_id"),
    exported="channel value created_at",
    withheld="id contact key",
)
# What is only claimed tells nobody by whom they are known: the address may be somebody else's.
leaves(
    "contacts.OwnEmail",
    by(contact="contact_id"),
    exported="kind value created_at",
    withheld="id contact key",
)
leaves("contacts.MatchKey", by(contact="contact_id"), withheld="id contact key")
leaves(
    "contacts.DuplicatePair",
    by(contact=("first_id", "second_id")),
    withheld="id first second score reasons state found_at decided_at",
)
leaves(
    "contacts.OnceCode",
    either(by(contact="contact_id"), _by_address_of_nobody("address")),
    exported="purpose channel address created_at used_at",
    withheld="id contact asked registration wrapped_key digest tries_left expires_at sent_at ended_at",
)
leaves(
    "contacts.SignInLink",
    either(by(contact="contact_id"), _by_address_of_nobody("email")),
    exported="purpose email created_at used_at",
    withheld="id contact password digest expires_at",
)
leaves(
    "contacts.WifiAuthorisation",
    by(contact="contact_id"),
    exported="mac_address site_id created_at ended_at",
    withheld="id contact estimation_id expires_at",
)
leaves(
    "contacts.PushDevice",
    by(contact="contact_id"),
    exported="serial_number registration_type created_at",
    withheld="id contact sealed_token wrapped_key registered_at",
)
stays(
    "contacts.PreferredOrganisation",
    by(contact="contact_id"),
    exported=[keep("how often a place was chosen", "merchant", "type", "chosen_at")],
    withheld=[keep("ids of the row and of a pseudonym", "id", "contact")],
)
stays(
    "contacts.ConsentEntry",
    by(contact="contact_id"),
    exported=[
        keep("that somebody agreed, or did not, so that it can be shown later", "topic", "before", "after", "cause"),
        keep("when, by which way, to which text of the organisation's", "decided_at", "surface", "wording"),
        clear("address", "agent"),
    ],
    withheld=[
        keep("ids of the row and of a pseudonym", "id", "contact"),
        keep("an id of staff, or the pseudonym's own", "actor_kind", "actor_id"),
    ],
    # Its table stands as it was written, and forgets by a way of its own.
    instead=lambda person: forget_where_consent_came_from(contact_ids=person.ids_of("contact")),
)
stays(
    "contacts.Referral",
    by(contact=("contact_id", "referrer_id")),
    withheld=[keep("that somebody was brought, by ids", "contact", "referrer", "created_at")],
)
leaves(
    "contacts.DataExport",
    by(contact="contact_id"),
    exported="created_at ready_at fetched_at",
    withheld="id contact state digest actor_kind actor_id expires_at",
    instead=forget_exports,
)
stays(
    "contacts.Erasure",
    by(contact="contact_id"),
    withheld=[
        keep("the row's key, and the ids of pseudonyms", "id", "contact_id", "ids"),
        keep("that and when somebody was erased, by whose hand, and how many rows that were", "because", "erased_at"),
        keep(
            "an id of staff, or the pseudonym's own; figures by the names of tables", "actor_kind", "actor_id", "counts"
        ),
    ],
)
leaves("kernel.Counter", _guesses_at, withheld="key n expires_at")
nobodys(
    "contacts.IdentityProvider",
    "whose tokens the organisation takes",
    "issuer client_ids jwks_url keys token_url redirect_uri sealed_secret wrapped_key",
)
nobodys("contacts.PassCode", "a word of the organisation's that many register with", "code code_key pin note")
nobodys("contacts.SignInSettings", "how many codes go out")
