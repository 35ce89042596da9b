"""Somebody is given what there is about them: put together by a worker, fetched once by a link that is mailed
(semantics §3.18).
"""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from crm.contacts.errors import LinkSpent
from crm.contacts.events import DataExportAsked, DataExportFetched, DataExportFinished
from crm.contacts.links import EXPORT_PAGE, write_link_token
from crm.contacts.models import EXPORT_LASTS, DataExport, ExportState
from crm.contacts.selectors import DATA_EXPORT
from crm.contacts.services.archives import archive_with
from crm.contacts.services.contacts import locked_contact
from crm.contacts.services.knowing import person_with
from crm.contacts.services.letters import send_export
from crm.files.services import Record, delete_files, keep_archive, let_go
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.privacy.holdings import by
from crm.kernel.privacy.person import Person
from crm.kernel.secret_links import digest_of_secret, new_secret
from crm.kernel.tasks import queue_task
from crm.kernel.tenancy import ScopedQuerySet, current_scope
from crm.kernel.transactions import atomic
from crm.messaging.links import link_to
from crm.messaging.selectors import sending_settings

BUILD = "contacts.build_export"
# So long a download may take that was begun in time.
UNDER_WAY = timedelta(hours=1)


@atomic
def ask_for_export(*, contact_id: UUID) -> DataExport:
    """Have somebody's data put together; while that is under way, asking again is the same. Raises ContactNotFound."""
    contact = locked_contact(contact_id)
    under_way = DataExport.objects.filter(contact=contact, state=ExportState.ASKED).first()
    if under_way is not None:
        return under_way
    actor = current_scope().actor
    row = DataExport.objects.create(
        contact=contact, actor_kind=actor.kind, actor_id=actor.id, created_at=now(),
    )  # fmt: skip
    queue_task(BUILD, data_export_id=str(row.pk))
    record(DataExportAsked(contact_id=contact.pk, data_export_id=row.pk))
    return row


@atomic
def build_export(*, data_export_id: UUID) -> None:
    """Put it together, and mail the link; in the worker. Who was erased meanwhile gets nothing."""
    row = DataExport.objects.for_update().filter(pk=data_export_id, state=ExportState.ASKED).first()
    if row is None:
        return
    secret, row.expires_at = new_secret(), now() + EXPORT_LASTS
    with archive_with(person_with(row.contact_id)) as archive:
        keep_archive(file=archive, name=f"{row.contact_id}.zip", of=_record(row.pk), kept_until=row.expires_at)
    row.state, row.ready_at, row.digest = ExportState.READY, now(), digest_of_secret(secret)
    row.save(update_fields=["state", "ready_at", "expires_at", "digest"])
    token = write_link_token(current_scope().tenant, row.pk, secret)
    send_export(row, link_to(EXPORT_PAGE, token, sending_settings().link_base))
    record(DataExportFinished(contact_id=row.contact_id, data_export_id=row.pk))


def ensure_export_is_good(*, data_export_id: UUID, digest: str) -> None:
    """For the page that the link leads to: looking does not use it up. Raises LinkSpent."""
    if not _good(data_export_id, digest).exists():
        raise LinkSpent


@atomic
def fetch_export(*, data_export_id: UUID, digest: str) -> None:
    """The link is spent from now on, and the archive goes soon. Of many at once, one succeeds. Raises LinkSpent."""
    if not _good(data_export_id, digest).update(state=ExportState.FETCHED, fetched_at=now()):
        raise LinkSpent
    let_go(of=_record(data_export_id), after=now() + UNDER_WAY)
    contact_id = DataExport.objects.values_list("contact_id", flat=True).get(pk=data_export_id)
    record(DataExportFetched(contact_id=contact_id, data_export_id=data_export_id))


def forget_exports(person: Person) -> int:
    """What was put together goes with whom it is about; how many exports there were."""
    theirs = DataExport.objects.filter(by(contact="contact_id")(person))
    ids = list(theirs.values_list("pk", flat=True))
    delete_files(of=Q(record_kind=DATA_EXPORT, record_id__in=ids), reason="person erased")
    theirs.delete()
    return len(ids)


def _good(data_export_id: UUID, digest: str) -> ScopedQuerySet[DataExport]:
    return DataExport.objects.filter(
        pk=data_export_id, digest=digest, state=ExportState.READY, expires_at__gt=now(), contact__deleted_at=None
    )


def _record(data_export_id: UUID) -> Record:
    return Record(DATA_EXPORT, data_export_id)
