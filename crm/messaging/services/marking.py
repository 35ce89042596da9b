"""What a member does with a message in their app: looks at it, puts it away."""

from uuid import UUID

from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.messaging.errors import CommunicationNotFound
from crm.messaging.events import MessageMarked
from crm.messaging.models import Communication


@atomic
def mark_communication(
    *, communication_id: UUID, contact_id: UUID, viewed: bool | None = None, archived: bool | None = None
) -> Communication:
    """Note that the person has seen their message, and whether it is put away; what is None stays. It was viewed when
    it was viewed first, and nobody has not seen what they saw (s2 §B4).

    Raises CommunicationNotFound, for somebody else's and for one they removed too.
    """
    row = Communication.objects.for_update().filter(pk=communication_id, contact_id=contact_id, removed_at=None).first()
    if row is None:
        raise CommunicationNotFound
    before = (row.viewed_at, row.archived_at)
    if viewed and row.viewed_at is None:
        row.viewed_at = now()
    if archived is not None and archived != (row.archived_at is not None):
        row.archived_at = now() if archived else None
    if (row.viewed_at, row.archived_at) != before:
        row.save(update_fields=["viewed_at", "archived_at"])
        marks = {"viewed": row.viewed_at is not None, "archived": row.archived_at is not None}
        record(MessageMarked(communication_id=row.pk, contact_id=contact_id, **marks))
    return row
