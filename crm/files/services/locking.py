from uuid import UUID

from crm.files.errors import FileNotFound
from crm.files.models import StoredFile


def locked_file(file_id: UUID, contact_id: UUID | None = None) -> StoredFile:
    """A file under its lock; with `contact_id`, theirs and no other's. Raises FileNotFound."""
    whose = {} if contact_id is None else {"contact_id": contact_id}
    file = StoredFile.objects.for_update().filter(pk=file_id, **whose).first()
    if file is None:
        raise FileNotFound
    return file
