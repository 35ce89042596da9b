from uuid import UUID

from crm.files.events import FileAttached
from crm.files.models import StoredFile
from crm.files.services.locking import locked_file
from crm.files.services.storing import Record
from crm.kernel.events import record
from crm.kernel.transactions import atomic


@atomic
def attach_file(*, file_id: UUID, to: Record, contact_id: UUID | None = None) -> StoredFile:
    """The file belongs to a record from now on, and stays as long as it. Raises FileNotFound."""
    file = locked_file(file_id, contact_id)
    if (file.record_kind, file.record_id) != to:
        file.record_kind, file.record_id = to
        file.kept_until = None
        file.save(update_fields=["record_kind", "record_id", "kept_until"])
        record(FileAttached(file_id=file.pk, record_kind=to.kind, record_id=to.id))
    return file
