"""Archives that we make: of whatever size, and counted, but never refused for want of room."""

import hashlib
import io
from datetime import datetime
from typing import IO

from crm.files.events import FileStored
from crm.files.models import Purpose, StoredFile
from crm.files.services.room import take_room_in_any_case
from crm.files.services.storing import Record
from crm.files.storage import path_of, put_file, remove_bytes
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.tenancy import current_scope
from crm.kernel.transactions import atomic

MEDIA_TYPE = "application/zip"


@atomic
def keep_archive(*, file: IO[bytes], name: str, of: Record, kept_until: datetime) -> StoredFile:
    """Store an archive that belongs to a record; it goes by itself after `kept_until`."""
    actor = current_scope().actor
    row = StoredFile(
        name=name, media_type=MEDIA_TYPE, size=file.seek(0, io.SEEK_END), sha256=_checksum(file),
        purpose=Purpose.EXPORT, record_kind=of.kind, record_id=of.id, actor_kind=actor.kind, actor_id=actor.id,
        created_at=now(), kept_until=kept_until,
    )  # fmt: skip
    row.claim()
    path = path_of(row.tenant, row.pk)
    try:
        put_file(path, file)
        row.save(force_insert=True)
        take_room_in_any_case(row.size)
    except Exception:
        remove_bytes(path)
        raise
    record(FileStored(
        file_id=row.pk, contact_id=None, purpose=row.purpose, media_type=row.media_type, size=row.size
    ))  # fmt: skip
    return row


@atomic
def let_go(*, of: Record, after: datetime) -> None:
    """The archive of a record goes then, if it had not gone before."""
    archives = StoredFile.objects.filter(purpose=Purpose.EXPORT, record_kind=of.kind, record_id=of.id)
    archives.filter(kept_until__gt=after).update(kept_until=after)


def _checksum(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
