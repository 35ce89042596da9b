"""The pictures of a record: a set in an order, each in several sizes."""

from collections.abc import Sequence
from time import monotonic
from typing import NamedTuple
from uuid import UUID

from crm.files.errors import NotAPicture, TooManyPictures
from crm.files.models import Purpose, StoredFile
from crm.files.selectors import opened
from crm.files.services.deleting import remove
from crm.files.services.locking import locked_file
from crm.files.services.storing import Brought, Content, Record, keep, looked_at
from crm.kernel.locks import hold_names
from crm.kernel.transactions import atomic

MOST_PICTURES = 10
# After so many seconds no other picture is begun: a transaction may be open, and may not be idle for long.
_PATIENCE = 8


class Prepared(NamedTuple):
    """A picture that was made anew, and can be put somewhere."""

    content: Content
    name: str


def prepare_pictures(pictures: Sequence[Brought]) -> list[Prepared]:
    """Make pictures anew, before anything is locked: it takes its time.

    Raises TooManyPictures, and what store_file raises.
    """
    if len(pictures) > MOST_PICTURES:
        raise TooManyPictures
    until, made = monotonic() + _PATIENCE, []
    for picture in pictures:
        if monotonic() > until:
            raise TooManyPictures
        made.append(Prepared(looked_at(picture), picture.name))
    return made


@atomic
def put_pictures(*, of: Record, pictures: Sequence[Prepared], contact_id: UUID | None = None) -> list[StoredFile]:
    """Make these the pictures of a record, in this order, in place of those that it has; none removes them all.

    Raises NoRoom; then those that were there stay.
    """
    hold_names(f"pictures of {of.kind} {of.id}")
    before = StoredFile.objects.for_update().filter(
        purpose=Purpose.PICTURE, record_kind=of.kind, record_id=of.id
    )  # fmt: skip
    remove(list(before.order_by("pk")))
    return [keep(_row(of, place, contact_id), one.content, one.name) for place, one in enumerate(pictures)]


@atomic
def add_picture_from(*, file_id: UUID, of: Record, contact_id: UUID) -> StoredFile:
    """Make a file that a person has brought the one picture of a record. Raises FileNotFound, NotAPicture."""
    file = locked_file(file_id, contact_id)
    if file.purpose != Purpose.UPLOAD or file.record_kind:
        raise NotAPicture
    with opened(file) as data:
        prepared = prepare_pictures([Brought(data, file.name)])
    (picture,) = put_pictures(of=of, pictures=prepared, contact_id=contact_id)
    remove([file])
    return picture


def _row(of: Record, place: int, contact_id: UUID | None) -> StoredFile:
    return StoredFile(
        purpose=Purpose.PICTURE, record_kind=of.kind, record_id=of.id, position=place, contact_id=contact_id
    )
