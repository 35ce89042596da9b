"""Rows go in the transaction, bytes after it: what cannot be undone waits until nothing else can fail."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from crm.files.events import FileDeleted
from crm.files.models import PictureVariant, StoredFile
from crm.files.services.locking import locked_file
from crm.files.services.room import give_room
from crm.files.storage import path_of, remove_bytes
from crm.kernel.events import record_all
from crm.kernel.transactions import atomic


@atomic
def delete_file(*, file_id: UUID, contact_id: UUID | None = None) -> None:
    """The file is gone for good; with `contact_id`, only if it is theirs. Raises FileNotFound."""
    remove([locked_file(file_id, contact_id)])


@atomic
def delete_files_of(*, contact_id: UUID, at_once: int = 500) -> int:
    """What a person brought, their picture, and what was printed for them; how many went, at most so many."""
    return delete_files(of=Q(contact_id=contact_id), reason="person deleted", at_once=at_once)


@atomic
def delete_files(*, of: Q, reason: str, at_once: int = 500) -> int:
    """The files of which this is true; how many went, at most so many."""
    found = StoredFile.objects.for_update().filter(of).order_by("pk")[:at_once]
    return remove(list(found), reason=reason)


def remove(files: Sequence[StoredFile], *, reason: str = "") -> int:
    """Remove files that are locked; how many they were."""
    if not files:
        return 0
    ids = [file.pk for file in files]
    variants = list(PictureVariant.objects.filter(file_id__in=ids))
    paths = [path_of(file.tenant, file.pk) for file in files]
    paths += [path_of(variant.tenant, variant.file_id, variant.width) for variant in variants]
    StoredFile.objects.filter(pk__in=ids).delete()
    give_room(sum(file.size for file in files) + sum(variant.size for variant in variants))
    record_all([
        FileDeleted(file_id=file.pk, contact_id=file.contact_id, purpose=file.purpose, reason=reason) for file in files
    ])  # fmt: skip
    # Bytes that a crash leaves behind are swept away at night.
    transaction.on_commit(partial(remove_bytes, *paths), robust=True)
    return len(files)
