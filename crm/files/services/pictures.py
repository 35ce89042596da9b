"""The pictures of a record: a set in an order, each in several sizes."""

from collections.abc import Sequence
from uuid import UUID

from crm.files.errors import NotAPicture, TooManyPictures
from crm.files.models import Purpose, StoredFile
from crm.files.selectors import opened
from crm.files.services.deleting import remove
from crm.files.services.locking import locked_file
from crm.files.services.storing import Brought, Record, keep, looked_at
from crm.kernel.locks import hold_names
from crm.kernel.transactions import atomic

MOST_PICTURES = 10


@atomic
def put_pictures(*, of: Record, pictures: Sequence[Brought], contact_id: UUID | None = None) -> list[StoredFile]:
    """Make these the pictures of a record, in this order, in place of those that it has; none removes them all.

    Raises TooManyPictures, and what store_file raises; then those that were there stay.
    """
    if len(pictures) > MOST_PICTURES:
        raise TooManyPictures
    contents = [looked_at(picture) for picture in pictures]
    hold_names(f"pictures of {of.kind} {of.id}")
    remove(list(_pictures_of(of)))
    return [
        keep(_row(of, position, contact_id), content, picture.name)
        for position, (content, picture) in enumerate(zip(contents, pictures, strict=True))
    ]


@atomic
def add_picture_from(*, file_id: UUID, of: Record, contact_id: UUID) -> StoredFile:
    """Make a file that a person has brought the one picture of a record. Raises FileNotFound, NotAPicture."""
    file = locked_file(file_id, contact_id)
    if file.purpose != Purpose.UPLOAD or file.record_kind:
        raise NotAPicture
    with opened(file) as data:
        (picture,) = put_pictures(of=of, pictures=[Brought(data, file.name)], contact_id=contact_id)
    remove([file])
    return picture


def _pictures_of(of: Record) -> "Sequence[StoredFile]":
    mine = StoredFile.objects.for_update().filter(purpose=Purpose.PICTURE, record_kind=of.kind, record_id=of.id)
    return list(mine.order_by("pk"))


def _row(of: Record, position: int, contact_id: UUID | None) -> StoredFile:
    return StoredFile(
        purpose=Purpose.PICTURE, record_kind=of.kind, record_id=of.id, position=position, contact_id=contact_id
    )
