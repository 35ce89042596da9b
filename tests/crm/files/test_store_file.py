"""A file is taken whole or not at all: bytes, row, room and event."""

import hashlib
import io
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from crm.files.errors import FileEmpty, FileNotAllowed, FileNotFound, FileTooLarge, NoRoom, NotAPicture
from crm.files.models import StoredFile
from crm.files.selectors import file_with, opened, room_used
from crm.files.services import Record, attach_file, store_file
from crm.kernel.errors import DomainError
from tests.cast import Cast, World
from tests.crm.files.brought import CSV, HTML, PDF, a_file, bomb, picture
from tests.dialects.traces import latest_events

MEGABYTE = 1024 * 1024


def lying(storage: Path) -> list[Path]:
    return [path for path in storage.rglob("*") if path.is_file()]


def test_what_was_brought_can_be_read_again(acme: World, storage: Path) -> None:
    file = a_file(acme, PDF, "Offer.pdf")
    with acme.scope(), opened(file_with(file.pk)) as data:
        assert data.read() == PDF
    assert (file.name, file.media_type, file.size) == ("Offer.pdf", "application/pdf", len(PDF))
    assert file.sha256 == hashlib.sha256(PDF).hexdigest()
    assert (file.actor_kind, file.actor_id) == ("job", "test")
    assert [path.stat().st_mode & 0o777 for path in lying(storage)] == [0o600]


def test_its_path_holds_nothing_that_people_wrote(acme: World, storage: Path) -> None:
    file = a_file(acme, PDF, "secret-name.pdf")
    (path,) = lying(storage)
    parts = path.relative_to(storage).parts
    assert parts == (acme.organisation.id.hex, "live", file.pk.hex[-2:], file.pk.hex)


def test_the_audit_trail_tells_of_it_without_its_name(acme: World) -> None:
    file = a_file(acme, CSV, "Ann Lee.csv")
    (event,) = latest_events(acme, "file.stored")
    assert event.subject_id == str(file.pk)
    assert event.payload["media_type"] == "text/csv"
    assert "Ann" not in str(event.payload)


def test_it_goes_after_a_day_unless_it_is_attached(acme: World) -> None:
    file = a_file(acme)
    assert file.kept_until is not None
    assert (file.kept_until - file.created_at).total_seconds() == 24 * 3600
    with acme.scope():
        attached = attach_file(file_id=file.pk, to=Record("order", uuid4()))
    assert attached.kept_until is None
    assert len(latest_events(acme, "file.attached")) == 1


REFUSED: dict[str, tuple[bytes, type[DomainError]]] = {
    "nothing": (b"", FileEmpty),
    "a byte too many": (b"a" * (20 * MEGABYTE + 1), FileTooLarge),
    "markup": (HTML, FileNotAllowed),
    "half a picture": (picture("JPEG", (400, 400))[:200], NotAPicture),
    "a script behind a picture's first letters": (b"GIF89a/*" + b"*/=alert(1);//" * 20, NotAPicture),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_leaves_nothing(acme: World, storage: Path, case: str) -> None:
    data, error = REFUSED[case]
    with acme.scope(), pytest.raises(error) as refused:
        store_file(file=io.BytesIO(data), name="x.png")
    assert refused.value.field == "file"
    assert lying(storage) == []
    with acme.scope():
        assert (StoredFile.objects.count(), room_used()) == (0, 0)


def test_twenty_megabytes_are_taken(acme: World) -> None:
    assert a_file(acme, b"a" * 20 * MEGABYTE, "x.txt").size == 20 * MEGABYTE


def test_a_bomb_is_refused_before_it_goes_off(acme: World) -> None:
    assert len(bomb()) < 100_000
    with acme.scope(), pytest.raises(DomainError) as refused:
        store_file(file=io.BytesIO(bomb()), name="x.png")
    assert refused.value.code == "picture_too_large"


def test_there_is_room_for_so_many_bytes_and_no_more(acme: World, storage: Path, settings: Any) -> None:
    settings.FILES_QUOTA = 3 * len(CSV)
    for _ in range(3):
        a_file(acme, CSV, "x.csv")
    with acme.scope(), pytest.raises(NoRoom):
        store_file(file=io.BytesIO(CSV), name="x.csv")
    assert len(lying(storage)) == 3
    with acme.scope():
        assert room_used() == 3 * len(CSV)


def test_each_place_has_room_of_its_own(cast: Cast, settings: Any) -> None:
    settings.FILES_QUOTA = len(CSV)
    for world in (cast.acme, cast.rehearsal, cast.rival):
        a_file(world, CSV, "x.csv")
        with world.scope():
            assert room_used() == len(CSV)


def test_what_is_undone_has_no_row(acme: World) -> None:
    with acme.scope(), transaction.atomic():
        file = store_file(file=io.BytesIO(PDF), name="x.pdf")
        transaction.set_rollback(True)
    with acme.scope(), pytest.raises(FileNotFound):
        file_with(file.pk)


def test_files_of_another_place_are_not_there(cast: Cast) -> None:
    file = a_file(cast.acme)
    for world in (cast.rehearsal, cast.rival):
        with world.scope(), pytest.raises(FileNotFound):
            file_with(file.pk)


def test_any_storage_will_do(acme: World, settings: Any) -> None:
    """A bucket has no folders and no renaming; nothing above the storage counts on either."""
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": memory}
    file = a_file(acme)
    with acme.scope(), opened(file) as data:
        assert data.read() == PDF


def test_half_a_file_is_never_seen(storage: Path) -> None:
    """What breaks off while it is written leaves no file of that name."""
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    class BreaksOff(ContentFile):  # type: ignore[type-arg]
        def chunks(self, chunk_size: int | None = None) -> Any:
            yield b"half"
            raise OSError("the line broke")

    with pytest.raises(OSError, match="broke"):
        default_storage.save("a/b/c", BreaksOff(b"whole"))
    assert not (storage / "a/b/c").exists()
