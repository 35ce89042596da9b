"""A file is taken: looked into, made anew where it is a picture, written down. Bytes come before the row, so that no
row is without them; bytes whose row did not come are swept away (sweeping.py).
"""

import hashlib
import io
from collections.abc import Sequence
from datetime import timedelta
from typing import IO, NamedTuple
from uuid import UUID

from crm.files.errors import FileEmpty, FileTooLarge, NotAPicture
from crm.files.events import FileStored
from crm.files.kinds import LARGEST_FILE, Kind, kind_of
from crm.files.models import PictureVariant, StoredFile
from crm.files.names import cleaned_name
from crm.files.pictures import WIDTHS, Picture, made_anew
from crm.files.services.room import take_room
from crm.files.storage import path_of, put_bytes, remove_bytes
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.tenancy import current_scope
from crm.kernel.transactions import atomic

# What belongs to nothing goes after a day.
UNATTACHED = timedelta(days=1)


class Brought(NamedTuple):
    """A file as somebody hands it over: its bytes, and what they call it."""

    file: IO[bytes]
    name: str


class Record(NamedTuple):
    """What a file belongs to: a noun, such as `product`, and an id."""

    kind: str
    id: UUID


class Content(NamedTuple):
    kind: Kind
    data: bytes
    # The first is `data` itself, for pictures.
    pictures: Sequence[Picture] = ()


@atomic
def store_file(*, file: IO[bytes], name: str, contact_id: UUID | None = None, entity_type: str = "") -> StoredFile:
    """Take a file that belongs to nothing yet: unless it is attached, it goes after a day.

    Raises FileEmpty, FileTooLarge, FileNotAllowed, NotAPicture, PictureTooLarge, NoRoom.
    """
    content = looked_into(Brought(file, name))
    row = StoredFile(contact_id=contact_id, entity_type=entity_type, kept_until=now() + UNATTACHED)
    return keep(row, content, name)


def looked_into(brought: Brought, *, widths: tuple[int, ...] = ()) -> Content:
    """What a file is, by its content. A picture comes back made anew, with copies in `widths`."""
    data = _read(brought.file)
    kind = kind_of(data, brought.name)
    if not kind.picture:
        return Content(kind, data)
    pictures = made_anew(data, kind, widths)
    return Content(pictures[0].kind, pictures[0].data, pictures)


def looked_at(brought: Brought) -> Content:
    """The same for what must be a picture. Raises NotAPicture."""
    content = looked_into(brought, widths=WIDTHS)
    if not content.pictures:
        raise NotAPicture
    return content


def printed(data: bytes) -> Content:
    """A PDF that we made."""
    return Content(kind_of(data, "paper.pdf"), data)


def keep(row: StoredFile, content: Content, name: str) -> StoredFile:
    """Write bytes, row and variants of a file. Raises NoRoom, and then none of them is left."""
    row.name = cleaned_name(name, content.kind.extension)
    row.media_type, row.is_inline = content.kind.media_type, content.kind.is_inline
    row.size, row.sha256 = len(content.data), hashlib.sha256(content.data).hexdigest()
    actor = current_scope().actor
    row.actor_kind, row.actor_id, row.created_at = actor.kind, actor.id, now()
    if content.pictures:
        row.width, row.height = content.pictures[0].width, content.pictures[0].height
    variants = [
        PictureVariant(file=row, width=picture.width, height=picture.height, size=len(picture.data))
        for picture in content.pictures[1:]
    ]
    _write(row, content, variants)
    record(FileStored(
        file_id=row.id, contact_id=row.contact_id, purpose=row.purpose, media_type=row.media_type, size=row.size
    ))  # fmt: skip
    return row


def _write(row: StoredFile, content: Content, variants: list[PictureVariant]) -> None:
    row.claim()
    cut = {path_of(row.tenant, row.pk, picture.width): picture.data for picture in content.pictures[1:]}
    parts = {path_of(row.tenant, row.pk): content.data, **cut}
    try:
        for path, data in parts.items():
            put_bytes(path, data)
        row.save(force_insert=True)
        PictureVariant.objects.bulk_create(variants)
        take_room(row.size + sum(variant.size for variant in variants))
    except Exception:
        remove_bytes(*parts)
        raise


def _read(file: IO[bytes]) -> bytes:
    """All of it, from its beginning: a transaction that is tried again reads it again."""
    if file.seek(0, io.SEEK_END) > LARGEST_FILE:
        raise FileTooLarge
    file.seek(0)
    data = file.read(LARGEST_FILE + 1)
    if not data:
        raise FileEmpty
    return data
