from collections.abc import Collection
from uuid import UUID

from crm.contacts.errors import UnknownOrganisation
from crm.contacts.events import OrganisationPreferred
from crm.contacts.models import PreferredOrganisation
from crm.contacts.services.contacts import locked_contact
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.tenancy import current_scope
from crm.kernel.transactions import atomic
from crm.organisations.selectors import merchants


@atomic
def prefer_organisation(*, contact_id: UUID, organisation_id: UUID, types: Collection[str]) -> None:
    """From now on this is where they like best to go for each of `types`, in place of what it was before.

    It is a merchant of the network that is in use, or the organisation itself. Raises ContactNotFound,
    UnknownOrganisation.
    """
    contact = locked_contact(contact_id)
    is_own = organisation_id == current_scope().tenant.organisation_id
    if not is_own and not merchants().filter(pk=organisation_id).exists():
        raise UnknownOrganisation
    merchant_id = None if is_own else organisation_id
    known = {row.type: row for row in PreferredOrganisation.objects.filter(contact=contact, type__in=types)}
    for type_ in types:
        row = known.get(type_)
        if row is not None and row.merchant_id == merchant_id:
            continue
        row = row or PreferredOrganisation(contact=contact, type=type_)
        row.merchant_id, row.chosen_at = merchant_id, now()
        row.save()
        record(OrganisationPreferred(contact_id=contact.pk, organisation_id=organisation_id, type=type_))
