"""Who is unhappy is called."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from crm.contacts.errors import ContactNotFound
from crm.contacts.selectors import contact_by_id
from crm.kernel.transactions import atomic
from crm.leads.services import ask_for_follow_up


@atomic
def ask_for_a_call(*, customer_id: UUID, feedback_id: UUID, due_at: datetime) -> None:
    """Somebody is to talk to the customer by `due_at`: whoever looks after them, else the queue. Once for each answer;
    nothing for a customer who is gone meanwhile.
    """
    with suppress(ContactNotFound), transaction.atomic():
        title = _("Talk to %(name)s about their feedback") % {"name": contact_by_id(customer_id)}
        ask_for_follow_up(contact_id=customer_id, title=title, due_at=due_at, subject=feedback_id)
