"""Staff of organisations and the platform's operators are no members: what is kept of them belongs to their work there,
and an organisation ends it by ending their place.
"""

from django.db.models import Q

from crm.kernel.privacy.holdings import leaves, nobodys, of_scope
from crm.kernel.privacy.person import Person
from crm.organisations.models import SessionKind


def _sessions(person: Person) -> Q:
    return of_scope() & Q(kind=SessionKind.MEMBER, subject_id__in=person.ids_of("contact"))


nobodys("organisations.Organisation", "the tenant", "name slug zone currency")
nobodys("organisations.ApiKey", "a machine's credential", "name prefix digest permissions")
leaves(
    "organisations.Session",
    _sessions,
    exported="device address created_at last_seen_at ended_at",
    withheld="id kind subject_id refresh_digest expires_at ended_because",
)
nobodys("organisations.CustomField", "what a custom field means, not what anybody has in it", "key label choices")
nobodys("organisations.Merchant", "a business of the network", "name external_id")
nobodys("organisations.User", "staff, and the platform's operators", "password email name")
nobodys("organisations.Staff", "a user's place in an organisation")
