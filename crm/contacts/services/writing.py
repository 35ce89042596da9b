from uuid import UUID

from crm.contacts.errors import ContactNotFound
from crm.contacts.selectors import recipients_with
from crm.kernel.transactions import atomic
from crm.messaging.errors import TemplateNotFound
from crm.messaging.models import Communication
from crm.messaging.selectors import templates_to_choose
from crm.messaging.services import queue_message


@atomic
def write_to(*, contact_id: UUID, template_key: str, occasion: UUID) -> Communication:
    """Ask for one marketing message to somebody, by the channel of its template; every gate holds. It is asked for once
    for each `occasion`, however often that is said.

    Raises ContactNotFound, TemplateNotFound.
    """
    recipient = recipients_with([contact_id]).get(contact_id)
    if recipient is None:
        raise ContactNotFound
    if not templates_to_choose().filter(key=template_key).exists():
        raise TemplateNotFound
    return queue_message(recipient=recipient, cause=f"by-hand:{occasion}", template_key=template_key)
