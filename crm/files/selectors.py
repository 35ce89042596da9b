"""Questions about files. Every queryset here holds rows of the open scope only."""

from collections.abc import Iterable
from typing import IO
from uuid import UUID

from django.db.models import Q

from crm.files.errors import FileNotFound
from crm.files.models import PictureVariant, Purpose, StorageUse, StoredFile
from crm.files.storage import open_bytes, path_of
from crm.kernel.tenancy import ScopedQuerySet


def files() -> ScopedQuerySet[StoredFile]:
    """All but archives of people's data: those are for these people alone, and reached by one link each."""
    return StoredFile.objects.filter(~Q(purpose=Purpose.EXPORT))


def file_with(file_id: UUID) -> StoredFile:
    """Raises FileNotFound, for foreign, deleted and unknown ids alike."""
    return _one(files().filter(pk=file_id))


def file_of(contact_id: UUID, file_id: UUID) -> StoredFile:
    """A person's own file. Raises FileNotFound, for those of others too."""
    return _one(files_of(contact_id).filter(pk=file_id))


def files_of(contact_id: UUID) -> ScopedQuerySet[StoredFile]:
    """What a person brought, and what was printed for them, latest first."""
    return files().filter(contact_id=contact_id).order_by("-created_at", "-pk")


def pictures_of(record_kind: str, *record_ids: UUID) -> ScopedQuerySet[StoredFile]:
    """The pictures of these records, in the order in which they are shown."""
    pictures = files().filter(purpose=Purpose.PICTURE, record_kind=record_kind, record_id__in=record_ids)
    return pictures.order_by("position", "pk")


def variants_of(*file_ids: UUID) -> ScopedQuerySet[PictureVariant]:
    """The other sizes of these pictures, the smallest first."""
    return PictureVariant.objects.filter(file_id__in=file_ids).order_by("width")


def opened(file: StoredFile, width: int = 0) -> IO[bytes]:
    """The bytes of a file, or of its variant in a width. Raises FileNotFound where they are gone."""
    try:
        return open_bytes(path_of(file.tenant, file.pk, width))
    except FileNotFoundError:
        raise FileNotFound from None


def room_used() -> int:
    """How many bytes the files of this place take."""
    use = StorageUse.objects.first()
    return use.used if use else 0


def known_among(file_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these ids files have."""
    return set(StoredFile.objects.filter(pk__in=list(file_ids)).values_list("pk", flat=True))


def archive_of(record_kind: str, record_id: UUID) -> StoredFile:
    """The archive that belongs to a record. Raises FileNotFound."""
    return _one(StoredFile.objects.filter(purpose=Purpose.EXPORT, record_kind=record_kind, record_id=record_id))


def is_variant_there(file: StoredFile, width: int) -> bool:
    return width == 0 or variants_of(file.pk).filter(width=width).exists()


def _one(found: ScopedQuerySet[StoredFile]) -> StoredFile:
    file = found.first()
    if file is None:
        raise FileNotFound
    return file
