"""What contacts themselves know for a timeline, and what is known of them in the apps below, which know no contact."""

from collections.abc import Iterable
from uuid import UUID

from crm.contacts.models import CustomerInteraction
from crm.contacts.timeline.places import Place
from crm.contacts.timeline.registry import Entry, key_of, latest_before, register_source, told_elsewhere
from crm.kernel.audit import events_about
from crm.messaging.selectors import communications

EVENT, INTERACTION, MESSAGE = "event", "interaction", "message"


def events(contact_id: UUID, before: Place | None, limit: int) -> Iterable[Entry]:
    """What the audit trail has about the contact, but for what another source tells."""
    rows = events_about("contact", contact_id).exclude(name__in=told_elsewhere())
    for row in latest_before(rows, EVENT, before, limit, at="occurred_at"):
        actor = (row.actor_kind, row.actor_id)
        yield Entry(row.occurred_at, key_of(EVENT, row.pk), row.name, actor=actor, changes=row.changes)


def interactions(contact_id: UUID, before: Place | None, limit: int) -> Iterable[Entry]:
    rows = CustomerInteraction.objects.filter(contact_id=contact_id)
    for row in latest_before(rows, INTERACTION, before, limit, at="happened_at"):
        title = f"{row.get_type_display()}: {row.subject}"
        actor = (row.actor_kind, row.actor_id)
        yield Entry(row.happened_at, key_of(INTERACTION, row.pk), title, row.description, actor=actor)


def messages(contact_id: UUID, before: Place | None, limit: int) -> Iterable[Entry]:
    """What was sent or should have been; what it says is read on its own page."""
    rows = communications().filter(contact_id=contact_id).defer("content", "sealed")
    for row in latest_before(rows, MESSAGE, before, limit, at="created_at"):
        title = f"{row.get_channel_display()}: {row.subject}" if row.subject else str(row.get_channel_display())
        about = (row._meta.label, str(row.pk))
        yield Entry(row.created_at, key_of(MESSAGE, row.pk), title, str(row.get_state_display()), record=about)


register_source(EVENT, events, grant="platform:events:read")
register_source(INTERACTION, interactions, instead_of=("interaction.added",))
register_source(MESSAGE, messages, grant="notification:messages:read")
