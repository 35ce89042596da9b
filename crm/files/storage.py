"""Where bytes lie: in Django's storage, under paths made of the tenant and the file's id, so of nothing that people
write. On disk a file is whole or not there; a bucket keeps that promise by itself.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, default_storage

from crm.kernel.ids import new_id
from crm.kernel.tenancy import Tenant

_DRAFT = ".draft"


class WholeFiles(FileSystemStorage):
    """Written beside its place, then renamed: who reads never sees half a file, and a crash leaves none."""

    def _save(self, name: str, content: Any) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{path.name}.{new_id().hex}{_DRAFT}")
        with draft.open("xb") as file:
            os.chmod(file.fileno(), 0o600)
            for chunk in content.chunks():
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        return name

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Ids are unique; a name that is taken is ours from an earlier try."""
        return name


def bytes_storage() -> Storage:
    return default_storage


def folder_of(tenant: Tenant) -> str:
    return f"{tenant.organisation_id.hex}/{tenant.mode}"


def path_of(tenant: Tenant, file_id: UUID, width: int = 0) -> str:
    """Of a file, or of its variant in a width. The last digits of an id are random: they make 256 folders."""
    name = f"{file_id.hex}-{width}" if width else file_id.hex
    return f"{folder_of(tenant)}/{file_id.hex[-2:]}/{name}"


def put_bytes(path: str, data: bytes) -> None:
    bytes_storage().save(path, ContentFile(data))


def put_file(path: str, file: IO[bytes]) -> None:
    """The same for what is too much to be held in memory, from its beginning."""
    file.seek(0)
    bytes_storage().save(path, File(file))


def open_bytes(path: str) -> IO[bytes]:
    """Raises FileNotFoundError, in whichever storage."""
    return bytes_storage().open(path, "rb")


def remove_bytes(*paths: str) -> None:
    """What is not there any more is removed already."""
    for path in paths:
        bytes_storage().delete(path)


def folders_behind(tenant: Tenant, place: str) -> list[str]:
    """The folders of a tenant that come after `place`, in order."""
    return sorted(name for name in _listed(folder_of(tenant))[0] if name > place)


def paths_in(tenant: Tenant, folder: str) -> Iterator[tuple[UUID | None, str]]:
    """What lies in one folder of a tenant: which file's it is, and where; None for what is nobody's."""
    place = f"{folder_of(tenant)}/{folder}"
    for name in _listed(place)[1]:
        try:
            yield (None if name.endswith(_DRAFT) else UUID(name[:32])), f"{place}/{name}"
        except ValueError:
            yield None, f"{place}/{name}"


def written_at(path: str) -> datetime:
    moment = bytes_storage().get_modified_time(path)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _listed(place: str) -> tuple[list[str], list[str]]:
    try:
        folders, files = bytes_storage().listdir(place)
    except FileNotFoundError:
        return [], []
    return folders, files
