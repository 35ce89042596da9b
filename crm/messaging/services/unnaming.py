"""Messages of which nothing may be left: their text in the table, and the letters that lie in the outbox of files."""

from collections.abc import Collection
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q
from django.utils.html import escape

from crm.kernel.transactions import atomic
from crm.messaging.channels.outbox import take_from_outbox
from crm.messaging.models import Communication


@atomic
def empty_messages(*, template_key: str, saying: Collection[str], emptied_for: UUID) -> int:
    """Empty the messages of a template that say one of these texts, such as those that tell staff about people; they
    bear the id of the person for whose sake it was done. How many there were.
    """
    if not saying:
        return 0
    said = reduce(or_, (Q(content__contains=escape(text)) for text in saying))
    told = Communication.objects.filter(said, template__key=template_key)
    return told.update(content="", sealed="", wrapped_key="", contact_id=emptied_for)


def remove_letters_of(*, contact_ids: Collection[UUID], lead_ids: Collection[UUID]) -> int:
    """Remove from the outbox of files what was sent to these people; how many messages that were. Where a provider
    sends, there is no such outbox. Doing it again changes nothing.
    """
    theirs = Communication.objects.filter(Q(contact_id__in=contact_ids) | Q(lead_id__in=lead_ids))
    ids = list(theirs.values_list("pk", flat=True))
    for id_ in ids:
        take_from_outbox(str(id_))
    return len(ids)
