"""Events read back, inside the open scope: the audit trail of a record, and what is still under way."""

from uuid import UUID

from django.db.models import QuerySet

from crm.kernel.due import State
from crm.kernel.events import DomainEvent
from crm.kernel.models import Event, QueuedTask
from crm.kernel.tenancy.scope import current_scope


def events_of_scope() -> QuerySet[Event]:
    """Everything that happened in the open scope, latest first."""
    organisation_id, mode = current_scope().tenant
    return Event.objects.filter(organisation_id=organisation_id, mode=mode).order_by("-id")


def events_about(kind: str, subject_id: object) -> QuerySet[Event]:
    """What happened to one record, latest first. `kind` is the noun its events are `about`."""
    return events_of_scope().filter(subject_kind=kind, subject_id=str(subject_id))


def events_in_both_modes(kind: str, subject_id: object, organisation_id: UUID | None = None) -> QuerySet[Event]:
    """The same for records that have no mode, such as staff: of the open scope's organisation, or of the one given."""
    events = Event.objects.filter(organisation_id=organisation_id or current_scope().tenant.organisation_id)
    return events.filter(subject_kind=kind, subject_id=str(subject_id)).order_by("-id")


def undelivered_events(*kinds: type[DomainEvent]) -> bool:
    """Whether any event of these kinds still waits for a consumer."""
    names = [kind.name for kind in kinds]
    return events_of_scope().filter(state=State.DUE, name__in=names).exists()


def tasks_of_scope() -> QuerySet[QueuedTask]:
    """The tasks asked for in the open scope, latest first."""
    organisation_id, mode = current_scope().tenant
    return QueuedTask.objects.filter(organisation_id=organisation_id, mode=mode).order_by("-id")
