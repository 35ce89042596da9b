from collections.abc import Collection
from uuid import UUID

from crm.contacts.models import ConsentEntry, Contact
from crm.contacts.services.contacts import update_contact
from crm.kernel.insert_only import forgetting
from crm.kernel.transactions import atomic


@atomic
def decide_consent(*, contact_id: UUID, consent_state: str, wording: str = "") -> Contact:
    """Whether somebody wants marketing; `wording` names the text, or the version of it, that they were shown.

    Saying the same again writes nothing. Raises ContactNotFound, NotAccepted, Invalid.
    """
    return update_contact(contact_id=contact_id, consent_wording=wording, consent_state=consent_state)


@atomic
def forget_where_consent_came_from(*, contact_ids: Collection[UUID]) -> int:
    """For erasing people: that something was decided stays, with ids alone; from where, and with what, does not."""
    with forgetting():
        return ConsentEntry.objects.filter(contact_id__in=contact_ids).update(address="", agent="")
